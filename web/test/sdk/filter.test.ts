// Filters mean here what they mean to the server: the same vectors.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Condition, FieldView, Look, SortKey, TaskFace } from "../../src/gen/protocol";
import { type Looker, sees, understands } from "../../src/sdk/filter";
import { lanesOf, toLane } from "../../src/sdk/lanes";
import { compareDecimals, DECIMAL, decimal } from "../../src/sdk/field-values";
import { Sorter } from "../../src/sdk/sort";

interface World { key: string; faces: TaskFace[]; blocked: string[]; watched: string[]; claims: Record<string, string>; fields: FieldView[] }
interface Who { me?: string; zone: string; now: number }
interface Row { who: Who; filter: Condition[]; sees: number[] }

const read = (name: string): string[] => readFileSync(`../domain/tests/vectors/${name}.jsonl`, "utf8").trim().split("\n");
const [first = "", ...rest] = read("filter");
const world = JSON.parse(first) as World;
const looking = ({ me, zone, now }: Who, fields = world.fields): Looker => {
  const days = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short" });
  return { me, now, day: (micros) => days.format(Math.floor(micros / 1_000)), resolve: (id) => world.claims[id] ?? id, field: (id) => fields.find((field) => field.field_id === id) };
};
const shown = (filter: readonly Condition[], who: Who): TaskFace[] =>
  world.faces.filter((face) =>
    sees(filter, { face, key: `${world.key}-${face.number}`, blocked: () => world.blocked.includes(face.task_id), watched: () => world.watched.includes(face.task_id) }, looking(who)),
  );
const found = (row: Row): number[] => shown(row.filter, row.who).map((face) => face.number);
const sorted = (sort: readonly SortKey[], faces: readonly TaskFace[], looker: Looker): number[] => {
  const sorter = new Sorter(sort, looker);
  const numbers = new Map(faces.map((face) => [face.task_id, face.number]));
  return faces.map((face) => sorter.standing(face)).sort(sorter.compare).map(({ id }) => numbers.get(id) ?? 0);
};

test("a filter means what the vectors say", () => {
  expect(rest.length).toBeGreaterThan(50);
  for (const line of rest) {
    const row = JSON.parse(line) as Row;
    expect(understands({ filter: row.filter }), line).toBe(true);
    expect(found(row), line).toEqual(row.sees);
  }
});

test("cards stand in the order that the vectors say", () => {
  const [head = "", ...lines] = read("sort");
  const { faces, fields } = JSON.parse(head) as World;
  expect(lines.length).toBeGreaterThan(30);
  for (const line of lines) {
    const { who, sort, stands } = JSON.parse(line) as { who: Who; sort: SortKey[]; stands: number[] };
    expect(understands({ sort }), line).toBe(true);
    expect(sorted(sort, faces, looking(who, fields)), line).toEqual(stands);
  }
});

test("looks made by chance show what they show on the server", () => {
  const lines = read("views_many");
  expect(lines.length).toBeGreaterThan(300);
  for (const line of lines) {
    const { who, look, stands } = JSON.parse(line) as { who: Who; look: Look; stands: number[] };
    expect(understands(look), line).toBe(true);
    expect(sorted(look.sort ?? [], shown(look.filter ?? [], who), looking(who)), line).toEqual(stands);
  }
});

test("numbers are compared by their digits", () => {
  const numbers = ["-10", "-9.5", "-9.25", "-0.5", "0", "0.25", "0.3", "9", "10", "999999999999998", "999999999999999"];
  for (const [at, one] of numbers.entries()) {
    expect(DECIMAL.test(one), one).toBe(true);
    for (const [other_at, other] of numbers.entries()) expect(Math.sign(compareDecimals(one, other)), `${one} ${other}`).toBe(Math.sign(at - other_at));
  }
  for (const [typed, kept] of [["-0.00", "0"], ["007.50", "7.5"], [".5", "0.5"], ["5.", "5"], ["-.25", "-0.25"], ["100", "100"], ["-1.10", "-1.1"], ["0", "0"]] as const) expect(decimal(typed), typed).toBe(kept);
  for (const wrong of ["", ".", "-", "1e5", "--1", "1.2.3", "NaN"]) expect(decimal(wrong), wrong).toBeUndefined();
  for (const wrong of ["-0", "007", "1.", ".5", "1.50", "1e5", "", "-", "NaN", "1 000"]) expect(DECIMAL.test(wrong), wrong).toBe(false);
});

test("what a newer server says is not taken for met", () => {
  const newer = (look: unknown): boolean => understands(look as Look);
  expect(newer({ filter: [{ on: "field", field_id: "f" }] })).toBe(false);
  for (const asked of [{ is: "moon" }, { is: "set", of: "red" }, { is: "number", at_least: 5 }, { is: "number", at_least: "1e5" }, { is: "date", any: [{ when: "this_quarter" }] }, { is: "checked" }, "set", null]) {
    expect(newer({ filter: [{ on: "field", field_id: "f", test: asked }] }), JSON.stringify(asked)).toBe(false);
  }
  expect(found({ who: { zone: "UTC", now: 0 }, filter: [{ on: "field", field_id: world.fields[0]?.field_id, test: { is: "moon" } } as unknown as Condition], sees: [] })).toEqual([]);
  expect(newer({ filter: [{ on: "assignee", teams: ["t"] }] })).toBe(false);
  expect(newer({ filter: [{ on: "due", any: [{ when: "this_quarter" }] }] })).toBe(false);
  expect(newer({ filter: [{ on: "toString" }] })).toBe(false);
  expect(newer({ lanes: { by: "field", field_id: "f" } })).toBe(true);
  expect(newer({ lanes: { by: "field" } })).toBe(false);
  expect(newer({ lanes: { by: "due", field_id: "f" } })).toBe(false);
  expect(newer({ lanes: { by: "due" } })).toBe(true);
  expect(newer({ layout: "mind_map" })).toBe(false);
  expect(newer({ layout: null })).toBe(false);
  expect(newer({ layout: ["board"] })).toBe(false);
  expect(newer({ layout: "timeline", lanes: { by: "due" } })).toBe(true);
  expect(newer({ layout: "moon" })).toBe(false);
  for (const sort of ["due", [null], ["due"], [{ by: "due" }], [{ by: { on: "moon" } }], [{ by: { on: "due" }, first: true }], [{ by: { on: "due" }, descending: 1 }], [{ by: { on: "field" } }]]) {
    expect(newer({ sort }), JSON.stringify(sort)).toBe(false);
  }
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

test("a card stands in the row of what is in a field, and is put into another", () => {
  const fields: FieldView[] = [
    { field_id: "size", name: "Size", kind: "select", rank: "a0", options: [{ option_id: "s", name: "S", colour: "red" }, { option_id: "l", name: "L", colour: "blue" }] },
    { field_id: "whom", name: "Whom", kind: "person", rank: "a1" },
    { field_id: "sure", name: "Sure", kind: "checkbox", rank: "a2" },
    { field_id: "cost", name: "Cost", kind: "number", rank: "a3" },
  ];
  const who = { ...looking({ me: "a", zone: "UTC", now: 0 }, fields), resolve: (id: string) => (id === "stand_in" ? "ana" : id) };
  const held: TaskFace = { ...face, fields: [{ field_id: "size", value: { kind: "select", option_id: "s" } }, { field_id: "sure", value: { kind: "checkbox" } }, { field_id: "whom", value: { kind: "person", account_id: "stand_in" } }] };
  const by = (field_id: string) => ({ by: "field", field_id }) as const;
  expect([lanesOf(by("size"), held, who), lanesOf(by("whom"), held, who), lanesOf(by("sure"), held, who)]).toEqual([["s"], ["ana"], ["checked"]]);
  for (const id of ["size", "whom", "sure", "gone"]) expect(lanesOf(by(id), face, who)).toEqual(["none"]);
  const set = (field_id: string, value?: unknown) => [{ type: "task.field.set", task_id: "t", field_id, ...(value !== undefined && { value }) }];
  expect(toLane(by("size"), held, "s", "l", who)).toEqual(set("size", { kind: "select", option_id: "l" }));
  expect(toLane(by("size"), held, "s", "none", who)).toEqual(set("size"));
  expect(toLane(by("whom"), held, "ana", "ben", who)).toEqual(set("whom", { kind: "person", account_id: "ben" }));
  expect(toLane(by("sure"), face, "none", "checked", who)).toEqual(set("sure", { kind: "checkbox" }));
  expect(toLane(by("sure"), held, "checked", "none", who)).toEqual(set("sure"));
  // What is gone, and what has no rows, gives no value.
  for (const [id, lane] of [["gone", "none"], ["size", "gone"], ["cost", "5"], ["sure", "other"]] as const) expect(toLane(by(id), held, "x", lane, who)).toBeUndefined();
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
