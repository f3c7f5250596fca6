// Filters mean here what they mean to the server: the same vectors.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Condition, Look, TaskFace } from "../../src/gen/protocol";
import { type Looker, sees, understands } from "../../src/sdk/filter";
import { lanesOf, toLane } from "../../src/sdk/lanes";

interface World { key: string; faces: TaskFace[]; blocked: string[]; watched: string[]; claims: Record<string, string> }
interface Row { who: { me?: string; zone: string; now: number }; filter: Condition[]; sees: number[] }

const [first = "", ...rest] = readFileSync("../domain/tests/vectors/filter.jsonl", "utf8").trim().split("\n");
const world = JSON.parse(first) as World;
const looking = ({ me, zone, now }: Row["who"]): Looker => {
  const days = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short" });
  return { me, now, day: (micros) => days.format(Math.floor(micros / 1_000)), resolve: (id) => world.claims[id] ?? id };
};
const found = (row: Row): number[] =>
  world.faces
    .filter((face) =>
      sees(row.filter, { face, key: `${world.key}-${face.number}`, blocked: () => world.blocked.includes(face.task_id), watched: () => world.watched.includes(face.task_id) }, looking(row.who)),
    )
    .map((face) => face.number);

test("a filter means what the vectors say", () => {
  expect(rest.length).toBeGreaterThan(50);
  for (const line of rest) {
    const row = JSON.parse(line) as Row;
    expect(understands({ filter: row.filter }), line).toBe(true);
    expect(found(row), line).toEqual(row.sees);
  }
});

test("what a newer server says is not taken for met", () => {
  const newer = (look: unknown): boolean => understands(look as Look);
  expect(newer({ filter: [{ on: "field", field_id: "f" }] })).toBe(false);
  expect(newer({ filter: [{ on: "assignee", teams: ["t"] }] })).toBe(false);
  expect(newer({ filter: [{ on: "due", any: [{ when: "this_quarter" }] }] })).toBe(false);
  expect(newer({ filter: [{ on: "toString" }] })).toBe(false);
  expect(newer({ lanes: { by: "field", field_id: "f" } })).toBe(false);
  expect(newer({ lanes: { by: "due" } })).toBe(true);
  expect(newer({ layout: "mind_map" })).toBe(false);
  expect(newer({ layout: null })).toBe(false);
  expect(newer({ layout: ["board"] })).toBe(false);
  expect(newer({ layout: "timeline", lanes: { by: "due" } })).toBe(true);
  expect(newer({ sort: "due" })).toBe(false);
  // Nor what somebody wrote into an address.
  for (const filter of [[null], [{}], [{ on: "label", any: "x" }], [{ on: "label", any: [1] }], [{ on: "text" }], [{ on: "text", words: 5 }], [{ on: "due", any: [null] }], [{ on: "due", any: [{ when: "next_days", days: 1e300 }] }], [{ on: "completed" }], "text"]) {
    expect(newer({ filter }), JSON.stringify(filter)).toBe(false);
  }
  expect(newer({ lanes: null })).toBe(false);
  const who = { me: "a", zone: "UTC", now: 0 };
  expect(found({ who, filter: [{ on: "field" } as unknown as Condition], sees: [] })).toEqual([]);
  expect(found({ who, filter: [{ on: "due", any: [{ when: "soon" }] } as unknown as Condition], sees: [] })).toEqual([]);
});

const looker = looking({ me: "a", zone: "UTC", now: Date.UTC(2026, 10, 22, 12) * 1_000 });
const face: TaskFace = { task_id: "t", number: 1, column_id: "c", rank: "a0", title: "One" };
const midnight = (day: string): number => Date.parse(`${day}T00:00:00Z`) * 1_000;

test("a card stands in the row of each of its labels and people, or in that of none", () => {
  expect(lanesOf(undefined, face, looker)).toEqual([""]);
  expect(lanesOf({ by: "label" }, face, looker)).toEqual(["none"]);
  expect(lanesOf({ by: "label" }, { ...face, labels: ["x", "y"] }, looker)).toEqual(["x", "y"]);
  expect(lanesOf({ by: "priority" }, face, looker)).toEqual(["none"]);
  expect(lanesOf({ by: "parent" }, { ...face, parent_id: "p" }, looker)).toEqual(["p"]);
  for (const [day, lane] of [["2026-11-21", "past"], ["2026-11-22", "today"], ["2026-11-23", "tomorrow"], ["2026-11-24", "week"], ["2026-11-29", "week"], ["2026-11-30", "later"]] as const) {
    expect(lanesOf({ by: "due" }, { ...face, due: { at: midnight(day), has_time: false } }, looker), day).toEqual([lane]);
  }
  expect(lanesOf({ by: "due" }, face, looker)).toEqual(["none"]);
});

test("a row that a card is put into says what is to change", () => {
  const both = { ...face, assignees: ["a", "b"], labels: ["x", "y"], start_at: 5 };
  expect(toLane({ by: "assignee" }, both, "a", "c", looker)).toEqual([
    { type: "task.unassign", task_id: "t", account_id: "a" },
    { type: "task.assign", task_id: "t", account_id: "c" },
  ]);
  expect(toLane({ by: "assignee" }, both, "a", "b", looker)).toEqual([{ type: "task.unassign", task_id: "t", account_id: "a" }]);
  expect(toLane({ by: "assignee" }, both, "b", "none", looker)).toEqual([
    { type: "task.unassign", task_id: "t", account_id: "a" },
    { type: "task.unassign", task_id: "t", account_id: "b" },
  ]);
  expect(toLane({ by: "label" }, both, "y", "z", looker)).toEqual([
    { type: "task.unlabel", task_id: "t", label_id: "y" },
    { type: "task.label", task_id: "t", label_id: "z" },
  ]);
  expect(toLane({ by: "priority" }, both, "none", "high", looker)).toEqual([{ type: "task.prioritize", task_id: "t", priority: "high" }]);
  expect(toLane({ by: "category" }, both, "k", "none", looker)).toEqual([{ type: "task.categorize", task_id: "t" }]);
  expect(toLane({ by: "parent" }, both, "none", "t", looker)).toBeUndefined();
  expect(toLane({ by: "due" }, both, "none", "tomorrow", looker)).toEqual([{ type: "task.schedule", task_id: "t", start_at: 5, due: { at: midnight("2026-11-23"), has_time: false } }]);
  expect(toLane({ by: "due" }, both, "today", "none", looker)).toEqual([{ type: "task.schedule", task_id: "t", start_at: 5 }]);
  for (const lane of ["past", "week", "later"]) expect(toLane({ by: "due" }, both, "none", lane, looker)).toBeUndefined();
  expect(toLane({ by: "due" }, both, "today", "today", looker)).toEqual([]);
});
