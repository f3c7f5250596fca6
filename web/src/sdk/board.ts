//! An open board's state: confirmed values, the effects of commands under way, the orders, and a cell for each thing a screen
//! shows. It knows nothing of sockets; cells speak only in `flush`, once per message, with what really changed.

import type {
  AccountId, BoardEvent, BoardHead, BoardMemberView, BoardRole, CategoryView, ColumnId, ColumnView, FieldId, FieldView, Happened, LabelView, SavedView, TaskFace, TaskId,
  ViewPart,
} from "../gen/protocol";
import {
  type Effect, reduceCategory, reduceColumn, reduceFace, reduceLabel, reduceMember, reduceView, type Touched, touchedBy,
} from "./board-reduce";
import { Box, type Cell, Emitter, KeyedListeners } from "./cells";
import { reduceField, valueIn } from "./fields";
import { infoOf, reduceInfo } from "./info-reduce";
import { Layer, same } from "./layer";
import { compareEntries, OrderedList } from "./ordered";
import { Relations } from "./relations";
import type { BoardInfo, Card } from "./types";

/** What is kept for reading offline: the confirmed state, as the server would send it. */
export interface BoardSnapshot {
  readonly head: BoardHead;
  readonly tasks: readonly TaskFace[];
}

/** Faces of tasks that left the board a while ago are kept this many, so that taking them back shows at once. */
const GONE_MAX = 500;
const INFO = "";

/** A value that an event touches. */
type Place = { layer: Layer<Card> | Layer<ColumnView> | Layer<LabelView> | Layer<CategoryView> | Layer<FieldView> | Layer<SavedView> | Layer<BoardRole> | Layer<BoardInfo>; key: string };

export class BoardStore {
  readonly info = new Box<BoardInfo | undefined>(undefined);
  readonly members = new Box<readonly BoardMemberView[]>([]);
  readonly labels = new Box<readonly LabelView[]>([]);
  readonly categories = new Box<readonly CategoryView[]>([]);
  /** Custom fields, in their order. */
  readonly fields = new Box<readonly FieldView[]>([]);
  /** Shared views, in their order. */
  readonly views = new Box<readonly SavedView[]>([]);
  readonly columnIds = new Box<readonly ColumnId[]>([]);
  readonly archivedColumnIds = new Box<readonly ColumnId[]>([]);
  readonly taskCount = new Box(0);

  readonly tasks = new Layer<Card>(reduceFace, (id, before, after) => this.#taskChanged(id, before, after), (face) => ({ ...face, pending: true }));
  readonly columns = new Layer<ColumnView>(reduceColumn, (id, before, after) => this.#columnChanged(id, before, after));
  readonly #labels = new Layer<LabelView>(reduceLabel, () => this.#listsDirty.add("labels"));
  readonly #categories = new Layer<CategoryView>(reduceCategory, () => this.#listsDirty.add("categories"));
  readonly #fields = new Layer<FieldView>(reduceField, () => this.#listsDirty.add("fields"));
  readonly #views = new Layer<SavedView>(reduceView, () => this.#listsDirty.add("views"));
  readonly #members = new Layer<BoardRole>(reduceMember, () => this.#listsDirty.add("members"));
  readonly #infos = new Layer<BoardInfo>(reduceInfo, () => this.#listsDirty.add("info"));

  readonly #orders = new Map<ColumnId, OrderedList>();
  readonly #columnOrder = new OrderedList();
  /** While a whole view is taken, orders are sorted once at its end. */
  #replacing = false;
  readonly #gone = new Map<TaskId, TaskFace>();
  readonly relations = new Relations();
  /** Which keys each pending command touched, to take exactly those back. */
  readonly #pendingKeys = new Map<number, Place[]>();

  /** Which cards changed, after their cells spoke; undefined: the whole board is another. */
  readonly changedCards = new Emitter<readonly TaskId[] | undefined>();
  #replaced = false;

  readonly #cardCells = new KeyedListeners<TaskId, Card | undefined>();
  readonly #columnCells = new KeyedListeners<ColumnId, ColumnView | undefined>();
  readonly #listCells = new KeyedListeners<ColumnId, readonly TaskId[]>();
  readonly #tasksDirty = new Map<TaskId, Card | undefined>();
  readonly #columnsDirty = new Map<ColumnId, ColumnView | undefined>();
  readonly #ordersDirty = new Set<ColumnId>();
  readonly #listsDirty = new Set<"info" | "members" | "labels" | "categories" | "fields" | "views" | "columns">();

  card(task_id: TaskId): Cell<Card | undefined> {
    return this.#cardCells.cell(task_id, () => this.tasks.visible(task_id));
  }

  column(column_id: ColumnId): Cell<ColumnView | undefined> {
    return this.#columnCells.cell(column_id, () => this.columns.visible(column_id));
  }

  tasksOf(column_id: ColumnId): Cell<readonly TaskId[]> {
    return this.#listCells.cell(column_id, () => this.order(column_id).ids());
  }

  label(label_id: string): LabelView | undefined {
    return this.#labels.visible(label_id);
  }

  category(category_id: string): CategoryView | undefined {
    return this.#categories.visible(category_id);
  }

  field(field_id: FieldId): FieldView | undefined {
    return this.#fields.visible(field_id);
  }

  /** A shared view, and the order that it stands in. */
  view(view_id: string): SavedView | undefined {
    return this.#views.visible(view_id);
  }
  get viewOrder(): OrderedList {
    return OrderedList.of(this.views.get().map(({ view_id, rank }) => ({ id: view_id, rank })));
  }

  role(account_id: AccountId): BoardRole | undefined {
    return this.#members.visible(account_id);
  }

  order(column_id: ColumnId): OrderedList {
    return this.#orders.get(column_id) ?? EMPTY;
  }

  get columnOrder(): OrderedList {
    return this.#columnOrder;
  }

  /** A task that left the board while it was open. */
  gone(task_id: TaskId): TaskFace | undefined {
    return this.#gone.get(task_id);
  }

  *cards(): IterableIterator<Card> {
    for (const [, card] of this.tasks.visibleEntries()) yield card;
  }

  /** A whole view: replaces everything confirmed and drops every effect. */
  replace(snapshot: BoardSnapshot): void {
    const { head, tasks } = snapshot;
    this.#replaced = true;
    this.#pendingKeys.clear();
    this.#replacing = true;
    this.#infos.replace(new Map([[INFO, infoOf(head)]]));
    this.#members.replace(new Map(head.members.map((member) => [member.account_id, member.role])));
    this.#labels.replace(new Map(head.labels.map((label) => [label.label_id, label])));
    this.#categories.replace(new Map((head.categories ?? []).map((category) => [category.category_id, category])));
    this.#fields.replace(new Map((head.fields ?? []).map((field) => [field.field_id, field])));
    this.#views.replace(new Map((head.views ?? []).map((view) => [view.view_id, view])));
    this.columns.replace(new Map(head.columns.map((column) => [column.column_id, column])));
    this.tasks.replace(new Map(tasks.map((face) => [face.task_id, face])));
    this.#replacing = false;
    // Thousands of single insertions would each move half a list: sort once.
    const grouped = new Map<ColumnId, { id: string; rank: string }[]>();
    for (const face of tasks) {
      const group = grouped.get(face.column_id);
      const entry = { id: face.task_id, rank: face.rank };
      if (group === undefined) grouped.set(face.column_id, [entry]);
      else group.push(entry);
    }
    for (const column_id of new Set([...this.#orders.keys(), ...grouped.keys()])) {
      const list = OrderedList.of(grouped.get(column_id) ?? []);
      const before = this.#orders.get(column_id);
      if (before !== undefined && same(before.ids(), list.ids())) list.keepIds(before.ids());
      else this.#ordersDirty.add(column_id);
      this.#orders.set(column_id, list);
    }
  }

  /** A committed event. */
  apply(happened: Happened<BoardEvent>): void {
    const effect: Effect = happened;
    const { event } = effect;
    const leaving = event.type === "task.archived" || event.type === "task.deleted" ? this.tasks.confirmed(event.task_id) : undefined;
    for (const { layer, key } of this.#keys(touchedBy(event), true)) layer.apply(key, effect);
    if (leaving !== undefined) this.#keepGone(leaving);
    else if (TAKES_AWAY.has(event.type)) this.#takeFromGone(effect);
  }

  /** Shows the effects of a command that is under way. */
  push(client_seq: number, effects: readonly Effect[]): void {
    const keys = this.#pendingKeys.get(client_seq) ?? [];
    this.#pendingKeys.set(client_seq, keys);
    for (const effect of effects) {
      for (const place of this.#keys(touchedBy(effect.event), false)) {
        keys.push(place);
        place.layer.push(place.key, { client_seq, effect });
      }
    }
  }

  /** Takes back exactly the effects of one command. */
  drop(client_seq: number): void {
    const keys = this.#pendingKeys.get(client_seq);
    if (keys === undefined) return;
    this.#pendingKeys.delete(client_seq);
    for (const { layer, key } of keys) layer.drop(key, client_seq);
  }

  /** Nothing may be seen any more. */
  clear(): void {
    for (const client_seq of this.pending()) this.drop(client_seq);
    this.#gone.clear();
    this.#infos.replace(new Map());
    this.#members.replace(new Map());
    this.#labels.replace(new Map());
    this.#categories.replace(new Map());
    this.#fields.replace(new Map());
    this.#views.replace(new Map());
    this.columns.replace(new Map());
    this.tasks.replace(new Map());
  }

  /** Commands whose effects are shown. */
  pending(): number[] {
    return [...this.#pendingKeys.keys()];
  }

  /** The confirmed state, for keeping. Undefined before the first view. */
  snapshot(): BoardSnapshot | undefined {
    const info = this.#infos.confirmed(INFO);
    if (info === undefined) return undefined;
    const members = [...this.#members.confirmedEntries()].map(([account_id, role]) => ({ account_id, role }));
    const tasks = [...this.tasks.confirmedValues()];
    const columns = [...this.columns.confirmedValues()];
    const labels = [...this.#labels.confirmedValues()];
    const categories = [...this.#categories.confirmedValues()];
    const fields = [...this.#fields.confirmedValues()].sort(byPlace);
    const views = [...this.#views.confirmedValues()];
    const { escalations = [], ...own } = info;
    return { head: { ...own, ...(escalations.length > 0 && { escalations: [...escalations] }), members, columns, labels, ...(categories.length > 0 && { categories }), ...(fields.length > 0 && { fields }), ...(views.length > 0 && { views }), task_count: tasks.length }, tasks };
  }

  /** Speaks: every cell whose value changed since the last flush. */
  flush(): void {
    const tasks = [...this.#tasksDirty];
    const columns = [...this.#columnsDirty];
    const orders = [...this.#ordersDirty];
    this.#tasksDirty.clear();
    this.#columnsDirty.clear();
    this.#ordersDirty.clear();
    this.publish();
    for (const [id, before] of columns) {
      const column = this.columns.visible(id);
      if (column !== before) this.#columnCells.emit(id, column);
    }
    // Cards before lists: whoever draws a list finds its cards.
    for (const [id, before] of tasks) {
      const card = this.tasks.visible(id);
      if (card !== before) this.#cardCells.emit(id, card);
    }
    for (const id of orders) this.#listCells.emit(id, this.order(id).ids());
    this.relations.flush();
    const replaced = this.#replaced;
    this.#replaced = false;
    if (replaced) this.changedCards.emit(undefined);
    else if (tasks.length > 0) this.changedCards.emit(tasks.map(([id]) => id));
  }

  /** The short lists alone. */
  publish(): void {
    if (this.#listsDirty.has("info")) this.info.set(this.#infos.visible(INFO));
    if (this.#listsDirty.has("members")) {
      this.members.set([...this.#members.visibleEntries()].map(([account_id, role]) => ({ account_id, role })).sort(by("account_id")));
    }
    if (this.#listsDirty.has("labels")) this.labels.set([...this.#labels.visibleEntries()].map(([, label]) => label).sort(by("label_id")));
    if (this.#listsDirty.has("categories")) this.categories.set([...this.#categories.visibleEntries()].map(([, category]) => category).sort(by("category_id")));
    if (this.#listsDirty.has("fields")) this.fields.set([...this.#fields.visibleEntries()].map(([, field]) => field).sort(byPlace));
    if (this.#listsDirty.has("views")) this.views.set([...this.#views.visibleEntries()].map(([, view]) => view).sort((a, b) => compareEntries({ id: a.view_id, rank: a.rank }, { id: b.view_id, rank: b.rank })));
    if (this.#listsDirty.has("columns")) {
      const ids = this.#columnOrder.ids();
      const archived = (id: ColumnId): boolean => this.columns.visible(id)?.archived === true;
      setIfOther(this.columnIds, ids.filter((id) => !archived(id)));
      setIfOther(this.archivedColumnIds, ids.filter(archived));
    }
    this.#listsDirty.clear();
    this.taskCount.set(this.tasks.size);
  }

  #keys(touched: Touched, confirmed: boolean) {
    const keys: Place[] = [];
    if (touched.info === true) keys.push({ layer: this.#infos, key: INFO });
    if (touched.member !== undefined) keys.push({ layer: this.#members, key: touched.member });
    if (touched.column !== undefined) keys.push({ layer: this.columns, key: touched.column });
    if (touched.label !== undefined) keys.push({ layer: this.#labels, key: touched.label });
    if (touched.category !== undefined) keys.push({ layer: this.#categories, key: touched.category });
    if (touched.field !== undefined) keys.push({ layer: this.#fields, key: touched.field });
    if (touched.view !== undefined) keys.push({ layer: this.#views, key: touched.view });
    for (const key of touched.tasks ?? []) keys.push({ layer: this.tasks, key });
    const { before: gone, asking } = touched;
    if (gone !== undefined || asking !== undefined) {
      const columns = confirmed ? this.columns.confirmedValues() : [...this.columns.visibleEntries()].map(([, column]) => column);
      const names = ({ workflow }: ColumnView): boolean =>
        (gone !== undefined && workflow?.next?.includes(gone) === true) || (asking !== undefined && workflow?.required_fields?.includes(asking) === true);
      for (const column of columns) if (names(column)) keys.push({ layer: this.columns, key: column.column_id });
    }
    const has = hasOf(touched);
    if (has !== undefined) {
      const faces = confirmed ? this.tasks.confirmedValues() : this.cards();
      for (const face of faces) if (has(face)) keys.push({ layer: this.tasks, key: face.task_id });
    }
    return keys;
  }

  #taskChanged(id: TaskId, before: Card | undefined, after: Card | undefined): void {
    if (!this.#tasksDirty.has(id)) this.#tasksDirty.set(id, before);
    this.relations.change(id, before, after);
    if (this.#replacing) return;
    if (before !== undefined && after !== undefined && before.column_id === after.column_id && before.rank === after.rank) return;
    if (before !== undefined) {
      this.#orders.get(before.column_id)?.remove(id, before.rank);
      this.#ordersDirty.add(before.column_id);
    }
    if (after !== undefined) {
      let list = this.#orders.get(after.column_id);
      if (list === undefined) {
        list = new OrderedList();
        this.#orders.set(after.column_id, list);
      }
      list.insert(id, after.rank);
      this.#ordersDirty.add(after.column_id);
    }
  }

  #columnChanged(id: ColumnId, before: ColumnView | undefined, after: ColumnView | undefined): void {
    if (!this.#columnsDirty.has(id)) this.#columnsDirty.set(id, before);
    if (before !== undefined) this.#columnOrder.remove(id, before.rank);
    if (after !== undefined) this.#columnOrder.insert(id, after.rank);
    this.#listsDirty.add("columns");
  }

  #keepGone(face: TaskFace): void {
    this.#gone.set(face.task_id, face);
    for (const oldest of this.#gone.keys()) {
      if (this.#gone.size <= GONE_MAX) break;
      this.#gone.delete(oldest);
    }
  }

  #takeFromGone(effect: Effect): void {
    for (const [id, face] of this.#gone) {
      const next = reduceFace(face, effect);
      if (next !== undefined) this.#gone.set(id, next);
    }
  }
}

const EMPTY = new OrderedList();

/** What takes something away from tasks, also from those that left the board. */
const TAKES_AWAY: ReadonlySet<BoardEvent["type"]> = new Set<BoardEvent["type"]>(["label.deleted", "category.deleted", "field.updated", "field.deleted"]);

const byPlace = (a: FieldView, b: FieldView): number => compareEntries({ id: a.field_id, rank: a.rank }, { id: b.field_id, rank: b.rank });

/** Which tasks have what is taken away; undefined where nothing is. */
function hasOf({ label_tasks: label, category_tasks: category, field_tasks: field }: Touched): ((face: TaskFace) => boolean) | undefined {
  if (label !== undefined) return (face) => face.labels?.includes(label) === true;
  if (category !== undefined) return (face) => face.category_id === category;
  return field === undefined ? undefined : (face) => valueIn(face, field) !== undefined;
}

const by = <K extends string>(field: K) => (a: Record<K, string>, b: Record<K, string>): number => (a[field] < b[field] ? -1 : a[field] > b[field] ? 1 : 0);

function setIfOther(box: Box<readonly string[]>, next: readonly string[]): void {
  if (!same(box.get(), next)) box.set(next);
}

/** The parts of a board's view, put together; undefined when they are not a board's, or lack the head. */
export function assemble(parts: readonly ViewPart[]): BoardSnapshot | undefined {
  let head: BoardHead | undefined;
  const tasks: TaskFace[] = [];
  for (const part of parts) {
    if (part.kind !== "board") return undefined;
    head ??= part.board;
    for (const face of part.tasks) tasks.push(face);
  }
  return head === undefined ? undefined : { head, tasks };
}
