// The cards that a board's look shows, one after the other and kept true: what every layout beside the board's own draws.
import { createSubscriber } from "svelte/reactivity";
import { clock } from "../../../app/clock.svelte";
import { directory } from "../../../app/directory.svelte";
import { words } from "../../../app/i18n/index.svelte";
import { session } from "../../../app/session.svelte";
import type { Card, TaskId } from "../../../sdk";
import type { Board } from "../model.svelte";
import { dayOfDate, weekStartOf } from "./dates";

export class Shown {
  readonly #board: Board;
  readonly #watch: () => void;

  constructor(board: Board) {
    this.#board = board;
    this.#watch = createSubscriber((update) => {
      const ends = [board.looks.arrangement.changed.subscribe(update), board.handle.columnIds.subscribe(update)];
      return () => {
        for (const end of ends) end();
      };
    });
  }

  /** By column and as they stand in it. */
  readonly cards: readonly Card[] = $derived.by(() => {
    this.#watch();
    const { handle, looks } = this.#board;
    return handle.columnIds.get().flatMap((column) => looks.arrangement.inOrder(handle.tasksOf(column).get()).flatMap((id) => (looks.arrangement.shows(id) ? (handle.card(id).get() ?? []) : [])));
  });

  /** What of the board blocks a card, as long as it is not done. */
  blockers(id: TaskId): readonly Card[] {
    this.#watch();
    const { handle } = this.#board;
    return handle.backward(id).get().flatMap((said) => {
      const card = said.kind === "blocks" ? handle.card(said.task_id).get() : undefined;
      return card !== undefined && card.completed_at === undefined ? [card] : [];
    });
  }
}

/** The calendar of whoever looks. */
export const calendar = {
  get today(): number {
    return dayOfDate(clock.now);
  },
  get weekStart() {
    return weekStartOf(session.me?.preferences.week_start, words.locale);
  },
};

export const personName = (id: string): string => directory.name(id);

