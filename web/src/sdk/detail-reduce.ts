//! What each event does to an open task's detail: pure, and equal to what the server's read would answer at that seq.

import type { BoardEvent, ChecklistItemView, ChecklistView, CommentView, Reminder, TaskDetail, TimeEntryView } from "../gen/protocol";
import { type Effect, reduceFace } from "./board-reduce";
import { compareEntries } from "./ordered";

export function reduceDetail(detail: TaskDetail, effect: Effect): TaskDetail {
  const { event } = effect;
  const face = reduceFace(detail.face, effect) ?? detail.face;
  const next = face === detail.face ? detail : { ...detail, face };
  switch (event.type) {
    case "task.updated":
      return event.description === undefined ? next : { ...next, description: event.description };
    case "task.archived":
      return { ...next, lifecycle: "archived" };
    case "task.deleted":
      return { ...next, lifecycle: "deleted" };
    case "task.unarchived":
    case "task.restored":
      return { ...next, lifecycle: "active" };
    case "task.watched": {
      const watchers = next.watchers ?? [];
      return watchers.includes(event.account_id) ? next : { ...next, watchers: [...watchers, event.account_id].sort() };
    }
    case "task.unwatched": {
      const { watchers = [], ...rest } = next;
      const others = watchers.filter((watcher) => watcher !== event.account_id);
      return others.length === 0 ? rest : { ...rest, watchers: others };
    }
    case "task.reminder.set":
      return reminded(next, event.reminder, true);
    case "task.reminder.removed":
      return reminded(next, event.reminder, false);
    case "task.reminder.due":
      // One at a moment of its own is over; one before the due date waits for the next.
      return event.reminder.kind === "at" ? reminded(next, event.reminder, false) : next;
    case "task.received":
      return received(event);
    case "comments.received":
      return { ...next, comments: [...next.comments, ...event.comments.map(({ mentions: _mentions, ...said }) => said)] };
    case "comment.restored":
      return { ...next, comments: withRestored(next.comments, event) };
    case "task.commented":
    case "comment.edited":
    case "comment.deleted":
      return withComment(next, event, effect);
    case "time.logged":
    case "time.updated":
    case "time.removed":
      return withTime(next, event, effect.by);
    case "comment.reacted":
    case "comment.unreacted":
      return { ...next, comments: next.comments.map((comment) => (comment.comment_id === event.comment_id ? reacted(comment, event.emoji, effect.by, event.type === "comment.reacted") : comment)) };
    default:
      return event.type.startsWith("checklist.") ? { ...next, checklists: checklistsAfter(next.checklists, event) } : next;
  }
}

/** It comes as it is on the board that it came from; what is said about it follows. */
function received(event: Extract<BoardEvent, { type: "task.received" }>): TaskDetail {
  const { face, archived, description = "", checklists = [], reminders = [], watchers = [], time = [], created_by, created_at, original } = event;
  return {
    face,
    lifecycle: archived === true ? "archived" : "active",
    description,
    checklists,
    comments: [],
    ...(reminders.length > 0 && { reminders }),
    ...(watchers.length > 0 && { watchers }),
    ...(time.length > 0 && { time }),
    created_by,
    created_at,
    ...(original !== undefined && { original }),
    seq: 0,
  };
}

type CommentEvent = Extract<BoardEvent, { type: "task.commented" | "comment.edited" | "comment.deleted" }>;

function withComment(detail: TaskDetail, event: CommentEvent, { at, by }: Effect): TaskDetail {
  const { comment_id } = event;
  if (event.type === "comment.deleted") return { ...detail, comments: detail.comments.filter((comment) => comment.comment_id !== comment_id) };
  if (event.type === "comment.edited") {
    return { ...detail, comments: detail.comments.map((comment) => (comment.comment_id === comment_id ? { ...comment, text: event.text, edited_at: at } : comment)) };
  }
  if (detail.comments.some((comment) => comment.comment_id === comment_id)) return detail;
  const { text, reply_to, original } = event;
  const comment = { comment_id, author_id: by, text, created_at: at, ...(reply_to !== undefined && { reply_to }), ...(original !== undefined && { original }) };
  return { ...detail, comments: [...detail.comments, comment] };
}

/** As it was, where it was. */
function withRestored(comments: CommentView[], event: Extract<BoardEvent, { type: "comment.restored" }>): CommentView[] {
  const { mentions: _mentions, ...restored } = event.comment;
  const others = comments.filter((comment) => comment.comment_id !== restored.comment_id);
  const before = others.findIndex((comment) => comment.comment_id === event.before);
  const at = before === -1 ? others.length : before;
  return [...others.slice(0, at), restored, ...others.slice(at)];
}

type TimeEvent = Extract<BoardEvent, { type: "time.logged" | "time.updated" | "time.removed" }>;

/** In the order in which it began. */
const byBeginning = (a: TimeEntryView, b: TimeEntryView): number => a.started_at - b.started_at || (a.entry_id < b.entry_id ? -1 : 1);

/** What is predicted of one's own time says nobody: it is whoever did it. */
function withTime(detail: TaskDetail, event: TimeEvent, by: string): TaskDetail {
  const { time = [], ...rest } = detail;
  const before = time.find((entry) => entry.entry_id === event.entry_id);
  const others = time.filter((entry) => entry !== before);
  const after = event.type === "time.removed" ? undefined : event.type === "time.logged" ? logged(event, by) : before === undefined ? undefined : changed(before, event);
  const entries = after === undefined ? others : [...others, after].sort(byBeginning);
  return entries.length === 0 ? rest : { ...rest, time: entries };
}

function logged({ entry_id, account_id, started_at, duration_s, note }: Extract<TimeEvent, { type: "time.logged" }>, by: string): TimeEntryView {
  return { entry_id, account_id: account_id === "" ? by : account_id, started_at, duration_s, ...(note !== undefined && note !== "" && { note }) };
}

function changed(entry: TimeEntryView, event: Extract<TimeEvent, { type: "time.updated" }>): TimeEntryView {
  const { note: before, ...rest } = entry;
  const note = event.note ?? before;
  return { ...rest, started_at: event.started_at ?? entry.started_at, duration_s: event.duration_s ?? entry.duration_s, ...(note !== undefined && note !== "" && { note }) };
}

/** Those before the due date come first, then those at a moment of their own. */
const inTime = (a: Reminder, b: Reminder): number => (a.kind === b.kind ? momentOf(a) - momentOf(b) : a.kind === "before" ? -1 : 1);
const momentOf = (reminder: Reminder): number => (reminder.kind === "before" ? reminder.minutes : reminder.at);
export const sameReminder = (a: Reminder, b: Reminder): boolean => inTime(a, b) === 0;

function reminded(detail: TaskDetail, reminder: Reminder, is_so: boolean): TaskDetail {
  const { reminders = [], ...rest } = detail;
  const others = reminders.filter((other) => !sameReminder(other, reminder));
  if (!is_so && others.length === 0) return rest;
  return { ...rest, reminders: is_so ? [...others, reminder].sort(inTime) : others };
}

/** A comment with or without somebody's emoji; one that nobody gives any more is gone. */
function reacted(comment: CommentView, emoji: string, by: string, is_so: boolean): CommentView {
  const before = comment.reactions ?? [];
  const given = before.find((reaction) => reaction.emoji === emoji);
  if ((given?.by.includes(by) === true) === is_so) return comment;
  const { reactions: _before, ...rest } = comment;
  const after = given === undefined ? [...before, { emoji, by: [by] }] : before.map((reaction) => (reaction === given ? { emoji, by: is_so ? [...reaction.by, by] : reaction.by.filter((other) => other !== by) } : reaction));
  const reactions = after.filter((reaction) => reaction.by.length > 0);
  return reactions.length === 0 ? rest : { ...rest, reactions };
}

function checklistsAfter(lists: ChecklistView[], event: BoardEvent): ChecklistView[] {
  switch (event.type) {
    case "checklist.created":
      return lists.some((list) => list.checklist_id === event.checklist_id) ? lists : [...lists, { checklist_id: event.checklist_id, name: event.name, items: [] }];
    case "checklist.renamed":
      return lists.map((list) => (list.checklist_id === event.checklist_id ? { ...list, name: event.name } : list));
    case "checklist.deleted":
      return lists.filter((list) => list.checklist_id !== event.checklist_id);
    case "checklist.item.added": {
      const item = { item_id: event.item_id, text: event.text, done: event.done === true, rank: event.rank };
      return lists.map((list) => (list.checklist_id === event.checklist_id ? { ...list, items: inOrder([...list.items.filter((one) => one.item_id !== item.item_id), item]) } : list));
    }
    case "checklist.item.updated":
      return mapItems(lists, (items) => items.map((item) => (item.item_id === event.item_id ? { ...item, text: event.text ?? item.text, done: event.done ?? item.done } : item)));
    case "checklist.item.removed":
      return mapItems(lists, (items) => items.filter((item) => item.item_id !== event.item_id));
    default:
      return lists;
  }
}

const inOrder = (items: ChecklistItemView[]): ChecklistItemView[] =>
  items.sort((a, b) => compareEntries({ id: a.item_id, rank: a.rank }, { id: b.item_id, rank: b.rank }));

const mapItems = (lists: ChecklistView[], map: (items: ChecklistItemView[]) => ChecklistItemView[]): ChecklistView[] =>
  lists.map((list) => ({ ...list, items: map(list.items) }));

/** The task an event is about, for those about one task. */
export function taskOf(event: BoardEvent): string | undefined {
  if (event.type === "task.received") return event.face.task_id;
  return "task_id" in event ? event.task_id : undefined;
}

/** Whether an event may change the detail of this task. */
export function concerns(event: BoardEvent, task_id: string): boolean {
  if (event.type === "label.deleted" || event.type === "category.deleted" || event.type === "field.updated" || event.type === "field.deleted") return true;
  if (event.type === "tasks.reranked") return event.ranks?.some(([id]) => id === task_id) === true;
  return taskOf(event) === task_id || (event.type === "task.repeated" && event.from_id === task_id);
}
