//! What the server will probably say to a command: the events that are shown until it does. A prediction may be empty (nothing to
//! show yet) and may be wrong in a rank or a count; the echo puts that right. It never invents a number.

import type { BoardCommand, BoardEvent, Colour, ColumnId, Escalation, RepeatRule, TaskDetail, TaskFace, TaskField } from "../gen/protocol";
import type { BoardStore } from "./board";
import { predictField } from "./fields";
import { OrderedList } from "./ordered";
import { isFull, letsIn } from "./workflow";

/** What a prediction may look at. */
export interface Known {
  readonly store: BoardStore;
  /** An open detail of a task, as shown. */
  detail(task_id: string): TaskDetail | undefined;
}

type Of<T extends BoardCommand["type"]> = Extract<BoardCommand, { type: T }>;

/** Entering a column of finished work finishes a task, leaving it for another kind opens it again. */
function completion(task_id: string, done_before: boolean, was_done_kind: boolean, column_id: ColumnId, store: BoardStore): BoardEvent[] {
  const is_done_kind = store.columns.visible(column_id)?.kind === "done";
  if (is_done_kind && !done_before) return [{ type: "task.completed", task_id }];
  return was_done_kind && !is_done_kind && done_before ? [{ type: "task.reopened", task_id }] : [];
}

function create(command: Of<"task.create">, { store }: Known): BoardEvent[] {
  const { type: _type, place, points, minutes, repeat, category_id, cover, fields: values = [], ...fields } = command;
  const { task_id, column_id } = command;
  if (isFull(store.columns.visible(column_id), store.order(column_id).length)) return [];
  const rank = store.order(column_id).rankAt(place, task_id);
  const estimated: BoardEvent[] = points === undefined && minutes === undefined ? [] : [{ type: "task.estimated", task_id, ...(points !== undefined && { points }), ...(minutes !== undefined && { minutes }) }];
  return [{ type: "task.created", number: 0, rank, ...fields }, ...estimated, ...marked(task_id, category_id, cover, values), ...(repeat === undefined ? [] : repeats(task_id, repeat)), ...completion(task_id, false, false, column_id, store)];
}

/** What is said of a new card in events of its own. */
function marked(task_id: string, category_id: string | undefined, colour: Colour | undefined, values: readonly TaskField[]): BoardEvent[] {
  return [
    ...(category_id === undefined ? [] : [{ type: "task.categorized" as const, task_id, category_id }]),
    ...(colour === undefined ? [] : [{ type: "task.cover.changed" as const, task_id, colour }]),
    ...values.map(({ field_id, value }) => ({ type: "task.field.changed" as const, task_id, field_id, kind: value.kind, value })),
  ];
}

/** What it counts from the server works out, and nothing shows it. */
function repeats(task_id: string, repeat: RepeatRule | undefined): BoardEvent[] {
  return [{ type: "task.repeat.changed", task_id, ...(repeat !== undefined && { repeat: { ...repeat, starts: "", at: "" } }) }];
}

function move(command: Of<"task.move">, { store }: Known): BoardEvent[] {
  const { task_id, column_id, place } = command;
  const face = store.tasks.visible(task_id);
  if (face === undefined) return [];
  const order = store.order(column_id);
  const stays = face.column_id === column_id;
  if (stays && order.isAt(place, task_id)) return [];
  const moved: BoardEvent = { type: "task.moved", task_id, from_column_id: face.column_id, column_id, rank: order.rankAt(place, task_id) };
  if (stays) return [moved];
  // It would be shown there for a moment and come back.
  if (!letsIn(store, face, column_id)) return [];
  const was_done_kind = store.columns.visible(face.column_id)?.kind === "done";
  return [moved, ...completion(task_id, face.completed_at !== undefined, was_done_kind, column_id, store)];
}

/** Its parts go along, theirs too. What number it gets there the other board says. */
function transfer({ task_id, to_board_id }: Of<"task.transfer">, { store }: Known): BoardEvent[] {
  const going = [task_id];
  for (const id of going) going.push(...store.relations.parts(id).get().filter((part) => !going.includes(part)));
  return going.filter((id) => store.tasks.visible(id) !== undefined).map((id) => ({ type: "task.transferred", task_id: id, to_board_id }));
}

/** A task that left the board comes back as it was; where its column is gone, in the first that is open. */
function comeBack(type: "task.unarchived" | "task.restored", task_id: string, { store }: Known): BoardEvent[] {
  const gone: TaskFace | undefined = store.tasks.visible(task_id) === undefined ? store.gone(task_id) : undefined;
  if (gone === undefined) return [];
  const column_id = store.columns.visible(gone.column_id) === undefined ? store.columnIds.get()[0] : gone.column_id;
  if (column_id !== undefined && isFull(store.columns.visible(column_id), store.order(column_id).length)) return [];
  return column_id === undefined ? [] : [{ type, task_id, face: { ...gone, column_id } }];
}

function createColumn(command: Of<"column.create">, { store }: Known): BoardEvent[] {
  const { column_id, name, kind, place } = command;
  return [{ type: "column.created", column_id, name, kind, rank: store.columnOrder.rankAt(place, column_id) }];
}

function setMember(command: Of<"board.member.set">, { store }: Known): BoardEvent[] {
  const { account_id, role } = command;
  const known = store.role(account_id) !== undefined;
  return [{ type: known ? "board.member.role.changed" : "board.member.added", account_id, role }];
}

function addItem(command: Of<"checklist.item.add">, known: Known): BoardEvent[] {
  const { type: _type, place, ...fields } = command;
  const checklist = known.detail(command.task_id)?.checklists.find((list) => list.checklist_id === command.checklist_id);
  const rank = rankAmong(checklist?.items ?? [], place, command.item_id);
  return [{ type: "checklist.item.added", rank, ...fields }];
}

function updateItem(command: Of<"checklist.item.update">, known: Known): BoardEvent[] {
  const item = itemOf(known.detail(command.task_id), command.item_id);
  if (item === undefined) return [];
  const { task_id, item_id, text } = command;
  const done = command.done === undefined || command.done === item.done ? undefined : command.done;
  if (text === undefined && done === undefined) return [];
  return [{ type: "checklist.item.updated", task_id, item_id, ...(text !== undefined && { text }), ...(done !== undefined && { done }) }];
}

function removeItem(command: Of<"checklist.item.remove">, known: Known): BoardEvent[] {
  const item = itemOf(known.detail(command.task_id), command.item_id);
  if (item === undefined) return [];
  return [{ type: "checklist.item.removed", task_id: command.task_id, item_id: command.item_id, ...(item.done && { was_done: true }) }];
}

function deleteChecklist(command: Of<"checklist.delete">, known: Known): BoardEvent[] {
  const list = known.detail(command.task_id)?.checklists.find((one) => one.checklist_id === command.checklist_id);
  if (list === undefined) return [];
  const removed: [number, number] = [list.items.filter((item) => item.done).length, list.items.length];
  return [{ type: "checklist.deleted", task_id: command.task_id, checklist_id: command.checklist_id, removed }];
}

/** Whose it is where nobody is said is whoever does it. What is not loaded cannot be counted: then nothing is shown before the echo. */
function time(command: Of<"time.log" | "time.update" | "time.remove">, known: Known): BoardEvent[] {
  const { task_id, entry_id } = command;
  const tracked_s = known.store.tasks.visible(task_id)?.tracked_s ?? 0;
  if (command.type === "time.log") return [{ ...command, type: "time.logged", account_id: command.account_id ?? "", tracked_s: tracked_s + command.duration_s }];
  const entry = known.detail(task_id)?.time?.find((one) => one.entry_id === entry_id);
  if (entry === undefined) return [];
  const others = Math.max(0, tracked_s - entry.duration_s);
  return command.type === "time.remove" ? [{ type: "time.removed", task_id, entry_id, tracked_s: others }] : [{ ...command, type: "time.updated", tracked_s: others + (command.duration_s ?? entry.duration_s) }];
}

const itemOf = (detail: TaskDetail | undefined, item_id: string) =>
  detail?.checklists.flatMap((list) => list.items).find((item) => item.item_id === item_id);

function rankAmong(items: readonly { item_id: string; rank: string }[], place: Of<"checklist.item.add">["place"], id: string): string {
  return OrderedList.of(items.map((item) => ({ id: item.item_id, rank: item.rank }))).rankAt(place, id);
}

/** Each once, as the server keeps them. */
function inOrder(escalations: readonly Escalation[]): Escalation[] {
  const key = ({ after_minutes, to }: Escalation) => `${String(after_minutes).padStart(10, "0")} ${to.kind} ${to.kind === "person" ? to.account_id : ""}`;
  const known = new Map(escalations.map((escalation) => [key(escalation), escalation]));
  return [...known].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, escalation]) => escalation);
}

/** Commands whose event says the same words: nothing to work out. */
function plain(command: BoardCommand): BoardEvent[] {
  switch (command.type) {
    case "board.update":
      return [{ ...command, type: "board.updated" }];
    case "board.template.set":
      return [{ ...command, type: "board.template.changed" }];
    case "board.escalations.set":
      return [{ type: "board.escalations.changed", escalations: inOrder(command.escalations) }];
    case "board.archive":
      return [{ type: "board.archived" }];
    case "board.unarchive":
      return [{ type: "board.unarchived" }];
    case "board.delete":
      return [{ type: "board.deleted" }];
    case "board.restore":
      return [{ type: "board.restored" }];
    case "board.member.remove":
      return [{ ...command, type: "board.member.removed" }];
    case "column.update":
      return [{ ...command, type: "column.updated" }];
    case "column.workflow.set":
      return [{ ...command, type: "column.workflow.changed" }];
    case "column.archive":
      return [{ ...command, type: "column.archived" }];
    case "column.unarchive":
      return [{ ...command, type: "column.unarchived" }];
    case "label.create":
      return [{ ...command, type: "label.created" }];
    case "label.update":
      return [{ ...command, type: "label.updated" }];
    case "label.delete":
      return [{ ...command, type: "label.deleted" }];
    case "category.create":
      return [{ ...command, type: "category.created" }];
    case "category.update":
      return [{ ...command, type: "category.updated" }];
    case "category.delete":
      return [{ ...command, type: "category.deleted" }];
    case "view.update":
      return [{ ...command, type: "view.updated" }];
    case "view.delete":
      return [{ ...command, type: "view.deleted" }];
    case "checklist.create":
      return [{ ...command, type: "checklist.created" }];
    case "checklist.rename":
      return [{ ...command, type: "checklist.renamed" }];
    case "comment.add":
      return [{ ...command, type: "task.commented" }];
    case "comment.edit":
      return [{ ...command, type: "comment.edited" }];
    case "comment.delete":
      return [{ ...command, type: "comment.deleted" }];
    case "comment.react":
      return [{ ...command, type: "comment.reacted" }];
    case "comment.unreact":
      return [{ ...command, type: "comment.unreacted" }];
    default:
      return plainOfTask(command);
  }
}

function plainOfTask(command: BoardCommand): BoardEvent[] {
  switch (command.type) {
    case "task.update":
      return [{ ...command, type: "task.updated" }];
    case "task.assign":
      return [{ ...command, type: "task.assigned" }];
    case "task.unassign":
      return [{ ...command, type: "task.unassigned" }];
    case "task.label":
      return [{ ...command, type: "task.labelled" }];
    case "task.unlabel":
      return [{ ...command, type: "task.unlabelled" }];
    case "task.prioritize":
      return [{ ...command, type: "task.priority.changed" }];
    case "task.schedule":
      return [{ ...command, type: "task.scheduled" }];
    case "task.estimate":
      return [{ ...command, type: "task.estimated" }];
    case "task.categorize":
      return [{ ...command, type: "task.categorized" }];
    case "task.cover.set":
      return [{ ...command, type: "task.cover.changed" }];
    case "task.repeat.set":
      return repeats(command.task_id, command.repeat);
    case "task.parent.set":
      return [{ ...command, type: "task.parent.changed" }];
    case "task.dependency.add":
      return [{ ...command, type: "task.dependency.added" }];
    case "task.dependency.remove":
      return [{ ...command, type: "task.dependency.removed" }];
    case "task.reminder.set":
      return [{ ...command, type: "task.reminder.set" }];
    case "task.reminder.remove":
      return [{ ...command, type: "task.reminder.removed" }];
    case "task.watch":
      return [{ ...command, type: "task.watched" }];
    case "task.unwatch":
      return [{ ...command, type: "task.unwatched" }];
    case "task.complete":
      return [{ ...command, type: "task.completed" }];
    case "task.reopen":
      return [{ ...command, type: "task.reopened" }];
    case "task.archive":
      return [{ ...command, type: "task.archived" }];
    case "task.delete":
      return [{ ...command, type: "task.deleted" }];
    default:
      return [];
  }
}

/** A column may only go when it holds no active task: until the server agrees, one with tasks stays. */
function deleteColumn(column_id: ColumnId, { store }: Known): BoardEvent[] {
  return store.order(column_id).length === 0 ? [{ type: "column.deleted", column_id }] : [];
}

export function predict(command: BoardCommand, known: Known): BoardEvent[] {
  if (command.type.startsWith("field.") || command.type === "task.field.set") return predictField(command, known.store);
  switch (command.type) {
    case "task.create":
      return create(command, known);
    case "task.move":
      return move(command, known);
    case "task.transfer":
      return transfer(command, known);
    case "task.unarchive":
      return comeBack("task.unarchived", command.task_id, known);
    case "task.restore":
      return comeBack("task.restored", command.task_id, known);
    case "column.create":
      return createColumn(command, known);
    case "column.move":
      return [{ type: "column.moved", column_id: command.column_id, rank: known.store.columnOrder.rankAt(command.place, command.column_id) }];
    case "column.delete":
      return deleteColumn(command.column_id, known);
    case "view.create":
      return [{ type: "view.created", view_id: command.view_id, name: command.name, look: command.look, rank: known.store.viewOrder.rankAt(command.place, command.view_id) }];
    case "view.move":
      return [{ type: "view.moved", view_id: command.view_id, rank: known.store.viewOrder.rankAt(command.place, command.view_id) }];
    case "board.member.set":
      return setMember(command, known);
    case "time.log":
    case "time.update":
    case "time.remove":
      return time(command, known);
    case "checklist.item.add":
      return addItem(command, known);
    case "checklist.item.update":
      return updateItem(command, known);
    case "checklist.item.remove":
      return removeItem(command, known);
    case "checklist.delete":
      return deleteChecklist(command, known);
    default:
      return plain(command);
  }
}
