//! Undo: the commands that take a command back, worked out from what is shown before it. Empty where nothing can be undone, or where
//! nothing would change.

import type { BoardCommand, ColumnView, Dependency, Due, TaskDetail, TaskFace } from "../gen/protocol";
import type { BoardStore } from "./board";
import { inverseOfField, valueIn } from "./fields";
import { sameReminder } from "./detail-reduce";
import { mentioning } from "./mentions";
import type { Known } from "./predict";

type Of<T extends BoardCommand["type"]> = Extract<BoardCommand, { type: T }>;

export function inverseOf(command: BoardCommand, known: Known): BoardCommand[] {
  if (command.type.startsWith("task.")) return ofTask(command, known);
  if (command.type.startsWith("column.")) return ofColumn(command, known);
  if (command.type.startsWith("board.")) return ofBoard(command, known);
  if (command.type.startsWith("label.")) return ofLabel(command, known);
  if (command.type.startsWith("view.")) return ofView(command, known);
  if (command.type.startsWith("category.")) return ofCategory(command, known);
  if (command.type.startsWith("field.")) return inverseOfField(command, known.store);
  return ofDetail(command, known);
}

function ofTask(command: BoardCommand, known: Known): BoardCommand[] {
  if (command.type === "task.create") return [{ type: "task.delete", task_id: command.task_id }];
  if (command.type === "task.unarchive") return [{ type: "task.archive", task_id: command.task_id }];
  if (command.type === "task.restore") return [{ type: "task.delete", task_id: command.task_id }];
  const face = "task_id" in command ? known.store.tasks.visible(command.task_id) : undefined;
  if (face === undefined) return [];
  const { task_id } = face;
  switch (command.type) {
    case "task.update":
      return update(command, face, known);
    case "task.move":
      return [{ type: "task.move", task_id, column_id: face.column_id, place: known.store.order(face.column_id).placeOf(task_id) }];
    case "task.assign":
      return face.assignees?.includes(command.account_id) === true ? [] : [{ type: "task.unassign", task_id, account_id: command.account_id }];
    case "task.unassign":
      return face.assignees?.includes(command.account_id) === true ? [{ type: "task.assign", task_id, account_id: command.account_id }] : [];
    case "task.label":
      return face.labels?.includes(command.label_id) === true ? [] : [{ type: "task.unlabel", task_id, label_id: command.label_id }];
    case "task.unlabel":
      return face.labels?.includes(command.label_id) === true ? [{ type: "task.label", task_id, label_id: command.label_id }] : [];
    case "task.prioritize":
      return [{ type: "task.prioritize", task_id, priority: face.priority ?? "none" }];
    case "task.schedule":
      return [{ type: "task.schedule", task_id, ...dates(face) }];
    case "task.estimate": {
      const { points, minutes } = face;
      return [{ type: "task.estimate", task_id, ...(points !== undefined && { points }), ...(minutes !== undefined && { minutes }) }];
    }
    case "task.categorize":
      return [{ type: "task.categorize", task_id, ...(face.category_id !== undefined && { category_id: face.category_id }) }];
    case "task.cover.set":
      return [{ type: "task.cover.set", task_id, ...(face.cover !== undefined && { colour: face.cover }) }];
    case "task.field.set": {
      const value = valueIn(face, command.field_id);
      return [{ type: "task.field.set", task_id, field_id: command.field_id, ...(value !== undefined && { value }) }];
    }
    case "task.repeat.set": {
      const before: BoardCommand = { type: "task.repeat.set", task_id, ...(face.repeat !== undefined && { repeat: face.repeat }) };
      // It may have been given a due date by that.
      return command.repeat !== undefined && face.due === undefined ? [before, { type: "task.schedule", task_id, ...dates(face) }] : [before];
    }
    case "task.parent.set":
      return [{ type: "task.parent.set", task_id, ...(face.parent_id !== undefined && { parent_id: face.parent_id }) }];
    case "task.dependency.add":
      return depends(face, command) ? [] : [{ ...command, type: "task.dependency.remove" }];
    case "task.dependency.remove":
      return depends(face, command) ? [{ ...command, type: "task.dependency.add" }] : [];
    case "task.reminder.set":
    case "task.reminder.remove": {
      // What is not loaded is not known to have been there.
      const reminders = known.detail(task_id)?.reminders ?? [];
      const was = reminders.some((reminder) => sameReminder(reminder, command.reminder));
      if (command.type === "task.reminder.set") return was ? [] : [{ ...command, type: "task.reminder.remove" }];
      return was ? [{ ...command, type: "task.reminder.set" }] : [];
    }
    case "task.watch":
      return [{ ...command, type: "task.unwatch" }];
    case "task.unwatch":
      return [{ ...command, type: "task.watch" }];
    case "task.complete":
      return face.completed_at === undefined ? [{ type: "task.reopen", task_id }] : [];
    case "task.reopen":
      return face.completed_at === undefined ? [] : [{ type: "task.complete", task_id }];
    case "task.archive":
      return [{ type: "task.unarchive", task_id }];
    case "task.delete":
      return [{ type: "task.restore", task_id }];
    default:
      return [];
  }
}

const depends = (face: TaskFace, { kind, other_id }: Dependency): boolean =>
  face.dependencies?.some((said) => said.kind === kind && said.other_id === other_id) === true;

const dates = (face: TaskFace): { start_at?: number; due?: Due } => ({
  ...(face.start_at !== undefined && { start_at: face.start_at }),
  ...(face.due !== undefined && { due: face.due }),
});

function update(command: Of<"task.update">, face: TaskFace, known: Known): BoardCommand[] {
  const description = command.description === undefined ? undefined : known.detail(face.task_id)?.description;
  // A text that is not loaded cannot be put back.
  if (command.description !== undefined && description === undefined) return [];
  // Whoever was mentioned before may see the board no more, and nobody is to be told by an undo.
  const mentions = description === undefined ? {} : mentioning(description, command.mentions ?? []);
  return [{ type: "task.update", task_id: face.task_id, ...(command.title !== undefined && { title: face.title }), ...(description !== undefined && { description }), ...mentions }];
}

function ofColumn(command: BoardCommand, { store }: Known): BoardCommand[] {
  if (command.type === "column.create") return [{ type: "column.delete", column_id: command.column_id }];
  const column = "column_id" in command && command.column_id !== undefined ? store.columns.visible(command.column_id) : undefined;
  if (column === undefined) return [];
  const { column_id, name, kind, colour } = column;
  switch (command.type) {
    case "column.update": {
      const coloured = command.colour !== undefined || command.clear_colour === true;
      const back = colour === undefined ? { clear_colour: true } : { colour };
      return [{ type: "column.update", column_id, ...(command.name !== undefined && { name }), ...(command.kind !== undefined && { kind }), ...(coloured && back) }];
    }
    case "column.move":
      return [{ type: "column.move", column_id, place: store.columnOrder.placeOf(column_id) }];
    case "column.archive":
      return [{ type: "column.unarchive", column_id }];
    case "column.unarchive":
      return [{ type: "column.archive", column_id }];
    case "column.workflow.set":
      return [rules(column)];
    case "column.delete":
      return [{ type: "column.create", column_id, name, kind, place: store.columnOrder.placeOf(column_id) }, ...rulesBack(column, store)];
    default:
      return [];
  }
}

const rules = ({ column_id, workflow }: ColumnView): BoardCommand => ({ type: "column.workflow.set", column_id, ...(workflow !== undefined && { workflow }) });

/** What goes with a column that is deleted: its own rules, and its place in those of others. */
function rulesBack(column: ColumnView, store: BoardStore): BoardCommand[] {
  const own = column.workflow === undefined ? [] : [rules(column)];
  const others = [...store.columns.visibleEntries()].map(([, other]) => other);
  const before = others.filter((other) => other.column_id !== column.column_id && other.workflow?.next?.includes(column.column_id) === true);
  return [...own, ...before.map(rules)];
}

function ofBoard(command: BoardCommand, { store }: Known): BoardCommand[] {
  const info = store.info.get();
  if (info === undefined) return [];
  switch (command.type) {
    case "board.update":
      return [{ type: "board.update", ...(command.name !== undefined && { name: info.name }), ...(command.visibility !== undefined && { visibility: info.visibility }) }];
    case "board.template.set":
      return [{ type: "board.template.set", template: info.template === true }];
    case "board.escalations.set":
      return [{ type: "board.escalations.set", escalations: [...(info.escalations ?? [])] }];
    case "board.archive":
      return [{ type: "board.unarchive" }];
    case "board.unarchive":
      return [{ type: "board.archive" }];
    case "board.delete":
      return [{ type: "board.restore" }];
    case "board.restore":
      return [{ type: "board.delete" }];
    case "board.member.set":
    case "board.member.remove": {
      const { account_id } = command;
      const role = store.role(account_id);
      return role === undefined ? [{ type: "board.member.remove", account_id }] : [{ type: "board.member.set", account_id, role }];
    }
    default:
      return [];
  }
}

function ofLabel(command: BoardCommand, { store }: Known): BoardCommand[] {
  if (command.type === "label.create") return [{ type: "label.delete", label_id: command.label_id }];
  // A deleted label's id is spent, and it may have been on a thousand tasks: not undone.
  if (command.type !== "label.update") return [];
  const label = store.label(command.label_id);
  if (label === undefined) return [];
  const { label_id, name, colour } = label;
  return [{ type: "label.update", label_id, ...(command.name !== undefined && { name }), ...(command.colour !== undefined && { colour }) }];
}

function ofCategory(command: BoardCommand, { store }: Known): BoardCommand[] {
  if (command.type === "category.create") return [{ type: "category.delete", category_id: command.category_id }];
  // As with labels: a deleted one is not undone.
  if (command.type !== "category.update") return [];
  const category = store.category(command.category_id);
  if (category === undefined) return [];
  const { category_id, name, colour } = category;
  return [{ type: "category.update", category_id, ...(command.name !== undefined && { name }), ...(command.colour !== undefined && { colour }) }];
}

function ofView(command: BoardCommand, { store }: Known): BoardCommand[] {
  if (command.type === "view.create") return [{ type: "view.delete", view_id: command.view_id }];
  const view = "view_id" in command && command.view_id !== undefined ? store.view(command.view_id) : undefined;
  if (view === undefined) return [];
  const { view_id, name, look } = view;
  const place = store.viewOrder.placeOf(view_id);
  switch (command.type) {
    case "view.update":
      return [{ type: "view.update", view_id, ...(command.name !== undefined && { name }), ...(command.look !== undefined && { look }) }];
    case "view.move":
      return [{ type: "view.move", view_id, place }];
    case "view.delete":
      return [{ type: "view.create", view_id, name, look, place }];
    default:
      return [];
  }
}

function ofDetail(command: BoardCommand, known: Known): BoardCommand[] {
  if (!("task_id" in command)) return [];
  const { task_id } = command;
  const detail = known.detail(task_id);
  switch (command.type) {
    case "comment.add":
      return [{ type: "comment.delete", task_id, comment_id: command.comment_id }];
    case "comment.edit": {
      const text = detail?.comments.find((comment) => comment.comment_id === command.comment_id)?.text;
      return text === undefined ? [] : [{ type: "comment.edit", task_id, comment_id: command.comment_id, text, ...mentioning(text, command.mentions ?? []) }];
    }
    case "comment.react":
    case "comment.unreact":
      return [{ ...command, type: command.type === "comment.react" ? "comment.unreact" : "comment.react" }];
    case "time.log":
      return [{ type: "time.remove", task_id, entry_id: command.entry_id }];
    case "time.update":
    case "time.remove":
      return timeBack(command, detail);
    case "checklist.create":
      return [{ type: "checklist.delete", task_id, checklist_id: command.checklist_id }];
    case "checklist.rename": {
      const name = detail?.checklists.find((list) => list.checklist_id === command.checklist_id)?.name;
      return name === undefined ? [] : [{ type: "checklist.rename", task_id, checklist_id: command.checklist_id, name }];
    }
    case "checklist.item.add":
      return [{ type: "checklist.item.remove", task_id, item_id: command.item_id }];
    case "checklist.item.update": {
      const item = detail?.checklists.flatMap((list) => list.items).find((one) => one.item_id === command.item_id);
      if (item === undefined) return [];
      return [{ type: "checklist.item.update", task_id, item_id: item.item_id, ...(command.text !== undefined && { text: item.text }), ...(command.done !== undefined && { done: item.done }) }];
    }
    default:
      return [];
  }
}

/** Whose it was is said again: it may have been another's, whose board this person manages. */
function timeBack(command: Of<"time.update" | "time.remove">, detail: TaskDetail | undefined): BoardCommand[] {
  const { task_id, entry_id } = command;
  const entry = detail?.time?.find((one) => one.entry_id === entry_id);
  if (entry === undefined) return [];
  const { account_id, started_at, duration_s, note } = entry;
  if (command.type === "time.remove") return [{ type: "time.log", task_id, entry_id, account_id, started_at, duration_s, ...(note !== undefined && { note }) }];
  return [{ type: "time.update", task_id, entry_id, ...(command.started_at !== undefined && { started_at }), ...(command.duration_s !== undefined && { duration_s }), ...(command.note !== undefined && { note: note ?? "" }) }];
}
