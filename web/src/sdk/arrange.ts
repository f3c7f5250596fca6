//! Which cards of an open board are shown, and in which row: a look, kept true as cards change. Where nothing is asked for it hands the
//! board's own lists through and costs nothing. It never changes the board.

import type { Condition, Lanes, Look, TaskId } from "../gen/protocol";
import { Box, type Cell, Emitter, KeyedListeners, type Unsubscribe } from "./cells";
import { type Looker, type Seen, sees, understands } from "./filter";
import { lanesOf } from "./lanes";
import { same } from "./layer";
import { Sorter, type Standing } from "./sort";
import type { BoardHandle, Card } from "./types";

const EMPTY: readonly TaskId[] = [];
const slot = (lane: string, column: string): string => `${lane}\n${column}`;

interface Stand {
  readonly column: string;
  readonly lanes: readonly string[];
  /** Where it stands in a sorted look. */
  readonly standing: Standing | undefined;
}

export class Arrangement {
  /** How many cards stand in each row that has any; a card in several counts in each. */
  readonly lanes = new Box<ReadonlyMap<string, number>>(new Map());
  /** Cards in open columns that the filter keeps out. */
  readonly hidden = new Box(0);
  /** Which cards are shown may be other ones now, or stand otherwise. */
  readonly changed = new Emitter<undefined>();
  readonly #board: BoardHandle;
  readonly #ends: Unsubscribe[];
  readonly #cells = new KeyedListeners<string, readonly TaskId[]>();
  #filter: readonly Condition[] = [];
  #lanes: Lanes | undefined;
  #sorter: Sorter | undefined;
  #looker: Looker | undefined;
  #watched: ReadonlySet<TaskId> | undefined;
  #understood = true;
  readonly #stands = new Map<TaskId, Stand>();
  #lists = new Map<string, readonly TaskId[]>();

  constructor(board: BoardHandle) {
    this.#board = board;
    const say = () => this.changed.emit(undefined);
    this.#ends = [
      board.changedCards.subscribe((ids) => {
        this.#changed(ids);
        say();
      }),
      board.columnIds.subscribe(() => {
        this.#all();
        say();
      }),
    ];
  }

  close(): void {
    for (const end of this.#ends) end();
  }

  /** Whether anything is left out or stands in rows. */
  get active(): boolean {
    return this.#looker !== undefined && (this.#filter.length > 0 || this.#lanes !== undefined || this.#sorter !== undefined || !this.#understood);
  }

  /** Whether a card is among those that are shown. */
  shows(task_id: TaskId): boolean {
    return !this.active || this.#stands.has(task_id);
  }

  /** `watched`: the cards that whoever looks follows, where that is known. What is not understood shows nothing. */
  set(look: Look, looker: Looker, watched: ReadonlySet<TaskId> | undefined): void {
    const before = this.active;
    this.#understood = understands(look);
    this.#filter = look.filter ?? [];
    this.#lanes = look.lanes;
    const sort = this.#understood ? (look.sort ?? []) : [];
    this.#sorter = sort.length > 0 ? new Sorter(sort, looker) : undefined;
    this.#looker = looker;
    this.#watched = watched;
    this.#all();
    // The board's own lists were in the way of these, or are from now on.
    if (before !== this.active) for (const key of [...this.#cells.keys()]) if (!this.#lists.has(key)) this.#cells.emit(key, this.#read(key));
    this.changed.emit(undefined);
  }

  /** The cards of a column that are shown in a row, in their order; without rows the row is "". */
  list(lane: string, column: string): Cell<readonly TaskId[]> {
    const key = slot(lane, column);
    const own = this.#board.tasksOf(column);
    return {
      get: () => this.#read(key),
      subscribe: (fn) => {
        const ends = [this.#cells.cell(key, () => this.#read(key)).subscribe(fn), own.subscribe((ids) => !this.active && lane === "" && fn(ids))];
        return () => {
          for (const end of ends) end();
        };
      },
    };
  }

  #read(key: string): readonly TaskId[] {
    if (this.active) return this.#lists.get(key) ?? EMPTY;
    const [lane, column = ""] = key.split("\n");
    return lane === "" ? this.#board.tasksOf(column).get() : EMPTY;
  }

  #stand(card: Card): Stand | undefined {
    const looker = this.#looker;
    if (looker === undefined || !this.#understood) return undefined;
    const { task_id, column_id } = card;
    const seen: Seen = {
      face: card,
      key: card.number > 0 ? `${this.#board.info.get()?.key ?? ""}-${card.number}` : "",
      blocked: () => this.#board.backward(task_id).get().some((said) => said.kind === "blocks" && this.#isOpen(said.task_id)),
      watched: () => this.#watched?.has(task_id) === true,
    };
    return sees(this.#filter, seen, looker) ? { column: column_id, lanes: lanesOf(this.#lanes, card, looker), standing: this.#sorter?.standing(card) } : undefined;
  }

  #isOpen(task_id: TaskId): boolean {
    const card = this.#board.card(task_id).get();
    return card !== undefined && card.completed_at === undefined;
  }

  #all(): void {
    this.#stands.clear();
    if (!this.active) {
      this.#lists.clear();
      this.lanes.set(new Map());
      this.hidden.set(0);
      return;
    }
    for (const card of this.#board.cards()) {
      const stand = this.#stand(card);
      if (stand !== undefined) this.#stands.set(card.task_id, stand);
    }
    this.#list(undefined);
  }

  #changed(ids: readonly TaskId[] | undefined): void {
    if (!this.active) return;
    // Whether a card is blocked others decide.
    if (ids === undefined || this.#filter.some((condition) => condition.on === "blocked")) {
      this.#all();
      return;
    }
    const columns = new Set<string>();
    for (const id of ids) {
      const before = this.#stands.get(id);
      const card = this.#board.card(id).get();
      const stand = card === undefined ? undefined : this.#stand(card);
      if (stand === undefined) this.#stands.delete(id);
      else this.#stands.set(id, stand);
      if (before !== undefined) columns.add(before.column);
      if (stand !== undefined) columns.add(stand.column);
    }
    this.#list(columns);
  }

  /** Lists these columns anew, or all of them. */
  #list(columns: ReadonlySet<string> | undefined): void {
    const open = this.#board.columnIds.get();
    const next = new Map<string, TaskId[]>();
    for (const column of open) {
      if (columns !== undefined && !columns.has(column)) continue;
      for (const id of this.inOrder(this.#board.tasksOf(column).get())) {
        for (const lane of this.#stands.get(id)?.lanes ?? []) {
          const key = slot(lane, column);
          const list = next.get(key);
          if (list === undefined) next.set(key, [id]);
          else list.push(id);
        }
      }
    }
    const changed: string[] = [];
    for (const [key, ids] of this.#lists) {
      const column = key.slice(key.indexOf("\n") + 1);
      if (columns !== undefined && !columns.has(column)) next.set(key, ids as TaskId[]);
      else if (!next.has(key)) changed.push(key);
    }
    for (const [key, ids] of next) {
      const before = this.#lists.get(key);
      if (before !== undefined && before !== ids && same(before, ids)) next.set(key, before as TaskId[]);
      else if (before !== ids) changed.push(key);
    }
    this.#lists = next;
    this.#count(open);
    for (const key of changed) this.#cells.emit(key, this.#read(key));
  }

  /** Those of a column in their order: by rank, as the board has them, unless the look sorts. */
  inOrder(ids: readonly TaskId[]): readonly TaskId[] {
    const sorter = this.#sorter;
    if (sorter === undefined) return ids;
    const standing = ids.flatMap((id) => this.#stands.get(id)?.standing ?? []);
    return standing.sort(sorter.compare).map(({ id }) => id);
  }

  #count(open: readonly string[]): void {
    const lanes = new Map<string, number>();
    for (const [key, ids] of this.#lists) {
      const lane = key.slice(0, key.indexOf("\n"));
      lanes.set(lane, (lanes.get(lane) ?? 0) + ids.length);
    }
    if (!same([...lanes], [...this.lanes.get()])) this.lanes.set(lanes);
    const columns = new Set(open);
    let shown = 0;
    for (const stand of this.#stands.values()) if (columns.has(stand.column)) shown += 1;
    const all = open.reduce((sum, column) => sum + this.#board.tasksOf(column).get().length, 0);
    this.hidden.set(all - shown);
  }
}
