// Moving a card by keyboard: Space takes it, arrows carry it, Space or Enter puts it down, Escape puts it back.
// Nothing is sent before it is put down.
import type { ColumnId, TaskId } from "../../sdk";
import { t } from "../../app/i18n/index.svelte";
import type { Board } from "./model.svelte";
import { placeAt, without } from "./places";

type Held = { task: TaskId; column: ColumnId; index: number; home: ColumnId };

export class Grab {
  held: Held | undefined = $state.raw();
  readonly #board: Board;

  constructor(board: Board) {
    this.#board = board;
  }

  /** The column's cards as shown while one of them is carried. */
  shown(column: ColumnId, ids: readonly TaskId[]): readonly TaskId[] {
    const held = this.held;
    if (!held) return ids;
    if (column !== held.column) return column === held.home ? without(ids, held.task) : ids;
    const others = without(ids, held.task);
    const index = Math.min(held.index, others.length);
    return [...others.slice(0, index), held.task, ...others.slice(index)];
  }

  take(task: TaskId): void {
    const card = this.#board.handle.card(task).get();
    if (!card) return;
    const index = this.#ids(card.column_id).indexOf(task);
    this.held = { task, column: card.column_id, home: card.column_id, index: Math.max(0, index) };
    this.#say("grab.taken");
  }

  /** `down` moves within the column, `right` to a neighbouring one. */
  carry(down: number, right: number): void {
    const held = this.held;
    if (!held) return;
    const columns = this.#board.handle.columnIds.get();
    const at = columns.indexOf(held.column);
    const column = columns[Math.max(0, Math.min(columns.length - 1, at + right))] ?? held.column;
    const last = without(this.#ids(column), held.task).length;
    const index = Math.max(0, Math.min(last, held.index + down));
    if (column === held.column && index === held.index) return;
    this.held = { ...held, column, index };
    this.#board.focus(held.task);
    this.#say("grab.moved");
  }

  drop(): void {
    const held = this.held;
    if (!held) return;
    this.held = undefined;
    const ids = this.#ids(held.column);
    const others = without(ids, held.task);
    const index = Math.min(held.index, others.length);
    const same = held.column === held.home && ids.indexOf(held.task) === index;
    if (!same) {
      const place = placeAt(others, index);
      this.#board.send({ type: "task.move", task_id: held.task, column_id: held.column, ...(place ? { place } : {}) }, { flight: false });
    }
    this.#board.focus(held.task);
    this.#board.announcer.say(t("grab.dropped", this.#words(held)));
  }

  cancel(): void {
    const held = this.held;
    if (!held) return;
    this.held = undefined;
    this.#board.focus(held.task);
    this.#board.announcer.say(t("grab.cancelled"));
  }

  #ids(column: ColumnId): readonly TaskId[] {
    return this.#board.handle.tasksOf(column).get();
  }

  #words(held: Held) {
    const handle = this.#board.handle;
    return {
      title: handle.card(held.task).get()?.title ?? "",
      column: handle.column(held.column).get()?.name ?? "",
      position: held.index + 1,
      total: without(this.#ids(held.column), held.task).length + 1,
    };
  }

  #say(key: "grab.taken" | "grab.moved"): void {
    if (this.held) this.#board.announcer.say(t(key, this.#words(this.held)));
  }
}
