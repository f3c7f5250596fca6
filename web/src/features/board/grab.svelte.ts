// Moving a card by keyboard: Space takes it, arrows carry it, Space or Enter puts it down, Escape puts it back. At the end of a row it
// goes on into the next. Nothing is sent before it is put down.
import type { ColumnId, TaskId } from "../../sdk";
import { t } from "../../app/i18n/index.svelte";
import type { Board } from "./model.svelte";
import { without } from "./places";

type Held = { task: TaskId; column: ColumnId; lane: string; index: number; home: ColumnId; homeLane: string };

export class Grab {
  held: Held | undefined = $state.raw();
  readonly #board: Board;

  constructor(board: Board) {
    this.#board = board;
  }

  /** The cards of a list as shown while one of them is carried. */
  shown(lane: string, column: ColumnId, ids: readonly TaskId[]): readonly TaskId[] {
    const held = this.held;
    if (!held) return ids;
    if (column !== held.column || lane !== held.lane) return column === held.home && lane === held.homeLane ? without(ids, held.task) : ids;
    const others = without(ids, held.task);
    const index = Math.min(held.index, others.length);
    return [...others.slice(0, index), held.task, ...others.slice(index)];
  }

  take(task: TaskId): void {
    const card = this.#board.handle.card(task).get();
    if (!card) return;
    const { lane } = this.#board;
    const index = this.#ids(lane, card.column_id).indexOf(task);
    this.held = { task, column: card.column_id, lane, home: card.column_id, homeLane: lane, index: Math.max(0, index) };
    this.#say("grab.taken");
  }

  /** `down` moves within the column, and through the rows; `right` to a neighbouring column. */
  carry(down: number, right: number): void {
    const held = this.held;
    if (!held) return;
    const columns = this.#board.handle.columnIds.get();
    const at = columns.indexOf(held.column);
    const column = columns[Math.max(0, Math.min(columns.length - 1, at + right))] ?? held.column;
    let { lane } = held;
    let last = without(this.#ids(lane, column), held.task).length;
    // Sorted cards are not carried past each other, only on into another row.
    const { sorted } = this.#board.looks;
    let index = sorted ? held.index : Math.max(0, Math.min(last, held.index + down));
    if (down !== 0 && index === held.index) {
      const rows = this.#board.looks.rows;
      const next = rows[rows.indexOf(lane) + down];
      if (next === undefined) {
        if (sorted) this.#board.refuseOrder();
        return;
      }
      lane = next;
      last = without(this.#ids(lane, column), held.task).length;
      index = down > 0 ? 0 : last;
    }
    if (column === held.column && lane === held.lane && index === held.index) return;
    this.held = { ...held, column, lane, index };
    this.#board.focusIn(lane, held.task);
    this.#say("grab.moved");
  }

  drop(): void {
    const held = this.held;
    if (!held) return;
    this.held = undefined;
    const ids = this.#ids(held.lane, held.column);
    const index = Math.min(held.index, without(ids, held.task).length);
    const same = held.column === held.home && held.lane === held.homeLane && (this.#board.looks.sorted || ids.indexOf(held.task) === index);
    if (!same && !this.#board.settle(held.task, held.homeLane, { lane: held.lane, column: held.column, index })) {
      this.#board.focusIn(held.homeLane, held.task);
      return;
    }
    this.#board.focusIn(held.lane, held.task);
    this.#board.announcer.say(t(this.#board.looks.sorted ? "grab.dropped_sorted" : "grab.dropped", this.#words(held)));
  }

  cancel(): void {
    const held = this.held;
    if (!held) return;
    this.held = undefined;
    this.#board.focusIn(held.homeLane, held.task);
    this.#board.announcer.say(t("grab.cancelled"));
  }

  #ids(lane: string, column: ColumnId): readonly TaskId[] {
    return this.#board.listed(lane, column);
  }

  #words(held: Held) {
    const handle = this.#board.handle;
    const column = handle.column(held.column).get()?.name ?? "";
    return {
      title: handle.card(held.task).get()?.title ?? "",
      column: held.lane ? t("lane.cell", { column, lane: this.#board.looks.laneName(held.lane) }) : column,
      position: held.index + 1,
      total: without(this.#ids(held.lane, held.column), held.task).length + 1,
    };
  }

  #say(key: "grab.taken" | "grab.moved"): void {
    const sorted = key === "grab.moved" && this.#board.looks.sorted;
    if (this.held) this.#board.announcer.say(t(sorted ? "grab.moved_sorted" : key, this.#words(this.held)));
  }
}
