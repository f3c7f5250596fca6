import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { BoardEvent, Happened, TaskFace } from "../../src/gen/protocol";
import { BoardStore } from "../../src/sdk/board";
import { concerns, reduceDetail } from "../../src/sdk/detail-reduce";
import { newId } from "../../src/sdk/ids";
import { OrderedList, rankBetween } from "../../src/sdk/ordered";
import { FakeBoard } from "./support/fake-board";
import { evolve } from "./support/fake-fold";

/** Where a task comes back to; the rest of its face is the board's, see `asOf`. */
const comeBack = (task_id: string): TaskFace => ({ task_id, number: 0, column_id: "c1", rank: "a4", title: "" });

/** The event as a server with this board would write it: a task that comes back carries its face as it is. */
function asOf(board: FakeBoard, event: BoardEvent): BoardEvent {
  if (event.type !== "task.unarchived" && event.type !== "task.restored") return event;
  const task = board.tasks.get(event.task_id);
  const { column_id, rank } = event.face;
  return task === undefined ? event : { ...event, face: { ...board.face(task), column_id, rank } };
}

/** At least one event of each kind, over a board with one of each thing. The type sees to it that none is forgotten. */
const every: Record<BoardEvent["type"], BoardEvent[]> = {
  "board.created": [{ type: "board.created", org_id: "o", name: "Board", key: "OPS", visibility: "private", owner_id: "ana" }],
  "board.updated": [{ type: "board.updated", name: "Other" }, { type: "board.updated", visibility: "team" }, { type: "board.updated" }],
  "change.undone": [{ type: "change.undone", seq: 4 }, { type: "change.undone", seq: 5, redone: 4 }],
  "board.template.changed": [{ type: "board.template.changed", template: true }, { type: "board.template.changed", template: false }],
  "board.escalations.changed": [
    { type: "board.escalations.changed", escalations: [{ after_minutes: 60, to: { kind: "owners" } }, { after_minutes: 1_440, to: { kind: "person", account_id: "ben" } }] },
    { type: "board.escalations.changed", escalations: [] },
    { type: "board.escalations.changed", escalations: [{ after_minutes: 60, to: { kind: "owners" } }] },
  ],
  "board.archived": [{ type: "board.archived" }],
  "board.unarchived": [{ type: "board.unarchived" }],
  "board.deleted": [],
  "board.restored": [],
  "board.member.added": [{ type: "board.member.added", account_id: "ben", role: "viewer" }],
  "board.member.role.changed": [{ type: "board.member.role.changed", account_id: "ben", role: "editor" }],
  // Nobody is sent these.
  "board.link.created": [],
  "board.link.revoked": [],
  "board.member.removed": [{ type: "board.member.removed", account_id: "ben" }],
  "column.created": [{ type: "column.created", column_id: "c3", name: "New", kind: "active", rank: "a9" }],
  "column.updated": [{ type: "column.updated", column_id: "c1", name: "Renamed", colour: "red" }, { type: "column.updated", column_id: "c1", kind: "done" }, { type: "column.updated", column_id: "c1", clear_colour: true }],
  "column.moved": [{ type: "column.moved", column_id: "c1", rank: "aZ" }],
  "column.workflow.changed": [
    { type: "column.workflow.changed", column_id: "c1", workflow: { wip: { limit: 3, mode: "refuse" }, next: ["c2", "c3"], required: ["due"], enter: { by: "people", people: ["ana"] } } },
    { type: "column.workflow.changed", column_id: "c2", workflow: { next: [] } },
    { type: "column.workflow.changed", column_id: "c2" },
    { type: "column.deleted", column_id: "c3" },
  ],
  "column.archived": [{ type: "column.archived", column_id: "c2" }],
  "column.unarchived": [{ type: "column.archived", column_id: "c2" }, { type: "column.unarchived", column_id: "c2" }],
  "column.deleted": [{ type: "column.deleted", column_id: "c2" }],
  "label.created": [{ type: "label.created", label_id: "l2", name: "", colour: "pink" }],
  "label.updated": [{ type: "label.updated", label_id: "l1", name: "Other" }, { type: "label.updated", label_id: "l1", colour: "teal" }],
  "label.deleted": [{ type: "label.deleted", label_id: "l1" }],
  "category.created": [{ type: "category.created", category_id: "g1", name: "Bug", colour: "red" }, { type: "category.created", category_id: "g2", name: "Chore", colour: "blue" }],
  "category.updated": [{ type: "category.updated", category_id: "g1", name: "Fault" }, { type: "category.updated", category_id: "g2", colour: "teal" }],
  "task.categorized": [{ type: "task.categorized", task_id: "t1", category_id: "g1" }, { type: "task.categorized", task_id: "t2", category_id: "g2" }, { type: "task.categorized", task_id: "t2" }],
  "field.created": [
    { type: "field.created", field_id: "f1", name: "Size", kind: "select", rank: "a1", options: [{ option_id: "o1", name: "Small", colour: "red" }, { option_id: "o2", name: "Large", colour: "teal" }] },
    { type: "field.created", field_id: "f2", name: "Cost", kind: "number", rank: "a0", options: [] },
    { type: "field.created", field_id: "f3", name: "Paid", kind: "checkbox", rank: "a2" },
  ],
  "task.field.changed": [
    { type: "task.field.changed", task_id: "t1", field_id: "f2", kind: "number", value: { kind: "number", number: "7.5" } },
    { type: "task.field.changed", task_id: "t1", field_id: "f1", kind: "select", value: { kind: "select", option_id: "o1" } },
    { type: "task.field.changed", task_id: "t2", field_id: "f1", kind: "select", value: { kind: "select", option_id: "o2" } },
    { type: "task.field.changed", task_id: "t2", field_id: "f3", kind: "checkbox", value: { kind: "checkbox" } },
    { type: "task.field.changed", task_id: "t2", field_id: "f3", kind: "checkbox" },
    { type: "column.workflow.changed", column_id: "c1", workflow: { required_fields: ["f2"] } },
    { type: "column.workflow.changed", column_id: "c2", workflow: { required_fields: ["f1", "f2"], required: ["due"] } },
  ],
  "field.moved": [{ type: "field.moved", field_id: "f1", rank: "Zz" }],
  "field.updated": [
    { type: "field.updated", field_id: "f1", name: "Extent" },
    { type: "field.updated", field_id: "f1", options: [{ option_id: "o2", name: "Big", colour: "blue" }] },
    { type: "field.updated", field_id: "f1", options: [] },
  ],
  "field.deleted": [{ type: "field.deleted", field_id: "f2" }],
  "view.created": [{ type: "view.created", view_id: "v1", name: "Mine", rank: "a1", look: {} }, { type: "view.created", view_id: "v2", name: "Red", rank: "a2", look: { filter: [{ on: "watched" }] } }],
  "view.updated": [{ type: "view.updated", view_id: "v1", name: "Ours" }, { type: "view.updated", view_id: "v2", look: { lanes: { by: "due" } } }],
  "view.moved": [{ type: "view.moved", view_id: "v1", rank: "a3" }],
  "view.deleted": [{ type: "view.deleted", view_id: "v1" }],
  "category.deleted": [{ type: "category.deleted", category_id: "g1" }],
  "task.cover.changed": [{ type: "task.cover.changed", task_id: "t1", colour: "teal" }, { type: "task.cover.changed", task_id: "t2", colour: "red" }, { type: "task.cover.changed", task_id: "t2" }],
  "task.created": [{ type: "task.created", task_id: "t9", number: 9, column_id: "c1", rank: "a2", title: "New", description: "Text", labels: ["l1"], assignees: ["ana"], priority: "high", start_at: 5, due: { at: 9, has_time: false } }, { type: "task.created", task_id: "t8", number: 10, column_id: "c1", rank: "a2", title: "New", description: "", labels: [], assignees: [], priority: "none" }],
  "task.updated": [{ type: "task.updated", task_id: "t1", title: "Other", description: "Text" }, { type: "task.updated", task_id: "t1", description: "" }, { type: "task.updated", task_id: "t1", description: "Again" }],
  "task.moved": [{ type: "task.moved", task_id: "t1", from_column_id: "c1", column_id: "c2", rank: "a1" }],
  "tasks.reranked": [{ type: "tasks.reranked", column_id: "c1", ranks: [["t1", "a8"], ["t2", "a7"]] }, { type: "tasks.reranked", column_id: "c1" }],
  "task.assigned": [{ type: "task.assigned", task_id: "t1", account_id: "ben" }],
  "task.reassigned": [{ type: "task.assigned", task_id: "t1", account_id: "ben" }, { type: "task.reassigned", task_id: "t1", from_id: "ben", to_id: "cleo" }],
  "task.unassigned": [{ type: "task.assigned", task_id: "t1", account_id: "ben" }, { type: "task.unassigned", task_id: "t1", account_id: "ben" }],
  "task.labelled": [{ type: "task.labelled", task_id: "t2", label_id: "l1" }],
  "task.unlabelled": [{ type: "task.unlabelled", task_id: "t1", label_id: "l1" }],
  "task.priority.changed": [{ type: "task.priority.changed", task_id: "t1", priority: "urgent" }, { type: "task.priority.changed", task_id: "t1", priority: "none" }],
  "task.scheduled": [{ type: "task.scheduled", task_id: "t1", start_at: 1, due: { at: 2, has_time: true } }, { type: "task.scheduled", task_id: "t1", due: { at: 3, has_time: true } }, { type: "task.scheduled", task_id: "t1" }],
  "task.estimated": [{ type: "task.estimated", task_id: "t1", points: 3, minutes: 90 }, { type: "task.estimated", task_id: "t1", points: 5 }, { type: "task.estimated", task_id: "t1" }],
  "task.repeat.changed": [{ type: "task.repeat.changed", task_id: "t1", repeat: { rule: "FREQ=DAILY", zone: "UTC", starts: "2026-11-22", at: "2026-11-22" } }, { type: "task.repeat.changed", task_id: "t1" }],
  "task.repeated": [
    { type: "task.repeat.changed", task_id: "t1", repeat: { rule: "FREQ=DAILY", zone: "UTC", starts: "2026-11-22", at: "2026-11-22" } },
    { type: "task.created", task_id: "t7", number: 11, column_id: "c1", rank: "a3", title: "Next" },
    { type: "task.repeated", task_id: "t7", from_id: "t1", repeat: { rule: "FREQ=DAILY", zone: "UTC", starts: "2026-11-22", at: "2026-11-23" }, has_description: true },
  ],
  "task.parent.changed": [{ type: "task.parent.changed", task_id: "t1", parent_id: "t2" }, { type: "task.parent.changed", task_id: "t1" }],
  "task.dependency.added": [{ type: "task.dependency.added", task_id: "t1", kind: "blocks", other_id: "t2" }, { type: "task.dependency.added", task_id: "t1", kind: "blocks", other_id: "t2" }],
  "task.dependency.removed": [{ type: "task.dependency.added", task_id: "t1", kind: "relates", other_id: "t2" }, { type: "task.dependency.removed", task_id: "t1", kind: "blocks", other_id: "t2" }, { type: "task.dependency.removed", task_id: "t1", kind: "relates", other_id: "t2" }],
  "task.reminder.set": [{ type: "task.reminder.set", task_id: "t1", reminder: { kind: "at", at: 5 } }, { type: "task.reminder.set", task_id: "t1", reminder: { kind: "before", minutes: 9 } }],
  "task.reminder.removed": [{ type: "task.reminder.set", task_id: "t1", reminder: { kind: "at", at: 5 } }, { type: "task.reminder.removed", task_id: "t1", reminder: { kind: "at", at: 5 } }],
  "task.reminder.due": [
    { type: "task.reminder.set", task_id: "t1", reminder: { kind: "at", at: 5 } },
    { type: "task.reminder.set", task_id: "t1", reminder: { kind: "before", minutes: 9 } },
    { type: "task.reminder.due", task_id: "t1", reminder: { kind: "before", minutes: 9 } },
    { type: "task.reminder.due", task_id: "t1", reminder: { kind: "at", at: 5 } },
  ],
  "task.due.soon": [{ type: "task.due.soon", task_id: "t1", due: { at: 1, has_time: true } }],
  "task.overdue": [{ type: "task.overdue", task_id: "t1", due: { at: 1, has_time: true } }],
  "task.escalated": [{ type: "task.escalated", task_id: "t1", due: { at: 1, has_time: true }, escalation: { after_minutes: 60, to: { kind: "owners" } } }],
  "task.watched": [{ type: "task.watched", task_id: "t1", account_id: "ben" }],
  "task.unwatched": [{ type: "task.watched", task_id: "t1", account_id: "ben" }, { type: "task.unwatched", task_id: "t1", account_id: "ben" }],
  "task.completed": [{ type: "task.completed", task_id: "t1" }],
  "task.reopened": [{ type: "task.completed", task_id: "t1" }, { type: "task.reopened", task_id: "t1" }],
  "task.archived": [{ type: "task.archived", task_id: "t1" }],
  "task.unarchived": [{ type: "task.archived", task_id: "t1" }, { type: "task.unarchived", task_id: "t1", face: comeBack("t1") }],
  "task.deleted": [{ type: "task.deleted", task_id: "t2" }],
  "task.restored": [{ type: "task.deleted", task_id: "t2" }, { type: "task.restored", task_id: "t2", face: comeBack("t2") }],
  "task.transferred": [{ type: "task.transferred", task_id: "t2", to_board_id: "b2", to_number: 3 }],
  "task.received": [
    {
      type: "task.received",
      face: { task_id: "t6", number: 30, column_id: "c1", rank: "a6", title: "From afar", labels: ["l1"], assignees: ["ana"], has_description: true, checklist: [1, 2] },
      from_board_id: "b2",
      from_number: 4,
      description: "Why",
      checklists: [{ checklist_id: "k6", name: "Steps", items: [{ item_id: "i6", text: "One", done: true, rank: "a0" }, { item_id: "i7", text: "Two", done: false, rank: "a1" }] }],
      watchers: ["ana"],
      reminders: [{ kind: "at", at: 5 }],
      created_by: "ben",
      created_at: 7,
    },
    { type: "task.received", face: { task_id: "t5", number: 31, column_id: "c1", rank: "a7", title: "Put away" }, archived: true, created_by: "ben", created_at: 7 },
  ],
  "comments.received": [{ type: "comments.received", task_id: "t6", comments: [{ comment_id: "m6", author_id: "ben", text: "Said there", created_at: 8, edited_at: 9, mentions: ["ana"], reactions: [{ emoji: "👍", by: ["ana"] }] }] }],
  "checklist.created": [{ type: "checklist.created", task_id: "t1", checklist_id: "k1", name: "Steps" }],
  "checklist.renamed": [{ type: "checklist.renamed", task_id: "t1", checklist_id: "k1", name: "Renamed" }],
  "checklist.deleted": [],
  "checklist.item.added": [{ type: "checklist.item.added", task_id: "t1", checklist_id: "k1", item_id: "i1", text: "One", rank: "a1" }, { type: "checklist.item.added", task_id: "t1", checklist_id: "k1", item_id: "i2", text: "Two", rank: "a0", done: true }],
  "checklist.item.updated": [{ type: "checklist.item.updated", task_id: "t1", item_id: "i1", done: true }, { type: "checklist.item.updated", task_id: "t1", item_id: "i2", text: "Other", done: false }, { type: "checklist.item.updated", task_id: "t1", item_id: "i2", text: "Again" }],
  "checklist.item.removed": [{ type: "checklist.item.removed", task_id: "t1", item_id: "i2" }, { type: "checklist.item.removed", task_id: "t1", item_id: "i1", was_done: true }],
  "task.commented": [{ type: "task.commented", task_id: "t1", comment_id: "m1", text: "Hello" }, { type: "task.commented", task_id: "t1", comment_id: "m2", text: "Reply", reply_to: "m1" }],
  "comment.edited": [{ type: "comment.edited", task_id: "t1", comment_id: "m1", text: "Edited" }],
  "comment.reacted": [{ type: "comment.reacted", task_id: "t1", comment_id: "m1", emoji: "👍" }, { type: "comment.reacted", task_id: "t1", comment_id: "m1", emoji: "🎉" }, { type: "comment.reacted", task_id: "t1", comment_id: "m1", emoji: "👍" }],
  "comment.unreacted": [{ type: "comment.unreacted", task_id: "t1", comment_id: "m1", emoji: "👍" }, { type: "comment.unreacted", task_id: "t1", comment_id: "m1", emoji: "👍" }, { type: "comment.unreacted", task_id: "t1", comment_id: "m1", emoji: "🎉" }],
  "time.logged": [
    { type: "time.logged", task_id: "t1", entry_id: "w2", account_id: "ben", started_at: 9, duration_s: 60, note: "Drafts", tracked_s: 60 },
    { type: "time.logged", task_id: "t1", entry_id: "w1", account_id: "ana", started_at: 5, duration_s: 30, tracked_s: 90 },
  ],
  "time.updated": [
    { type: "time.updated", task_id: "t1", entry_id: "w2", started_at: 4, duration_s: 40, note: "", tracked_s: 70 },
    { type: "time.updated", task_id: "t1", entry_id: "w1", note: "Ideas", tracked_s: 70 },
  ],
  "time.started": [{ type: "time.started", task_id: "t1", account_id: "ben" }, { type: "time.started", task_id: "t1", account_id: "ana" }, { type: "time.started", task_id: "t1", account_id: "ana" }],
  "time.stopped": [{ type: "time.stopped", task_id: "t1", account_id: "ben" }, { type: "time.stopped", task_id: "t1", account_id: "cleo" }, { type: "time.stopped", task_id: "t1", account_id: "ana" }],
  "time.removed": [{ type: "time.removed", task_id: "t1", entry_id: "w2", tracked_s: 30 }, { type: "time.removed", task_id: "t1", entry_id: "w1", tracked_s: 0 }],
  "comment.deleted": [{ type: "comment.deleted", task_id: "t1", comment_id: "m1" }],
  "comment.restored": [
    { type: "comment.restored", task_id: "t1", comment: { comment_id: "m1", author_id: "ben", text: "Hello", created_at: 8, edited_at: 9, mentions: ["ana"], reactions: [{ emoji: "👍", by: ["ana"] }] }, text_seqs: [8, 9], before: "m2" },
    { type: "comment.restored", task_id: "t1", comment: { comment_id: "m3", author_id: "ana", text: "Last", created_at: 10 }, text_seqs: [10] },
  ],
};

const start: BoardEvent[] = [
  { type: "column.created", column_id: "c1", name: "One", kind: "backlog", rank: "a0" },
  { type: "column.created", column_id: "c2", name: "Two", kind: "done", rank: "a1" },
  { type: "label.created", label_id: "l1", name: "Bug", colour: "red" },
  { type: "task.created", task_id: "t1", number: 1, column_id: "c1", rank: "a5", title: "First", labels: ["l1"] },
  { type: "task.created", task_id: "t2", number: 2, column_id: "c1", rank: "a6", title: "Second" },
];

const strip = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

function compare(store: BoardStore, board: FakeBoard, note: string): void {
  const kept = store.snapshot();
  const byId = (a: object, b: object): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
  const sorted = (view: { head: ReturnType<FakeBoard["head"]>; tasks: readonly TaskFace[] } | undefined) =>
    view === undefined ? undefined : strip({ head: { ...view.head, columns: view.head.columns.toSorted(byId), labels: view.head.labels.toSorted(byId), categories: (view.head.categories ?? []).toSorted(byId), views: (view.head.views ?? []).toSorted(byId), members: view.head.members.toSorted(byId) }, tasks: view.tasks.toSorted((a, b) => (a.task_id < b.task_id ? -1 : 1)) });
  expect(sorted(kept), note).toEqual(sorted({ head: board.head(), tasks: board.faces() }));
  for (const column of board.columns.keys()) expect(store.order(column).ids(), note).toEqual(board.order(column).map((task) => task.face.task_id));
  expect(store.columnOrder.ids(), note).toEqual(board.columnOrder().map((column) => column.column_id));
}

test("each kind of event changes the board, field by field, as the server's fold does", () => {
  const board = new FakeBoard("b", "o");
  const store = new BoardStore();
  store.replace({ head: board.head(), tasks: [] });
  const happen = (event: BoardEvent): void => {
    const happened: Happened<BoardEvent> = { seq: board.seq + 1, at: (board.seq + 1) * 1_000, by: "ana", event: asOf(board, event) };
    evolve(board, structuredClone(happened));
    store.apply(structuredClone(happened));
  };
  for (const event of start) happen(event);
  for (const [kind, events] of Object.entries(every)) {
    for (const event of events) {
      happen(event);
      compare(store, board, kind);
    }
  }
  happen({ type: "checklist.created", task_id: "t1", checklist_id: "k2", name: "More" });
  happen({ type: "checklist.item.added", task_id: "t1", checklist_id: "k2", item_id: "i5", text: "Five", rank: "a0", done: true });
  happen({ type: "checklist.item.added", task_id: "t1", checklist_id: "k2", item_id: "i6", text: "Six", rank: "a1" });
  happen({ type: "checklist.deleted", task_id: "t1", checklist_id: "k2", removed: [1, 2] });
  compare(store, board, "checklist.deleted");
  happen({ type: "board.deleted" });
  expect(store.snapshot()?.head.lifecycle).toBe("deleted");
  happen({ type: "board.restored" });
  expect(store.snapshot()?.head.lifecycle).toBe("active");
});

test("each kind of event changes an open task as the server's read would answer", () => {
  const board = new FakeBoard("b", "o");
  for (const event of start) evolve(board, { seq: board.seq + 1, at: 1, by: "ana", event });
  let detail = board.detail("t1");
  for (const [kind, events] of Object.entries(every)) {
    for (const event of events) {
      const happened: Happened<BoardEvent> = { seq: board.seq + 1, at: (board.seq + 1) * 1_000, by: "ana", event: asOf(board, event) };
      evolve(board, structuredClone(happened));
      if (concerns(event, "t1")) detail = reduceDetail(detail, happened);
      // The fake reads faces of archived tasks too; a label list that is empty is absent in both.
      expect(strip({ ...detail, seq: 0 }), kind).toEqual(strip({ ...board.detail("t1"), seq: 0 }));
    }
  }
});

test("ranks are those of the server's vectors", () => {
  const vectors = JSON.parse(readFileSync(new URL("../../../domain/tests/vectors/rank.json", import.meta.url), "utf8")) as { between: [string | null, string | null, string | null][] };
  expect(vectors.between.length).toBeGreaterThan(10);
  for (const [low, high, rank] of vectors.between) {
    if (rank !== null) expect(rankBetween(low ?? undefined, high ?? undefined), `${low}..${high}`).toBe(rank);
  }
});

test("a rank that cannot be found is near, never an error", () => {
  for (const [low, high] of [["a0", "a0"], ["a1", "a0"], ["zz nonsense", undefined], [undefined, "!"]] as const) expect(typeof rankBetween(low, high)).toBe("string");
});

test("a place is found as the server finds it: after, then before, then the end", () => {
  const list = OrderedList.of(["a", "b", "c"].map((id, index) => ({ id, rank: `a${index}` })));
  const at = (place: { after?: string; before?: string }, id: string): readonly string[] => {
    const copy = OrderedList.of(["a", "b", "c"].filter((one) => one !== id).map((one) => ({ id: one, rank: `a${"abc".indexOf(one)}` })));
    copy.insert(id, list.rankAt(place, id));
    return copy.ids();
  };
  expect(at({ after: "a", before: "c" }, "x")).toEqual(["a", "x", "b", "c"]);
  expect(at({ after: "gone", before: "c" }, "x")).toEqual(["a", "b", "x", "c"]);
  expect(at({ before: "a" }, "x")).toEqual(["x", "a", "b", "c"]);
  expect(at({ after: "gone", before: "gone" }, "x")).toEqual(["a", "b", "c", "x"]);
  expect(at({}, "a")).toEqual(["b", "c", "a"]);
  expect(at({ after: "c", before: "b" }, "b")).toEqual(["a", "c", "b"]);
  expect([list.isAt({ after: "a" }, "b"), list.isAt({ before: "c" }, "b"), list.isAt({}, "c"), list.isAt({}, "b"), list.isAt({ after: "b" }, "b")]).toEqual([true, true, true, false, false]);
  expect([list.placeOf("a"), list.placeOf("b"), list.placeOf("c"), list.placeOf("x")]).toEqual([{ before: "b" }, { after: "a", before: "c" }, { after: "b" }, {}]);
});

test("a board of ten thousand tasks takes a thousand moves, each told to two lists and one card", () => {
  const board = new FakeBoard("b", "o");
  for (const event of start.slice(0, 2)) evolve(board, { seq: board.seq + 1, at: 1, by: "ana", event });
  const id = (index: number): string => `t${String(index).padStart(5, "0")}`;
  const tasks: TaskFace[] = [];
  let rank: string | undefined;
  for (let index = 0; index < 10_000; index += 1) {
    rank = rankBetween(rank, undefined);
    tasks.push({ task_id: id(index), number: index + 1, column_id: index % 2 === 0 ? "c1" : "c2", rank, title: `Task ${index}` });
  }
  const store = new BoardStore();
  const began_ms = performance.now();
  store.replace({ head: board.head(), tasks });
  store.flush();
  const replaced_ms = performance.now() - began_ms;
  const told = { lists: 0, cards: 0 };
  for (const column of ["c1", "c2"]) {
    store.tasksOf(column).subscribe(() => {
      told.lists += 1;
    });
  }
  for (let index = 0; index < 10_000; index += 1) {
    store.card(id(index)).subscribe(() => {
      told.cards += 1;
    });
  }
  const moving_ms = performance.now();
  for (let index = 0; index < 1_000; index += 1) {
    const event: BoardEvent = { type: "task.moved", task_id: id(index * 10), from_column_id: "c1", column_id: "c2", rank: store.order("c2").rankAt({ after: id(index * 10 + 1) }, id(index * 10)) };
    store.apply({ seq: index + 1, at: 1, by: "ana", event });
    store.flush();
  }
  const moved_ms = performance.now() - moving_ms;
  expect(told).toEqual({ lists: 2_000, cards: 1_000 });
  expect(store.order("c2").length).toBe(6_000);
  // Generous: a busy machine must not fail it, a quadratic step would.
  expect(replaced_ms).toBeLessThan(1_000);
  expect(moved_ms / 1_000).toBeLessThan(10);
});

test("ids are UUIDs of version 7 in order of time", () => {
  const ids = Array.from({ length: 100 }, newId);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Set(ids).size).toBe(100);
});
