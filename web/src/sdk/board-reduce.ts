//! What each event of a board does, entity by entity: pure functions that give the next value, or the same object when nothing
//! changed. They must equal the server's fold field by field; predictions of own commands run through them too.

import type {
  AccountId, BoardEvent, BoardRole, CategoryId, CategoryView, ColumnId, ColumnView, Dependency, FieldId, LabelId, LabelView, Repeat, RepeatRule,
  SavedView, TaskFace, TaskId, ViewId,
} from "../gen/protocol";
import { withoutGone, withValue } from "./fields";
import { isFree } from "./workflow";

/** An event with its time: committed (the server's) or predicted (this machine's). */
export interface Effect {
  readonly event: BoardEvent;
  readonly at: number;
  readonly by: AccountId;
}

/** What an event touches. `label_tasks`: every task that carries this label; `category_tasks`: that is of this category; `before`: every
 * column that leads to this one; `field_tasks`: that has something in this custom field; `asking`: every column that asks for it. */
export interface Touched {
  readonly info?: true;
  readonly member?: AccountId;
  readonly column?: ColumnId;
  readonly label?: LabelId;
  readonly tasks?: readonly TaskId[];
  readonly label_tasks?: LabelId;
  readonly before?: ColumnId;
  readonly category?: CategoryId;
  readonly category_tasks?: CategoryId;
  readonly field?: FieldId;
  readonly field_tasks?: FieldId;
  readonly asking?: FieldId;
  readonly view?: ViewId;
}

/** A value without one of its optional fields. */
function without<T extends object, K extends keyof T>(value: T, field: K): T {
  if (!(field in value)) return value;
  const { [field]: _gone, ...rest } = value;
  return rest as T;
}

const withList = <T>(list: readonly T[] | undefined, item: T): T[] | undefined =>
  list?.includes(item) === true ? undefined : [...(list ?? []), item];

/** Face with the labels or assignees given; absent when empty, as on the wire. */
function setList(face: TaskFace, field: "labels" | "assignees", list: string[]): TaskFace {
  return list.length === 0 ? without(face, field) : { ...face, [field]: list };
}

function addTo(face: TaskFace, field: "labels" | "assignees", id: string): TaskFace {
  const list = withList(face[field], id);
  return list === undefined ? face : { ...face, [field]: list };
}

function takeFrom(face: TaskFace, field: "labels" | "assignees", id: string): TaskFace {
  const list = face[field];
  return list?.includes(id) === true ? setList(face, field, list.filter((other) => other !== id)) : face;
}

/** In the place of whoever had it; whoever is to have it is there once. */
function reassigned(face: TaskFace, from_id: string, to_id: string): TaskFace {
  const list = face.assignees ?? [];
  return setList(face, "assignees", list.filter((id) => id !== to_id).map((id) => (id === from_id ? to_id : id)));
}

/** Counts of done and all checklist items; absent when there are none. */
function count(face: TaskFace, done: number, all: number): TaskFace {
  if (done === 0 && all === 0) return face;
  const [done_before, all_before] = face.checklist ?? [0, 0];
  const next: [number, number] = [Math.max(0, done_before + done), Math.max(0, all_before + all)];
  return next[1] === 0 ? without(face, "checklist") : { ...face, checklist: next };
}

function comment(face: TaskFace, change: number): TaskFace {
  const comments = Math.max(0, (face.comments ?? 0) + change);
  return comments === 0 ? without(face, "comments") : { ...face, comments };
}

function describe(face: TaskFace, description: string | undefined): TaskFace {
  if (description === undefined) return face;
  if (description === "") return without(face, "has_description");
  return face.has_description === true ? face : { ...face, has_description: true };
}

type Created = Extract<BoardEvent, { type: "task.created" }>;

function created(event: Created): TaskFace {
  const { task_id, number, column_id, rank, title } = event;
  const face: TaskFace = { task_id, number, column_id, rank, title };
  if (event.labels !== undefined && event.labels.length > 0) face.labels = event.labels;
  if (event.assignees !== undefined && event.assignees.length > 0) face.assignees = event.assignees;
  if (event.priority !== undefined && event.priority !== "none") face.priority = event.priority;
  if (event.start_at !== undefined) face.start_at = event.start_at;
  if (event.due !== undefined) face.due = event.due;
  if (event.description !== undefined && event.description !== "") face.has_description = true;
  if (event.parent_id !== undefined) face.parent_id = event.parent_id;
  return face;
}

function scheduled(face: TaskFace, event: Extract<BoardEvent, { type: "task.scheduled" }>): TaskFace {
  let next = without(without(face, "start_at"), "due");
  if (event.start_at !== undefined) next = { ...next, start_at: event.start_at };
  if (event.due !== undefined) next = { ...next, due: event.due };
  return next;
}

function estimated(face: TaskFace, event: Extract<BoardEvent, { type: "task.estimated" }>): TaskFace {
  const { points, minutes } = event;
  return { ...without(without(face, "points"), "minutes"), ...(points !== undefined && { points }), ...(minutes !== undefined && { minutes }) };
}

function depends(face: TaskFace, { kind, other_id }: Dependency, is_so: boolean): TaskFace {
  const before = face.dependencies ?? [];
  const others = before.filter((said) => said.kind !== kind || said.other_id !== other_id);
  if (is_so) return others.length < before.length ? face : { ...face, dependencies: [...before, { kind, other_id }] };
  if (others.length === before.length) return face;
  return others.length === 0 ? without(face, "dependencies") : { ...face, dependencies: others };
}

const ruleOf = ({ rule, zone, on }: Repeat): RepeatRule => ({ rule, zone, ...(on !== undefined && { on }) });

/** The next one of a task that is done has what the other had, and repeats in its stead. */
function repeated(face: TaskFace, event: Extract<BoardEvent, { type: "task.repeated" }>): TaskFace {
  if (face.task_id !== event.task_id) return without(face, "repeat");
  const { repeat, has_description, items = 0, points, minutes } = event;
  const plain = without(without(without(without(face, "has_description"), "checklist"), "points"), "minutes");
  return {
    ...plain,
    repeat: ruleOf(repeat),
    ...(has_description === true && { has_description }),
    ...(items > 0 && { checklist: [0, items] }),
    ...(points !== undefined && { points }),
    ...(minutes !== undefined && { minutes }),
  };
}

/** The face of one active task after an event; undefined when the board does not hold it (any more). */
export function reduceFace(face: TaskFace | undefined, { event, at }: Effect): TaskFace | undefined {
  // A task that is there already was made by this very command, whose outcome was not known.
  if (event.type === "task.created") return face ?? created(event);
  if (event.type === "task.unarchived" || event.type === "task.restored") return event.face;
  if (event.type === "task.received") return event.archived === true ? undefined : event.face;
  if (face === undefined) return undefined;
  switch (event.type) {
    case "task.updated": {
      const titled = event.title === undefined ? face : { ...face, title: event.title };
      return describe(titled, event.description);
    }
    case "task.moved":
      return { ...face, column_id: event.column_id, rank: event.rank };
    case "tasks.reranked": {
      const rank = event.ranks?.find(([task_id]) => task_id === face.task_id)?.[1];
      return rank === undefined ? face : { ...face, rank };
    }
    case "task.assigned":
      return addTo(face, "assignees", event.account_id);
    case "task.unassigned":
      return takeFrom(face, "assignees", event.account_id);
    case "task.reassigned":
      return reassigned(face, event.from_id, event.to_id);
    case "task.labelled":
      return addTo(face, "labels", event.label_id);
    case "task.unlabelled":
    case "label.deleted":
      return takeFrom(face, "labels", event.label_id);
    case "task.priority.changed":
      return event.priority === "none" ? without(face, "priority") : { ...face, priority: event.priority };
    case "task.scheduled":
      return scheduled(face, event);
    case "task.estimated":
      return estimated(face, event);
    case "task.categorized":
      return event.category_id === undefined ? without(face, "category_id") : { ...face, category_id: event.category_id };
    case "category.deleted":
      return face.category_id === event.category_id ? without(face, "category_id") : face;
    case "task.cover.changed":
      return event.colour === undefined ? without(face, "cover") : { ...face, cover: event.colour };
    case "task.field.changed":
      return withValue(face, event.field_id, event.value);
    case "field.updated":
    case "field.deleted":
      return withoutGone(face, event);
    case "task.repeat.changed":
      return event.repeat === undefined ? without(face, "repeat") : { ...face, repeat: ruleOf(event.repeat) };
    case "task.repeated":
      return repeated(face, event);
    case "task.parent.changed":
      return event.parent_id === undefined ? without(face, "parent_id") : { ...face, parent_id: event.parent_id };
    case "task.dependency.added":
      return depends(face, event, true);
    case "task.dependency.removed":
      return depends(face, event, false);
    case "task.completed":
      return { ...face, completed_at: at };
    case "task.reopened":
      return without(face, "completed_at");
    case "task.archived":
    case "task.deleted":
    case "task.transferred":
      return undefined;
    case "checklist.deleted":
      return count(face, -event.removed[0], -event.removed[1]);
    case "checklist.item.added":
      return count(face, event.done === true ? 1 : 0, 1);
    case "checklist.item.updated":
      return event.done === undefined ? face : count(face, event.done ? 1 : -1, 0);
    case "checklist.item.removed":
      return count(face, event.was_done === true ? -1 : 0, -1);
    case "task.commented":
    case "comment.restored":
      return comment(face, 1);
    case "comments.received":
      return comment(face, event.comments.length);
    case "comment.deleted":
      return comment(face, -1);
    case "time.started":
      return { ...face, working: [...(face.working ?? []).filter((id) => id !== event.account_id), event.account_id].sort() };
    case "time.stopped": {
      const left = (face.working ?? []).filter((id) => id !== event.account_id);
      return left.length === 0 ? without(face, "working") : { ...face, working: left };
    }
    case "time.logged":
    case "time.updated":
    case "time.removed":
      return event.tracked_s === 0 ? without(face, "tracked_s") : { ...face, tracked_s: event.tracked_s };
    default:
      return face;
  }
}

/** A column that is gone is nowhere to go to. */
function withoutNext(column: ColumnView, gone: ColumnId): ColumnView {
  const next = column.workflow?.next;
  return next?.includes(gone) === true ? { ...column, workflow: { ...column.workflow, next: next.filter((id) => id !== gone) } } : column;
}

/** A field that is gone is not asked for. */
function withoutField(column: ColumnView, gone: FieldId): ColumnView {
  const fields = column.workflow?.required_fields;
  if (column.workflow === undefined || fields?.includes(gone) !== true) return column;
  const { required_fields: _before, ...rest } = column.workflow;
  const left = fields.filter((id) => id !== gone);
  const workflow = left.length === 0 ? rest : { ...rest, required_fields: left };
  return isFree(workflow) ? without(column, "workflow") : { ...column, workflow };
}

export function reduceColumn(column: ColumnView | undefined, { event }: Effect): ColumnView | undefined {
  if (event.type === "column.created") {
    const { column_id, name, kind, rank } = event;
    return { column_id, name, kind, rank };
  }
  if (column === undefined) return undefined;
  switch (event.type) {
    case "column.updated": {
      const { name, kind, colour, clear_colour } = event;
      return { ...(clear_colour === true ? without(column, "colour") : column), ...(name !== undefined && { name }), ...(kind !== undefined && { kind }), ...(colour !== undefined && { colour }) };
    }
    case "column.moved":
      return { ...column, rank: event.rank };
    case "column.archived":
      return { ...column, archived: true };
    case "column.unarchived":
      return without(column, "archived");
    case "column.workflow.changed": {
      const { workflow } = event;
      return isFree(workflow) || workflow === undefined ? without(column, "workflow") : { ...column, workflow };
    }
    case "field.deleted":
      return withoutField(column, event.field_id);
    case "column.deleted":
      return event.column_id === column.column_id ? undefined : withoutNext(column, event.column_id);
    default:
      return column;
  }
}

export function reduceLabel(label: LabelView | undefined, { event }: Effect): LabelView | undefined {
  if (event.type === "label.created") return { label_id: event.label_id, name: event.name, colour: event.colour };
  if (label === undefined || event.type === "label.deleted") return undefined;
  if (event.type !== "label.updated") return label;
  const { name, colour } = event;
  return { ...label, ...(name !== undefined && { name }), ...(colour !== undefined && { colour }) };
}

export function reduceCategory(category: CategoryView | undefined, { event }: Effect): CategoryView | undefined {
  if (event.type === "category.created") return { category_id: event.category_id, name: event.name, colour: event.colour };
  if (category === undefined || event.type === "category.deleted") return undefined;
  if (event.type !== "category.updated") return category;
  const { name, colour } = event;
  return { ...category, ...(name !== undefined && { name }), ...(colour !== undefined && { colour }) };
}

export function reduceView(view: SavedView | undefined, { event }: Effect): SavedView | undefined {
  if (event.type === "view.created") return { view_id: event.view_id, name: event.name, rank: event.rank, look: event.look };
  if (view === undefined || event.type === "view.deleted") return undefined;
  if (event.type === "view.moved") return { ...view, rank: event.rank };
  if (event.type !== "view.updated") return view;
  const { name, look } = event;
  return { ...view, ...(name !== undefined && { name }), ...(look !== undefined && { look }) };
}

export function reduceMember(role: BoardRole | undefined, { event }: Effect): BoardRole | undefined {
  switch (event.type) {
    case "board.created":
      return "owner";
    case "board.member.added":
    case "board.member.role.changed":
      return event.role;
    case "board.member.removed":
      return undefined;
    default:
      return role;
  }
}

/** Which entities an event changes, so that only those are computed anew. An unknown event touches nothing. */
export function touchedBy(event: BoardEvent): Touched {
  switch (event.type) {
    case "board.created":
      return { info: true, member: event.owner_id };
    case "board.updated":
    case "board.template.changed":
    case "board.escalations.changed":
    case "board.archived":
    case "board.unarchived":
    case "board.deleted":
    case "board.restored":
      return { info: true };
    case "board.member.added":
    case "board.member.role.changed":
    case "board.member.removed":
      return { member: event.account_id };
    case "column.created":
    case "column.updated":
    case "column.moved":
    case "column.archived":
    case "column.unarchived":
    case "column.workflow.changed":
      return { column: event.column_id };
    case "column.deleted":
      return { column: event.column_id, before: event.column_id };
    case "label.created":
    case "label.updated":
      return { label: event.label_id };
    case "label.deleted":
      return { label: event.label_id, label_tasks: event.label_id };
    case "category.created":
    case "category.updated":
      return { category: event.category_id };
    case "category.deleted":
      return { category: event.category_id, category_tasks: event.category_id };
    case "field.created":
    case "field.moved":
      return { field: event.field_id };
    case "field.updated":
      return { field: event.field_id, ...(event.options !== undefined && { field_tasks: event.field_id }) };
    case "field.deleted":
      return { field: event.field_id, field_tasks: event.field_id, asking: event.field_id };
    case "view.created":
    case "view.updated":
    case "view.moved":
    case "view.deleted":
      return { view: event.view_id };
    case "tasks.reranked":
      return { tasks: (event.ranks ?? []).map(([task_id]) => task_id) };
    case "task.repeated":
      return { tasks: [event.task_id, event.from_id] };
    case "task.received":
      return { tasks: [event.face.task_id] };
    default:
      return "task_id" in event ? { tasks: [event.task_id] } : {};
  }
}
