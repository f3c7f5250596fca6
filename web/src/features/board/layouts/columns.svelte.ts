// The columns of the table: which there are on this board, how wide, and which of them somebody wants to see in this browser.
import { type Key, t } from "../../../app/i18n/index.svelte";
import type { Board } from "../model.svelte";

export interface Head {
  readonly id: string;
  readonly name: string;
  /** Of the grid, in pixels; the title takes what is left. */
  readonly width: number;
}

const OWN: ReadonlyArray<readonly [string, Key, number]> = [
  ["key", "table.key", 84], ["title", "table.title", 280], ["column", "table.column", 150], ["assignees", "table.assignees", 116], ["priority", "table.priority", 112],
  ["due", "table.due", 132], ["labels", "table.labels", 170], ["estimate", "table.estimate", 96], ["tracked", "table.tracked", 96],
];
const FIELD_PX = 140;
const STORED = "lockstep.table";

export class Columns {
  readonly #board: Board;
  readonly #key: string;
  hidden: ReadonlySet<string> = $state.raw(new Set());

  constructor(board: Board) {
    this.#board = board;
    this.#key = `${STORED}.${board.handle.board_id}`;
    try {
      const kept: unknown = JSON.parse(localStorage.getItem(this.#key) ?? "[]");
      if (Array.isArray(kept)) this.hidden = new Set(kept.filter((id) => typeof id === "string"));
    } catch {
      // What is kept there is not ours: all are shown.
    }
  }

  get all(): readonly Head[] {
    return [...OWN.map(([id, key, width]) => ({ id, name: t(key), width })), ...this.#board.fields.value.map((field) => ({ id: field.field_id, name: field.name, width: FIELD_PX }))];
  }

  /** The title is always there: it is what one opens a card by. */
  get shown(): readonly Head[] {
    return this.all.filter(({ id }) => id === "title" || !this.hidden.has(id));
  }

  toggle(id: string): void {
    const next = new Set(this.hidden);
    if (!next.delete(id)) next.add(id);
    this.hidden = next;
    try {
      localStorage.setItem(this.#key, JSON.stringify([...next]));
    } catch {
      // No room: it holds as long as the page.
    }
  }
}
