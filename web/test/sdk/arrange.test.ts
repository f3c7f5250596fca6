// What is shown of a board, kept true as it changes, is what one who looks anew would see.
import { expect, test } from "vitest";
import type { BoardEvent, BoardHead, FieldView, Lanes, Look, SortKey, TaskFace } from "../../src/gen/protocol";
import { Arrangement } from "../../src/sdk/arrange";
import { BoardStore } from "../../src/sdk/board";
import type { Looker } from "../../src/sdk/filter";
import type { BoardHandle } from "../../src/sdk/types";
import { seeded } from "./support/clock";

const COLUMNS = ["c1", "c2", "c3"];
const LANES: readonly (Lanes | undefined)[] = [undefined, { by: "assignee" }, { by: "label" }, { by: "priority" }, { by: "parent" }, { by: "field", field_id: "size" }];
const SORTS: readonly (readonly SortKey[] | undefined)[] = [
  undefined,
  [{ by: { on: "title" } }],
  [{ by: { on: "priority" }, descending: true }, { by: { on: "title" } }],
  [{ by: { on: "field", field_id: "cost" } }],
  [{ by: { on: "field", field_id: "size" }, descending: true }, { by: { on: "created" }, descending: true }],
];
const FIELDS: FieldView[] = [
  { field_id: "size", name: "Size", kind: "select", rank: "a0", options: [{ option_id: "s", name: "S", colour: "red" }, { option_id: "l", name: "L", colour: "blue" }] },
  { field_id: "cost", name: "Cost", kind: "number", rank: "a1" },
];
const looker: Looker = { me: "ana", now: 0, day: () => "2026-11-22", resolve: (id) => id, field: (id) => FIELDS.find((field) => field.field_id === id) };

function begin(tasks: readonly TaskFace[]): { store: BoardStore; handle: BoardHandle } {
  const store = new BoardStore();
  const columns = COLUMNS.map((column_id, at) => ({ column_id, name: column_id, kind: "active" as const, rank: `a${at}` }));
  const head: BoardHead = { board_id: "b", org_id: "o", name: "B", key: "B", visibility: "private", lifecycle: "active", members: [], columns, labels: [], task_count: tasks.length };
  store.replace({ head, tasks });
  store.flush();
  const handle = {
    changedCards: store.changedCards, columnIds: store.columnIds, info: store.info,
    tasksOf: (id: string) => store.tasksOf(id), card: (id: string) => store.card(id), cards: () => store.cards(), backward: (id: string) => store.relations.backward(id),
  } as unknown as BoardHandle;
  return { store, handle };
}

const shown = (arrangement: Arrangement): Record<string, readonly string[]> => {
  const lists: Record<string, readonly string[]> = {};
  for (const lane of ["", ...arrangement.lanes.get().keys()]) {
    for (const column of COLUMNS) {
      const ids = arrangement.list(lane, column).get();
      if (ids.length > 0) lists[`${lane}/${column}`] = ids;
    }
  }
  return lists;
};

/** All cards that are shown, one after the other, as they are. */
const row = (handle: BoardHandle, arrangement: Arrangement): unknown[] =>
  handle.columnIds.get().flatMap((column) => handle.tasksOf(column).get().filter((id) => arrangement.shows(id)).map((id) => [column, handle.card(id).get()]));

test("what is kept true is what one who looks anew sees, and cells speak only when they change", () => {
  const random = seeded(11);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const tasks = Array.from({ length: 30 }, (_, at): TaskFace => ({ task_id: `t${at}`, number: at + 1, column_id: pick(COLUMNS), rank: `a${String(at).padStart(3, "0")}`, title: pick(["Red door", "Blue"]) }));
  const { store, handle } = begin(tasks);
  const arrangement = new Arrangement(handle);
  // Whoever draws all of them reads them anew when they are told, and at no other time.
  let drawn = row(handle, arrangement);
  const told = arrangement.changed.subscribe(() => {
    drawn = row(handle, arrangement);
  });
  let at = 0;
  let spoke = 0;
  for (let round = 0; round < 60; round += 1) {
    const by = pick(LANES);
    const filter: Look["filter"] = [pick([{ on: "text", words: "red" }, { on: "assignee", me: true, nobody: true }, { on: "blocked", is: random() < 0.5 }, { on: "completed", is: false }, { on: "watched" }, { on: "field", field_id: "cost", test: { is: "number", at_least: "5" } }] as const)];
    const sort = pick(SORTS);
    const look: Look = { ...(random() < 0.7 && { filter }), ...(by && { lanes: by }), ...(sort && { sort: [...sort] }) };
    const watched = new Set(["t1", "t2"]);
    arrangement.set(look, looker, watched);
    const heard = new Map<string, readonly string[]>();
    const ends = [...arrangement.lanes.get().keys()].flatMap((lane) => COLUMNS.map((column) => arrangement.list(lane, column).subscribe((ids) => {
      const key = `${lane}/${column}`;
      expect(ids, key).not.toBe(heard.get(key));
      heard.set(key, ids);
      spoke += 1;
    })));
    for (let step = 0; step < 12; step += 1) {
      const task_id = pick(tasks).task_id;
      const event = pick<BoardEvent>([
        { type: "task.moved", task_id, from_column_id: "c1", column_id: pick(COLUMNS), rank: `a${pick(["0", "5", "9"])}${step}` },
        { type: "task.assigned", task_id, account_id: pick(["ana", "ben"]) },
        { type: "task.unassigned", task_id, account_id: pick(["ana", "ben"]) },
        { type: "task.labelled", task_id, label_id: pick(["l1", "l2"]) },
        { type: "task.unlabelled", task_id, label_id: pick(["l1", "l2"]) },
        { type: "task.priority.changed", task_id, priority: pick(["none", "high"] as const) },
        { type: "task.completed", task_id },
        { type: "task.reopened", task_id },
        { type: "task.updated", task_id, title: pick(["Red", "Green"]) },
        { type: "task.dependency.added", task_id, kind: "blocks", other_id: pick(tasks).task_id },
        { type: "task.parent.changed", task_id, ...(random() < 0.5 && { parent_id: "t3" }) },
        { type: "task.field.changed", task_id, field_id: "size", kind: "select", ...(random() < 0.7 && { value: { kind: "select" as const, option_id: pick(["s", "l"]) } }) },
        { type: "task.field.changed", task_id, field_id: "cost", kind: "number", ...(random() < 0.7 && { value: { kind: "number" as const, number: pick(["-3", "5", "10", "9.5"]) } }) },
        { type: "task.archived", task_id },
        { type: "column.archived", column_id: "c3" },
        { type: "column.unarchived", column_id: "c3" },
      ]);
      at += 1;
      store.apply({ seq: at, at, by: "ana", event });
      store.flush();
      const anew = new Arrangement(handle);
      anew.set(look, looker, watched);
      const note = `${JSON.stringify(look)} ${JSON.stringify(event)}`;
      expect(shown(arrangement), note).toEqual(shown(anew));
      expect(arrangement.hidden.get(), note).toBe(anew.hidden.get());
      expect(drawn, note).toEqual(row(handle, anew));
      anew.close();
    }
    for (const end of ends) end();
  }
  expect(spoke).toBeGreaterThan(50);
  told();
  arrangement.close();
});

test("where nothing is asked for the board's own lists are handed through, and the change over is told", () => {
  const { store, handle } = begin([{ task_id: "t1", number: 1, column_id: "c1", rank: "a0", title: "One" }]);
  const arrangement = new Arrangement(handle);
  const cell = arrangement.list("", "c1");
  const heard: (readonly string[])[] = [];
  const end = cell.subscribe((ids) => heard.push(ids));
  expect(cell.get()).toBe(store.order("c1").ids());
  arrangement.set({ filter: [{ on: "text", words: "two" }] }, looker, undefined);
  expect(heard).toEqual([[]]);
  arrangement.set({}, looker, undefined);
  expect(heard).toEqual([[], ["t1"]]);
  end();
  arrangement.close();
});

test("a sorted look says its order anew when what it is sorted by changes", () => {
  const task = (id: string, number: number, title: string): TaskFace => ({ task_id: id, number, column_id: "c1", rank: `a${number}`, title });
  const { store, handle } = begin([task("t1", 1, "b"), task("t2", 2, "a"), task("t3", 3, "c")]);
  const arrangement = new Arrangement(handle);
  const cell = arrangement.list("", "c1");
  const heard: (readonly string[])[] = [];
  cell.subscribe((ids) => heard.push(ids));
  arrangement.set({ sort: [{ by: { on: "title" } }] }, looker, undefined);
  expect(cell.get()).toEqual(["t2", "t1", "t3"]);
  store.apply({ seq: 1, at: 1, by: "ana", event: { type: "task.updated", task_id: "t3", title: "A" } });
  store.flush();
  expect(cell.get()).toEqual(["t2", "t3", "t1"]);
  arrangement.set({ sort: [{ by: { on: "created" }, descending: true }] }, looker, undefined);
  expect(cell.get()).toEqual(["t3", "t2", "t1"]);
  arrangement.set({}, looker, undefined);
  expect(heard).toEqual([["t2", "t1", "t3"], ["t2", "t3", "t1"], ["t3", "t2", "t1"], ["t1", "t2", "t3"]]);
  arrangement.close();
});
