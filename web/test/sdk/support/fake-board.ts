//! A board as the server holds it, written anew for the tests: one mutable state, folded without any of the client's code, so that
//! agreement between the two means something.

import { generateKeyBetween } from "fractional-indexing";
import type {
  BoardCommand, BoardEvent, BoardHead, BoardRole, CategoryView, ChecklistView, Code, ColumnView, CommentView, Dependency, Escalation, Failure, FieldValue, FieldView, Happened, LabelView, Lifecycle, Place, Reminder, Repeat, SavedView, TaskDetail, TaskFace,
} from "../../../src/gen/protocol";
import { CODES } from "../../../src/gen/protocol";
import { decideField, fieldsOf } from "./fake-fields";
import { inTime, spent, type Timed, workingOn } from "./fake-time";

export interface ServerTask extends Timed {
  face: Required<Pick<TaskFace, "task_id" | "number" | "column_id" | "rank" | "title">>;
  labels: string[];
  assignees: string[];
  priority: string;
  start_at: number | undefined;
  due: TaskFace["due"] | undefined;
  completed_at: number | undefined;
  points: number | undefined;
  minutes: number | undefined;
  repeat: Repeat | undefined;
  parent_id: string | undefined;
  category_id: string | undefined;
  cover: TaskFace["cover"] | undefined;
  fields: Map<string, FieldValue>;
  dependencies: Map<string, Dependency>;
  watchers: Set<string>;
  reminders: Map<string, Reminder>;
  lifecycle: Lifecycle;
  description: string;
  checklists: ChecklistView[];
  comments: CommentView[];
  created_by: string;
  created_at: number;
}

export class Refused extends Error {
  constructor(readonly failure: Failure) {
    super(failure.code);
  }
}

export function failure(code: Code, field?: string): Failure {
  return { code, message: CODES[code].message, temporary: CODES[code].temporary, ...(field !== undefined && { field }) };
}

const refuse = (code: Code, field?: string): never => {
  throw new Refused(failure(code, field));
};

const byRank = (a: { rank: string; id: string }, b: { rank: string; id: string }): number =>
  a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : a.id < b.id ? -1 : 1;

export class FakeBoard {
  epoch = 1;
  seq = 0;
  log: Happened<BoardEvent>[] = [];
  name = "Board";
  visibility: BoardHead["visibility"] = "organization";
  lifecycle: Lifecycle = "active";
  template = false;
  escalations: Escalation[] = [];
  members = new Map<string, BoardRole>();
  columns = new Map<string, ColumnView>();
  labels = new Map<string, LabelView>();
  categories = new Map<string, CategoryView>();
  fields = new Map<string, FieldView>();
  views = new Map<string, SavedView>();
  tasks = new Map<string, ServerTask>();
  last_number = 0;

  constructor(readonly board_id: string, readonly org_id: string) {}

  order(column_id: string): ServerTask[] {
    const tasks = [...this.tasks.values()].filter((task) => task.lifecycle === "active" && task.face.column_id === column_id);
    return tasks.sort((a, b) => byRank({ rank: a.face.rank, id: a.face.task_id }, { rank: b.face.rank, id: b.face.task_id }));
  }

  columnOrder(): ColumnView[] {
    return [...this.columns.values()].sort((a, b) => byRank({ rank: a.rank, id: a.column_id }, { rank: b.rank, id: b.column_id }));
  }

  face(task: ServerTask): TaskFace {
    const items = task.checklists.flatMap((list) => list.items);
    return {
      ...task.face,
      ...(task.labels.length > 0 && { labels: [...task.labels] }),
      ...(task.assignees.length > 0 && { assignees: [...task.assignees] }),
      ...(task.priority !== "none" && { priority: task.priority as TaskFace["priority"] & string }),
      ...(task.start_at !== undefined && { start_at: task.start_at }),
      ...(task.points !== undefined && { points: task.points }),
      ...workingOn(task),
      ...(task.minutes !== undefined && { minutes: task.minutes }),
      ...(task.repeat !== undefined && { repeat: { rule: task.repeat.rule, zone: task.repeat.zone, ...(task.repeat.on !== undefined && { on: task.repeat.on }) } }),
      ...(task.parent_id !== undefined && { parent_id: task.parent_id }),
      ...(task.category_id !== undefined && { category_id: task.category_id }),
      ...(task.cover !== undefined && { cover: task.cover }),
      ...(task.fields.size > 0 && { fields: [...task.fields].sort(([a], [b]) => (a < b ? -1 : 1)).map(([field_id, value]) => ({ field_id, value })) }),
      ...(task.dependencies.size > 0 && { dependencies: [...task.dependencies.values()] }),
      ...(task.due !== undefined && { due: task.due }),
      ...(items.length > 0 && { checklist: [items.filter((item) => item.done).length, items.length] as [number, number] }),
      ...(task.comments.length > 0 && { comments: task.comments.length }),
      ...(task.description !== "" && { has_description: true }),
      ...(task.completed_at !== undefined && { completed_at: task.completed_at }),
    };
  }

  faces(): TaskFace[] {
    return [...this.tasks.values()].filter((task) => task.lifecycle === "active").map((task) => this.face(task));
  }

  head(): BoardHead {
    const members = [...this.members].map(([account_id, role]) => ({ account_id, role }));
    const { board_id, org_id, name, visibility, lifecycle } = this;
    return structuredClone({ board_id, org_id, name, key: "OPS", visibility, lifecycle, ...(this.template && { template: true }), ...(this.escalations.length > 0 && { escalations: this.escalations }), members, columns: this.columnOrder(), labels: [...this.labels.values()], ...(this.categories.size > 0 && { categories: [...this.categories.values()] }), ...(this.fields.size > 0 && { fields: fieldsOf(this) }), ...(this.views.size > 0 && { views: [...this.views.values()] }), task_count: this.faces().length });
  }

  detail(task_id: string): TaskDetail {
    const task = this.tasks.get(task_id);
    if (task === undefined) throw new Refused(failure("not_found"));
    const { lifecycle, description, checklists, comments, created_by, created_at } = task;
    const watchers = [...task.watchers].sort();
    const order = (reminder: Reminder) => (reminder.kind === "before" ? reminder.minutes - 1e18 : reminder.at);
    const reminders = [...task.reminders.values()].sort((a, b) => order(a) - order(b));
    return structuredClone({ face: this.face(task), lifecycle, description, checklists, comments, ...(watchers.length > 0 && { watchers }), ...(reminders.length > 0 && { reminders }), ...inTime(task), created_by, created_at, seq: this.seq });
  }

  decide(command: BoardCommand): BoardEvent[] {
    if (this.lifecycle !== "active" && command.type !== "board.unarchive" && command.type !== "board.restore") refuse("wrong_state");
    if (command.type.startsWith("field.")) return this.#field(command);
    if (command.type.startsWith("column.") || command.type.startsWith("label.") || command.type.startsWith("category.") || command.type.startsWith("view.") || command.type.startsWith("board.")) return this.#settings(command);
    if (command.type === "task.create") return this.#create(command);
    const task = ("task_id" in command ? this.tasks.get(command.task_id) : undefined) ?? refuse("not_found", "task_id");
    const back = command.type === "task.restore" || command.type === "task.unarchive" || command.type === "task.delete";
    if (!back && task.lifecycle !== "active") refuse(task.lifecycle === "deleted" ? "not_found" : "wrong_state", "task_id");
    return this.#task(command, task);
  }

  #create(command: Extract<BoardCommand, { type: "task.create" }>): BoardEvent[] {
    const { type: _type, place, points, minutes, repeat, ...fields } = command;
    if (this.tasks.has(command.task_id)) refuse("already_exists", "task_id");
    const column = this.columns.get(command.column_id) ?? refuse("not_found", "column_id");
    if (command.title.trim() === "") refuse("field_required", "title");
    this.#room(column);
    const events: BoardEvent[] = [{ type: "task.created", number: this.last_number + 1, rank: this.#rank(this.#entries(command.column_id), place, command.task_id), ...fields }];
    const { task_id } = command;
    if (points !== undefined || minutes !== undefined) events.push({ type: "task.estimated", task_id, ...(points !== undefined && { points }), ...(minutes !== undefined && { minutes }) });
    if (repeat !== undefined) events.push({ type: "task.repeat.changed", task_id, repeat: { ...repeat, starts: "2026-01-01", at: "2026-01-01" } });
    if (column.kind === "done") events.push({ type: "task.completed", task_id });
    return events;
  }

  #task(command: BoardCommand, task: ServerTask): BoardEvent[] {
    const { task_id } = task.face;
    switch (command.type) {
      case "task.update":
        return [{ ...command, type: "task.updated" }];
      case "task.move": {
        const column = this.columns.get(command.column_id) ?? refuse("not_found", "column_id");
        const rank = this.#rank(this.#entries(command.column_id), command.place, task_id);
        const from = this.columns.get(task.face.column_id);
        if (from?.column_id !== column.column_id) {
          if (from?.workflow?.next?.includes(column.column_id) === false) refuse("transition_refused", "column_id");
          const lacking = column.workflow?.required_fields?.find((field_id) => !task.fields.has(field_id));
          if (lacking !== undefined) refuse("field_required", `fields.${lacking}`);
          this.#room(column);
        }
        const events: BoardEvent[] = [{ type: "task.moved", task_id, from_column_id: task.face.column_id, column_id: command.column_id, rank }];
        if (from?.column_id === column.column_id) return events;
        if (column.kind === "done" && task.completed_at === undefined) events.push({ type: "task.completed", task_id }, ...this.#next(task));
        else if (from?.kind === "done" && column.kind !== "done" && task.completed_at !== undefined) events.push({ type: "task.reopened", task_id });
        return events;
      }
      case "task.assign":
        return task.assignees.includes(command.account_id) ? [] : [{ ...command, type: "task.assigned" }];
      case "task.unassign":
        return task.assignees.includes(command.account_id) ? [{ ...command, type: "task.unassigned" }] : [];
      case "task.label":
        if (!this.labels.has(command.label_id)) refuse("not_found", "label_id");
        return task.labels.includes(command.label_id) ? [] : [{ ...command, type: "task.labelled" }];
      case "task.unlabel":
        return task.labels.includes(command.label_id) ? [{ ...command, type: "task.unlabelled" }] : [];
      case "task.prioritize":
        return task.priority === command.priority ? [] : [{ ...command, type: "task.priority.changed" }];
      case "task.schedule":
        return [{ ...command, type: "task.scheduled" }];
      case "task.estimate":
        return [{ ...command, type: "task.estimated" }];
      case "task.categorize":
        if (command.category_id !== undefined && !this.categories.has(command.category_id)) refuse("not_found", "category_id");
        return task.category_id === command.category_id ? [] : [{ ...command, type: "task.categorized" }];
      case "task.field.set":
        return this.#field(command);
      case "task.cover.set":
        return task.cover === command.colour ? [] : [{ ...command, type: "task.cover.changed" }];
      case "task.repeat.set":
        return [
          ...(command.repeat !== undefined && task.due === undefined ? [{ type: "task.scheduled" as const, task_id, ...(task.start_at !== undefined && { start_at: task.start_at }), due: { at: 86_400_000_000, has_time: false } }] : []),
          { type: "task.repeat.changed", task_id, ...(command.repeat !== undefined && { repeat: { ...command.repeat, starts: "2026-01-01", at: "2026-01-01" } }) },
        ];
      case "task.parent.set":
        return task.parent_id === command.parent_id ? [] : [{ ...command, type: "task.parent.changed" }];
      case "task.dependency.add":
        return task.dependencies.has(`${command.kind} ${command.other_id}`) ? [] : [{ ...command, type: "task.dependency.added" }];
      case "task.dependency.remove":
        return task.dependencies.has(`${command.kind} ${command.other_id}`) ? [{ ...command, type: "task.dependency.removed" }] : [];
      case "task.reminder.set":
        return task.reminders.has(JSON.stringify(command.reminder)) ? [] : [{ ...command, type: "task.reminder.set" }];
      case "task.reminder.remove":
        return task.reminders.has(JSON.stringify(command.reminder)) ? [{ ...command, type: "task.reminder.removed" }] : [];
      case "task.watch":
        return task.watchers.has(command.account_id) ? [] : [{ ...command, type: "task.watched" }];
      case "task.unwatch":
        return task.watchers.has(command.account_id) ? [{ ...command, type: "task.unwatched" }] : [];
      case "task.complete":
        return task.completed_at === undefined ? [{ type: "task.completed", task_id }, ...this.#next(task)] : [];
      case "task.reopen":
        return task.completed_at === undefined ? [] : [{ type: "task.reopened", task_id }];
      case "task.transfer":
        return [{ type: "task.transferred", task_id, to_board_id: command.to_board_id, to_number: 1 }];
      case "task.archive":
        return [{ type: "task.archived", task_id }];
      case "task.delete":
        return task.lifecycle === "deleted" ? [] : [{ type: "task.deleted", task_id }];
      case "task.unarchive":
        return task.lifecycle === "active" ? [] : [{ type: "task.unarchived", task_id, face: this.#comeBack(task) }];
      case "task.restore":
        return task.lifecycle === "deleted" ? [{ type: "task.restored", task_id, face: this.#comeBack(task) }] : [];
      case "comment.add":
        if (task.comments.some((comment) => comment.comment_id === command.comment_id)) refuse("already_exists", "comment_id");
        return [{ ...command, type: "task.commented" }];
      case "comment.edit":
        if (!task.comments.some((comment) => comment.comment_id === command.comment_id)) refuse("not_found", "comment_id");
        return [{ ...command, type: "comment.edited" }];
      case "comment.delete":
        if (!task.comments.some((comment) => comment.comment_id === command.comment_id)) refuse("not_found", "comment_id");
        return [{ ...command, type: "comment.deleted" }];
      case "comment.react":
      case "comment.unreact": {
        if (!task.comments.some((comment) => comment.comment_id === command.comment_id)) refuse("not_found", "comment_id");
        return [{ ...command, type: command.type === "comment.react" ? "comment.reacted" : "comment.unreacted" }];
      }
      default:
        return spent(command, task, refuse) ?? this.#checklist(command, task);
    }
  }

  /** The next one of a task that repeats, in the column where that is. */
  #next(task: ServerTask): BoardEvent[] {
    const { repeat, points, minutes, labels, assignees } = task;
    if (repeat === undefined || repeat.on === "schedule") return [];
    const { task_id: from_id, column_id, title } = task.face;
    const number = this.last_number + 1;
    const task_id = `${(0x10000000 + number).toString(16)}${from_id.slice(8)}`;
    const items = task.checklists.reduce((all, list) => all + list.items.length, 0);
    return [
      { type: "task.created", task_id, number, column_id, rank: this.#rank(this.#entries(column_id), {}, task_id), title, labels, assignees, due: { at: 86_400_000_000, has_time: false } },
      { type: "task.repeated", task_id, from_id, repeat, ...(task.description !== "" && { has_description: true }), ...(items > 0 && { items }), ...(points !== undefined && { points }), ...(minutes !== undefined && { minutes }) },
    ];
  }

  #checklist(command: BoardCommand, task: ServerTask): BoardEvent[] {
    const items = task.checklists.flatMap((list) => list.items);
    const itemOf = (id: string) => items.find((item) => item.item_id === id) ?? refuse("not_found", "item_id");
    const listOf = (id: string) => task.checklists.find((list) => list.checklist_id === id) ?? refuse("not_found", "checklist_id");
    switch (command.type) {
      case "checklist.create":
        if (task.checklists.some((list) => list.checklist_id === command.checklist_id)) refuse("already_exists", "checklist_id");
        return [{ ...command, type: "checklist.created" }];
      case "checklist.rename":
        listOf(command.checklist_id);
        return [{ ...command, type: "checklist.renamed" }];
      case "checklist.delete": {
        const list = listOf(command.checklist_id);
        return [{ ...command, type: "checklist.deleted", removed: [list.items.filter((item) => item.done).length, list.items.length] }];
      }
      case "checklist.item.add": {
        const { type: _type, place, ...fields } = command;
        const list = listOf(command.checklist_id);
        if (items.some((item) => item.item_id === command.item_id)) refuse("already_exists", "item_id");
        return [{ type: "checklist.item.added", rank: this.#rank(list.items.map((item) => ({ id: item.item_id, rank: item.rank })), place, command.item_id), ...fields }];
      }
      case "checklist.item.update": {
        const item = itemOf(command.item_id);
        const text = command.text === undefined || command.text === item.text ? undefined : command.text;
        const done = command.done === undefined || command.done === item.done ? undefined : command.done;
        if (text === undefined && done === undefined) return [];
        const { task_id, item_id } = command;
        return [{ type: "checklist.item.updated", task_id, item_id, ...(text !== undefined && { text }), ...(done !== undefined && { done }) }];
      }
      case "checklist.item.remove":
        return [{ ...command, type: "checklist.item.removed", ...(itemOf(command.item_id).done && { was_done: true }) }];
      default:
        return refuse("malformed");
    }
  }

  #settings(command: BoardCommand): BoardEvent[] {
    const columnOf = (id: string) => this.columns.get(id) ?? refuse("not_found", "column_id");
    const labelOf = (id: string) => this.labels.get(id) ?? refuse("not_found", "label_id");
    const entries = [...this.columns.values()].map((column) => ({ id: column.column_id, rank: column.rank }));
    switch (command.type) {
      case "board.update": return [{ ...command, type: "board.updated" }];
      case "board.template.set": return [{ ...command, type: "board.template.changed" }];
      case "board.escalations.set": return [{ ...command, type: "board.escalations.changed" }];
      case "board.archive":
      case "board.unarchive": return [{ type: `${command.type}d` }];
      case "column.create": {
        const { type: _type, place, ...fields } = command;
        if (this.columns.has(command.column_id)) refuse("already_exists", "column_id");
        return [{ type: "column.created", rank: this.#rank(entries, place, command.column_id), ...fields }];
      }
      case "column.update":
        columnOf(command.column_id);
        return [{ ...command, type: "column.updated" }];
      case "column.move":
        columnOf(command.column_id);
        return [{ type: "column.moved", column_id: command.column_id, rank: this.#rank(entries, command.place, command.column_id) }];
      case "column.workflow.set":
        columnOf(command.column_id);
        return [{ ...command, type: "column.workflow.changed" }];
      case "column.archive":
        return columnOf(command.column_id).archived === true ? [] : [{ ...command, type: "column.archived" }];
      case "column.unarchive":
        return columnOf(command.column_id).archived === true ? [{ ...command, type: "column.unarchived" }] : [];
      case "column.delete":
        columnOf(command.column_id);
        if (this.order(command.column_id).length > 0) refuse("not_empty", "column_id");
        return [{ ...command, type: "column.deleted" }];
      case "label.create":
        if (this.labels.has(command.label_id)) refuse("already_exists", "label_id");
        return [{ ...command, type: "label.created" }];
      case "label.update":
        labelOf(command.label_id);
        return [{ ...command, type: "label.updated" }];
      case "label.delete":
        labelOf(command.label_id);
        return [{ ...command, type: "label.deleted" }];
      case "view.create":
        if (this.views.has(command.view_id)) refuse("already_exists", "view_id");
        return [{ type: "view.created", view_id: command.view_id, name: command.name, look: command.look, rank: this.#viewRank(command.view_id, command.place) }];
      case "view.update":
      case "view.move":
      case "view.delete":
        if (!this.views.has(command.view_id)) refuse("not_found", "view_id");
        if (command.type === "view.update") return [{ ...command, type: "view.updated" }];
        if (command.type === "view.delete") return [{ ...command, type: "view.deleted" }];
        return [{ type: "view.moved", view_id: command.view_id, rank: this.#viewRank(command.view_id, command.place) }];
      case "category.create":
        if (this.categories.has(command.category_id)) refuse("already_exists", "category_id");
        return [{ ...command, type: "category.created" }];
      case "category.update":
      case "category.delete":
        if (!this.categories.has(command.category_id)) refuse("not_found", "category_id");
        return [command.type === "category.update" ? { ...command, type: "category.updated" } : { ...command, type: "category.deleted" }];
      case "board.member.set":
        return [{ type: this.members.has(command.account_id) ? "board.member.role.changed" : "board.member.added", account_id: command.account_id, role: command.role }];
      case "board.member.remove":
        return this.members.has(command.account_id) ? [{ ...command, type: "board.member.removed" }] : [];
      default:
        return refuse("malformed");
    }
  }

  #field(command: BoardCommand): BoardEvent[] {
    const entries = fieldsOf(this).map(({ field_id, rank }) => ({ id: field_id, rank }));
    return decideField(this, command, (place, id) => this.#rank(entries, place, id));
  }

  #comeBack(task: ServerTask): TaskFace {
    const column_id = this.columns.has(task.face.column_id) ? task.face.column_id : (this.columnOrder()[0]?.column_id ?? "");
    const column = this.columns.get(column_id);
    if (column !== undefined) this.#room(column);
    return { ...this.face(task), column_id };
  }

  #room({ column_id, workflow }: ColumnView): void {
    if (workflow?.wip?.mode === "refuse" && this.order(column_id).length >= workflow.wip.limit) refuse("wip_limit", "column_id");
  }

  #viewRank(view_id: string, place: Place<string> | undefined): string {
    return this.#rank([...this.views.values()].map((view) => ({ id: view.view_id, rank: view.rank })), place, view_id);
  }

  #entries(column_id: string): { id: string; rank: string }[] {
    return this.order(column_id).map((task) => ({ id: task.face.task_id, rank: task.face.rank }));
  }

  #rank(all: { id: string; rank: string }[], place: Place<string> | undefined, id: string): string {
    const entries = all.filter((entry) => entry.id !== id).sort(byRank);
    let low = entries.length - 1;
    const after = entries.findIndex((entry) => entry.id === place?.after);
    const before = entries.findIndex((entry) => entry.id === place?.before);
    if (after >= 0 || before >= 0) low = after >= 0 ? after : before - 1;
    const floor = entries[low]?.rank ?? null;
    const ceiling = entries.slice(low + 1).find((entry) => floor === null || entry.rank > floor)?.rank ?? null;
    return generateKeyBetween(floor, ceiling);
  }
}
