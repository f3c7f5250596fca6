//! The tests' own fold of a board's events: plain mutation, none of the client's code.

import type { BoardEvent, CommentView, Happened } from "../../../src/gen/protocol";
import type { FakeBoard, ServerTask } from "./fake-board";
import { foldField } from "./fake-fields";

export function evolve(board: FakeBoard, happened: Happened<BoardEvent>): void {
  const { event, at } = happened;
  board.seq = happened.seq;
  board.log.push(happened);
  switch (event.type) {
    case "board.created":
      board.members.set(event.owner_id, "owner");
      board.name = event.name;
      board.visibility = event.visibility;
      return;
    case "board.updated":
      if (event.name !== undefined) board.name = event.name;
      if (event.visibility !== undefined) board.visibility = event.visibility;
      return;
    case "board.template.changed":
      board.template = event.template;
      return;
    case "board.escalations.changed":
      board.escalations = event.escalations;
      return;
    case "board.archived":
    case "board.unarchived":
      board.lifecycle = event.type === "board.archived" ? "archived" : "active";
      return;
    case "board.member.added":
    case "board.member.role.changed":
      board.members.set(event.account_id, event.role);
      return;
    case "board.member.removed":
      board.members.delete(event.account_id);
      return;
    case "column.created":
      board.columns.set(event.column_id, { column_id: event.column_id, name: event.name, kind: event.kind, rank: event.rank });
      return;
    case "column.deleted":
      board.columns.delete(event.column_id);
      for (const { workflow } of board.columns.values()) {
        if (workflow?.next !== undefined) workflow.next = workflow.next.filter((id) => id !== event.column_id);
      }
      return;
    case "label.created":
      board.labels.set(event.label_id, { label_id: event.label_id, name: event.name, colour: event.colour });
      return;
    case "label.updated": {
      const label = board.labels.get(event.label_id);
      if (label !== undefined && event.name !== undefined) label.name = event.name;
      if (label !== undefined && event.colour !== undefined) label.colour = event.colour;
      return;
    }
    case "label.deleted":
      board.labels.delete(event.label_id);
      for (const task of board.tasks.values()) task.labels = task.labels.filter((id) => id !== event.label_id);
      return;
    case "view.created":
      board.views.set(event.view_id, { view_id: event.view_id, name: event.name, rank: event.rank, look: event.look });
      return;
    case "view.updated":
    case "view.moved": {
      const view = board.views.get(event.view_id);
      if (view !== undefined && event.type === "view.moved") Object.assign(view, { rank: event.rank });
      if (view !== undefined && event.type === "view.updated") Object.assign(view, event.name !== undefined && { name: event.name }, event.look !== undefined && { look: event.look });
      return;
    }
    case "view.deleted":
      board.views.delete(event.view_id);
      return;
    case "category.created":
      board.categories.set(event.category_id, { category_id: event.category_id, name: event.name, colour: event.colour });
      return;
    case "category.updated": {
      const category = board.categories.get(event.category_id);
      if (category !== undefined) Object.assign(category, event.name !== undefined && { name: event.name }, event.colour !== undefined && { colour: event.colour });
      return;
    }
    case "category.deleted":
      board.categories.delete(event.category_id);
      for (const task of board.tasks.values()) if (task.category_id === event.category_id) task.category_id = undefined;
      return;
    case "field.created":
    case "field.updated":
    case "field.moved":
    case "field.deleted":
    case "task.field.changed":
      foldField(board, event);
      return;
    case "tasks.reranked":
      for (const [task_id, rank] of event.ranks ?? []) {
        const task = board.tasks.get(task_id);
        if (task !== undefined) task.face.rank = rank;
      }
      return;
    case "task.created":
      create(board, event, happened);
      return;
    case "task.repeated":
      repeated(board, event);
      return;
    case "task.transferred":
      board.tasks.delete(event.task_id);
      return;
    case "task.received":
      received(board, event);
      return;
    default:
      break;
  }
  if (event.type.startsWith("column.") && "column_id" in event) columnChanged(board, event);
  const task = "task_id" in event ? board.tasks.get(event.task_id) : undefined;
  if (task !== undefined) taskChanged(task, event, at, happened.by);
}

function create(board: FakeBoard, event: Extract<BoardEvent, { type: "task.created" }>, { at, by }: Happened<BoardEvent>): void {
  board.last_number = Math.max(board.last_number, event.number);
  const { task_id, number, column_id, rank, title } = event;
  board.tasks.set(task_id, {
    face: { task_id, number, column_id, rank, title },
    labels: [...(event.labels ?? [])],
    assignees: [...(event.assignees ?? [])],
    priority: event.priority ?? "none",
    start_at: event.start_at,
    points: undefined,
    minutes: undefined,
    repeat: undefined,
    parent_id: event.parent_id,
    category_id: undefined,
    cover: undefined,
    fields: new Map(),
    dependencies: new Map(),
    watchers: new Set(),
    reminders: new Map(),
    time: new Map(),
    working: new Set(),
    due: event.due,
    completed_at: undefined,
    lifecycle: "active",
    description: event.description ?? "",
    checklists: [],
    comments: [],
    created_by: by,
    created_at: at,
  });
}

function received(board: FakeBoard, event: Extract<BoardEvent, { type: "task.received" }>): void {
  const { face, repeat } = event;
  board.last_number = Math.max(board.last_number, face.number);
  const { task_id, number, column_id, rank, title } = face;
  board.tasks.set(task_id, {
    face: { task_id, number, column_id, rank, title },
    labels: [...(face.labels ?? [])],
    assignees: [...(face.assignees ?? [])],
    priority: face.priority ?? "none",
    start_at: face.start_at,
    points: face.points,
    minutes: face.minutes,
    repeat,
    parent_id: face.parent_id,
    category_id: face.category_id,
    cover: face.cover,
    fields: new Map((face.fields ?? []).map(({ field_id, value }) => [field_id, value])),
    dependencies: new Map((face.dependencies ?? []).map((said) => [`${said.kind} ${said.other_id}`, said])),
    watchers: new Set(event.watchers),
    reminders: new Map((event.reminders ?? []).map((reminder) => [JSON.stringify(reminder), reminder])),
    due: face.due,
    completed_at: face.completed_at,
    lifecycle: event.archived === true ? "archived" : "active",
    description: event.description ?? "",
    checklists: structuredClone(event.checklists ?? []),
    comments: [],
    time: new Map((event.time ?? []).map((entry) => [entry.entry_id, { ...entry }])),
    working: new Set(face.working),
    created_by: event.created_by,
    created_at: event.created_at,
  });
}

function repeated(board: FakeBoard, event: Extract<BoardEvent, { type: "task.repeated" }>): void {
  const [from, task] = [board.tasks.get(event.from_id), board.tasks.get(event.task_id)];
  if (from === undefined || task === undefined) return;
  task.repeat = event.repeat;
  from.repeat = undefined;
  task.description = from.description;
  task.checklists = from.checklists.map((list) => ({ ...list, items: list.items.map((item) => ({ ...item, done: false })) }));
  task.points = event.points;
  task.minutes = event.minutes;
  task.watchers = new Set(from.watchers);
  task.reminders = new Map([...from.reminders].filter(([, reminder]) => reminder.kind === "before"));
}

function columnChanged(board: FakeBoard, event: BoardEvent): void {
  const column = "column_id" in event && event.column_id !== undefined ? board.columns.get(event.column_id) : undefined;
  if (column === undefined) return;
  if (event.type === "column.moved") column.rank = event.rank;
  if (event.type === "column.archived") column.archived = true;
  if (event.type === "column.unarchived") delete column.archived;
  if (event.type === "column.workflow.changed") {
    delete column.workflow;
    if (event.workflow !== undefined) column.workflow = structuredClone(event.workflow);
  }
  if (event.type !== "column.updated") return;
  if (event.name !== undefined) column.name = event.name;
  if (event.kind !== undefined) column.kind = event.kind;
  if (event.clear_colour === true) delete column.colour;
  if (event.colour !== undefined) column.colour = event.colour;
}

function taskChanged(task: ServerTask, event: BoardEvent, at: number, by: string): void {
  switch (event.type) {
    case "task.updated":
      task.face.title = event.title ?? task.face.title;
      task.description = event.description ?? task.description;
      return;
    case "task.moved":
      task.face.column_id = event.column_id;
      task.face.rank = event.rank;
      return;
    case "task.assigned":
      if (!task.assignees.includes(event.account_id)) task.assignees.push(event.account_id);
      return;
    case "task.unassigned":
      task.assignees = task.assignees.filter((id) => id !== event.account_id);
      return;
    case "task.reassigned": {
      const rest = task.assignees.filter((id) => id !== event.to_id);
      task.assignees = rest.map((id) => (id === event.from_id ? event.to_id : id));
      return;
    }
    case "task.labelled":
      if (!task.labels.includes(event.label_id)) task.labels.push(event.label_id);
      return;
    case "task.unlabelled":
      task.labels = task.labels.filter((id) => id !== event.label_id);
      return;
    case "task.priority.changed":
      task.priority = event.priority;
      return;
    case "task.scheduled":
      task.start_at = event.start_at;
      task.due = event.due;
      return;
    case "task.completed":
      task.completed_at = at;
      return;
    case "task.estimated":
      task.points = event.points;
      task.minutes = event.minutes;
      return;
    case "task.categorized":
      task.category_id = event.category_id;
      return;
    case "task.cover.changed":
      task.cover = event.colour;
      return;
    case "task.repeat.changed":
      task.repeat = event.repeat;
      return;
    case "task.parent.changed":
      task.parent_id = event.parent_id;
      return;
    case "task.reopened":
      task.completed_at = undefined;
      return;
    case "task.archived":
      task.lifecycle = "archived";
      return;
    case "task.deleted":
      task.lifecycle = "deleted";
      return;
    case "task.unarchived":
    case "task.restored":
      task.lifecycle = "active";
      task.face.column_id = event.face.column_id;
      task.face.rank = event.face.rank;
      return;
    default:
      insideChanged(task, event, at, by);
  }
}

function insideChanged(task: ServerTask, event: BoardEvent, at: number, by: string): void {
  switch (event.type) {
    case "task.dependency.added":
      task.dependencies.set(`${event.kind} ${event.other_id}`, { kind: event.kind, other_id: event.other_id });
      return;
    case "task.dependency.removed":
      task.dependencies.delete(`${event.kind} ${event.other_id}`);
      return;
    case "task.reminder.set":
      task.reminders.set(JSON.stringify(event.reminder), event.reminder);
      return;
    case "task.reminder.removed":
      task.reminders.delete(JSON.stringify(event.reminder));
      return;
    case "task.reminder.due":
      if (event.reminder.kind === "at") task.reminders.delete(JSON.stringify(event.reminder));
      return;
    case "comments.received":
      task.comments.push(...event.comments.map(({ mentions: _mentions, ...said }) => structuredClone(said)));
      return;
    case "time.started":
      task.working.add(event.account_id);
      return;
    case "time.stopped":
      task.working.delete(event.account_id);
      return;
    case "time.logged": {
      const { entry_id, account_id, started_at, duration_s, note } = event;
      task.time.set(entry_id, { entry_id, account_id: account_id === "" ? by : account_id, started_at, duration_s, ...(note !== undefined && note !== "" && { note }) });
      return;
    }
    case "time.updated": {
      const entry = task.time.get(event.entry_id);
      if (entry === undefined) return;
      entry.started_at = event.started_at ?? entry.started_at;
      entry.duration_s = event.duration_s ?? entry.duration_s;
      if (event.note === "") delete entry.note;
      else if (event.note !== undefined) entry.note = event.note;
      return;
    }
    case "time.removed":
      task.time.delete(event.entry_id);
      return;
    case "task.watched":
      task.watchers.add(event.account_id);
      return;
    case "task.unwatched":
      task.watchers.delete(event.account_id);
      return;
    case "task.commented":
      task.comments.push({ comment_id: event.comment_id, author_id: by, text: event.text, created_at: at, ...(event.reply_to !== undefined && { reply_to: event.reply_to }) });
      return;
    case "comment.restored": {
      const { mentions: _mentions, ...said } = event.comment;
      const at = task.comments.findIndex((comment) => comment.comment_id === event.before);
      task.comments.splice(at === -1 ? task.comments.length : at, 0, structuredClone(said));
      return;
    }
    case "comment.edited":
      for (const comment of task.comments) {
        if (comment.comment_id !== event.comment_id) continue;
        comment.text = event.text;
        comment.edited_at = at;
      }
      return;
    case "comment.deleted":
      task.comments = task.comments.filter((comment) => comment.comment_id !== event.comment_id);
      return;
    case "comment.reacted":
    case "comment.unreacted": {
      const comment = task.comments.find((one) => one.comment_id === event.comment_id);
      if (comment !== undefined) react(comment, event.emoji, by, event.type === "comment.reacted");
      return;
    }
    case "checklist.created":
      task.checklists.push({ checklist_id: event.checklist_id, name: event.name, items: [] });
      return;
    case "checklist.renamed":
      for (const list of task.checklists) if (list.checklist_id === event.checklist_id) list.name = event.name;
      return;
    case "checklist.deleted":
      task.checklists = task.checklists.filter((list) => list.checklist_id !== event.checklist_id);
      return;
    case "checklist.item.added":
      for (const list of task.checklists) {
        if (list.checklist_id !== event.checklist_id) continue;
        list.items.push({ item_id: event.item_id, text: event.text, done: event.done === true, rank: event.rank });
        list.items.sort((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : a.item_id < b.item_id ? -1 : 1));
      }
      return;
    case "checklist.item.updated":
      for (const item of task.checklists.flatMap((list) => list.items)) {
        if (item.item_id !== event.item_id) continue;
        item.text = event.text ?? item.text;
        item.done = event.done ?? item.done;
      }
      return;
    case "checklist.item.removed":
      for (const list of task.checklists) list.items = list.items.filter((item) => item.item_id !== event.item_id);
      return;
    default:
      return;
  }
}

function react(comment: CommentView, emoji: string, by: string, is_so: boolean): void {
  const given = new Map((comment.reactions ?? []).map((reaction) => [reaction.emoji, new Set(reaction.by)]));
  const people = given.get(emoji) ?? new Set();
  if (is_so) people.add(by);
  else people.delete(by);
  given.set(emoji, people);
  comment.reactions = [...given].filter(([, all]) => all.size > 0).map(([one, all]) => ({ emoji: one, by: [...all] }));
  if (comment.reactions.length === 0) delete comment.reactions;
}
