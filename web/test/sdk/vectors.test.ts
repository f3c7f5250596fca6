import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { BoardEvent, Event, Happened, OrganizationView, TaskDetail, TeamView, ViewPart } from "../../src/gen/protocol";
import { assemble, BoardStore } from "../../src/sdk/board";
import { concerns, reduceDetail } from "../../src/sdk/detail-reduce";
import { organizationFolding, teamFolding } from "../../src/sdk/view-topic";

interface Fold<E> {
  readonly events: Happened<E>[];
  readonly views: { readonly seq: number; readonly view: ViewPart }[];
}

interface History {
  readonly board: { readonly fold: Fold<BoardEvent>; readonly details: TaskDetail[] };
  readonly organization: Fold<Event>;
  readonly team: Fold<Event>;
}

// Written by the server's own fold: see domain/tests/vectors/mod.rs.
const text = readFileSync(new URL("../../../domain/tests/vectors/folds.jsonl", import.meta.url), "utf8");
const histories = text.trim().split("\n").map((line) => JSON.parse(line) as History);

const inOrder = (list: readonly object[]): string[] => list.map((entry) => JSON.stringify(entry, Object.keys(entry).sort())).sort();
const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** A board's view with its lists in one order, whichever way it was made. */
function comparable(snapshot: ReturnType<typeof assemble>) {
  if (snapshot === undefined) return undefined;
  const { head, tasks } = snapshot;
  const { columns, labels, members, categories = [], views = [], ...rest } = plain(head);
  return { ...rest, columns: inOrder(columns), labels: inOrder(labels), categories: inOrder(categories), views: inOrder(views), members: inOrder(members), tasks: Object.fromEntries(plain(tasks).map((face) => [face.task_id, face])) };
}

/** Ids by column, as the server sends them: by rank, within the columns in their order. */
function ordersOf(tasks: readonly { column_id: string; task_id: string }[]): Record<string, string[]> {
  const orders: Record<string, string[]> = {};
  for (const { column_id, task_id } of tasks) orders[column_id] = [...(orders[column_id] ?? []), task_id];
  return orders;
}

test("there are histories, with events that spread ranks anew among them", () => {
  expect(histories.length).toBeGreaterThan(3);
  expect(histories.some((history) => history.board.fold.events.some((happened) => happened.event.type === "tasks.reranked"))).toBe(true);
});

test.each(histories.map((history, index) => [index, history] as const))("a board's events, and views with the events after them, fold to the server's views (history %i)", (_index, { board }) => {
  const { events, views } = board.fold;
  const [first] = views;
  if (first === undefined) return expect.unreachable();
  for (const [from, start] of views.entries()) {
    const store = new BoardStore();
    const snapshot = assemble([start.view]);
    if (snapshot === undefined) return expect.unreachable();
    store.replace(snapshot);
    for (const end of views.slice(from)) {
      for (const happened of events) if (happened.seq > (end === start ? start.seq : (views[views.indexOf(end) - 1]?.seq ?? 0)) && happened.seq <= end.seq) store.apply(happened);
      const wanted = assemble([end.view]);
      expect(comparable(store.snapshot()), `from ${start.seq} to ${end.seq}`).toEqual(comparable(wanted));
      for (const [column, ids] of Object.entries(ordersOf(wanted?.tasks ?? []))) expect(store.order(column).ids()).toEqual(ids);
      expect(store.columnOrder.ids()).toEqual(wanted?.head.columns.map((column) => column.column_id));
    }
  }
});

/** A task before it came. */
const UNKNOWN: Omit<TaskDetail, "face"> = { lifecycle: "active", description: "", checklists: [], comments: [], created_by: "", created_at: 0, seq: 0 };

test.each(histories.map((history, index) => [index, history] as const))("an open task folds to what the server's read answers (history %i)", (_index, { board }) => {
  let folded = 0;
  for (const wanted of board.details) {
    const { task_id } = wanted.face;
    // What the next one of a task that repeats has of that one is read from the server: nobody can have opened it before.
    if (board.fold.events.some(({ event }) => event.type === "task.repeated" && event.task_id === task_id)) continue;
    let detail: TaskDetail | undefined;
    for (const happened of board.fold.events) {
      const { event } = happened;
      if (event.type === "task.received" && event.face.task_id === task_id) {
        detail = reduceDetail({ ...UNKNOWN, face: event.face }, happened);
      } else if (event.type === "task.created" && event.task_id === task_id) {
        const face = { task_id, number: event.number, column_id: event.column_id, rank: event.rank, title: event.title };
        const made: TaskDetail = { face, lifecycle: "active", description: event.description ?? "", checklists: [], comments: [], created_by: happened.by, created_at: happened.at, seq: 0, ...(event.original !== undefined && { original: event.original }) };
        const { labels, assignees, priority, start_at, due, parent_id, description } = event;
        detail = { ...made, face: { ...face, ...(labels !== undefined && { labels }), ...(assignees !== undefined && { assignees }), ...(priority !== undefined && { priority }), ...(start_at !== undefined && { start_at }), ...(due !== undefined && { due }), ...(parent_id !== undefined && { parent_id }), ...(description !== undefined && { has_description: true }) } };
      } else if (detail !== undefined && concerns(event, task_id)) detail = reduceDetail(detail, happened);
    }
    expect(plain({ ...detail, seq: 0 }), task_id).toEqual({ ...wanted, seq: 0 });
    folded += 1;
  }
  expect(folded).toBeGreaterThan(3);
});

test.each(histories.map((history, index) => [index, history] as const))("an organization and a team fold to the server's views (history %i)", (_index, { organization, team }) => {
  check<OrganizationView>(organization, organizationFolding);
  check<TeamView>(team, teamFolding);
});

function check<V extends { members: readonly object[] }>({ events, views }: Fold<Event>, folding: { of(parts: ViewPart[]): V | undefined; reduce(view: V, event: Event, at: number, seq: number): V }): void {
  const [first] = views;
  const last = views.at(-1);
  if (first === undefined || last === undefined) throw new Error("no views");
  let view = folding.of([first.view]);
  for (const happened of events) if (view !== undefined && happened.seq > first.seq) view = folding.reduce(view, happened.event, happened.at, 0);
  const wanted = folding.of([last.view]);
  const lists = (one: V | undefined) => ({ ...one, members: inOrder(one?.members ?? []), claims: inOrder((one as { claims?: object[] } | undefined)?.claims ?? []) });
  expect(lists(view)).toEqual(lists(wanted));
}
