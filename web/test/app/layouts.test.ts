// The pure parts of layouts: days and what puts tasks on others, the lines of a week, the scale of a timeline, the order of a table, groups
// and sums.
import { expect, test } from "vitest";
import type { Due, TaskFace } from "../../src/gen/protocol";
import { toMicros } from "../../src/app/time";
import { dateOf, dragged, draggedSpan, dueOn, dueOnDay, inMonth, monthsOn, spanOf, startOn, weekOf, weekStartOf, weeksOfMonth } from "../../src/features/board/layouts/dates";
import { rowsOf } from "../../src/features/board/layouts/groups";
import { barOf, DAY_PX, linesOf, marksOf, rangeOf, xOf } from "../../src/features/board/layouts/scale";
import { nextSort, sorted } from "../../src/features/board/layouts/sorting";
import { sumsOf, WEEKS } from "../../src/features/board/layouts/sums";
import { weekOfItems } from "../../src/features/board/layouts/weeks";
import { civilOf, type Day, dayOf } from "../../src/sdk/quick-add/days";

const day = (text: string): Day => {
  const [year = 0, month = 0, date = 0] = text.split("-").map(Number);
  return dayOf(year, month, date) as Day;
};
const on = (text: string): Due => ({ at: day(text) * 86_400_000_000, has_time: false });
const at = (text: string): Due => ({ at: toMicros(new Date(text)), has_time: true });
const begins = (text: string): number => toMicros(dateOf(day(text)));
const task = (task_id: string, more: Partial<TaskFace> = {}): TaskFace => ({ task_id, number: 0, column_id: "c", rank: "a", title: task_id, ...more });

test("a task stands from its start to the day it is due", () => {
  expect(spanOf(task("t"))).toBeUndefined();
  expect(spanOf(task("t", { due: on("2026-11-23") }))).toEqual({ from: day("2026-11-23"), to: day("2026-11-23"), open: "from" });
  expect(spanOf(task("t", { start_at: begins("2026-11-20") }))).toEqual({ from: day("2026-11-20"), to: day("2026-11-20"), open: "to" });
  expect(spanOf(task("t", { start_at: begins("2026-11-20"), due: at("2026-11-23T23:59") }))).toEqual({ from: day("2026-11-20"), to: day("2026-11-23"), open: undefined });
  // What starts after it is due stands on the day it is due.
  expect(spanOf(task("t", { start_at: begins("2026-11-25"), due: on("2026-11-23") }))).toEqual({ from: day("2026-11-23"), to: day("2026-11-23"), open: undefined });
});

test("another day keeps the time of day, over a change of clocks too", () => {
  for (const zone of ["Europe/Berlin", "America/New_York", "Pacific/Auckland"]) {
    process.env.TZ = zone;
    const moved = dueOnDay(task("t", { due: at("2026-10-20T17:30") }), day("2026-11-20"));
    expect(moved.due).toEqual(at("2026-11-20T17:30"));
    expect(dueOnDay(task("t", { due: on("2026-10-20") }), day("2026-11-20")).due).toEqual(on("2026-11-20"));
    expect(dueOn(on("2026-11-20"))).toBe(day("2026-11-20"));
    expect(dragged(task("t", { start_at: begins("2026-03-28"), due: at("2026-03-28T09:00") }), "both", 1)).toEqual({ type: "task.schedule", task_id: "t", start_at: begins("2026-03-29"), due: at("2026-03-29T09:00") });
  }
  process.env.TZ = "UTC";
  expect(dueOnDay(task("t"), day("2026-11-20"))).toEqual({ type: "task.schedule", task_id: "t", due: on("2026-11-20") });
});

test("a start that would come after the due date goes along", () => {
  const span = { start_at: begins("2026-11-20"), due: on("2026-11-23") };
  expect(dueOnDay(task("t", span), day("2026-11-24")).start_at).toBe(span.start_at);
  const back = dueOnDay(task("t", span), day("2026-11-18"));
  expect(startOn(back.start_at as number)).toBe(day("2026-11-15"));
  expect(back.due).toEqual(on("2026-11-18"));
});

test("a bar is drawn out by an edge and never ends before it begins", () => {
  const both = task("t", { start_at: begins("2026-11-20"), due: on("2026-11-23") });
  expect(dragged(both, "to", 2)).toEqual({ type: "task.schedule", task_id: "t", start_at: begins("2026-11-20"), due: on("2026-11-25") });
  expect(dragged(both, "from", -2)?.start_at).toBe(begins("2026-11-18"));
  expect(dragged(both, "to", -9)?.due).toEqual(on("2026-11-20"));
  expect(dragged(both, "from", 9)?.start_at).toBe(begins("2026-11-23"));
  expect(dragged(both, "both", 0)).toBeUndefined();
  // One that has only a due date gets a start when its beginning is drawn out.
  expect(dragged(task("t", { due: on("2026-11-23") }), "from", -1)).toEqual({ type: "task.schedule", task_id: "t", start_at: begins("2026-11-22"), due: on("2026-11-23") });
  expect(dragged(task("t", { start_at: begins("2026-11-23") }), "both", 1)).toEqual({ type: "task.schedule", task_id: "t", start_at: begins("2026-11-24") });
  expect(draggedSpan({ from: 5, to: 5, open: "from" }, "from", 3)).toEqual({ from: 5, to: 5, open: undefined });
});

test("weeks begin as the account or the region says, and a month is in whole weeks", () => {
  expect(weekStartOf("saturday", "en-US")).toBe("saturday");
  expect([weekStartOf(undefined, "en-US"), weekStartOf(undefined, "de-DE")]).toEqual(["sunday", "monday"]);
  expect(civilOf(weekOf(day("2026-11-22"), "monday"))).toEqual({ year: 2026, month: 11, day: 16 });
  expect(weekOf(day("2026-11-22"), "sunday")).toBe(day("2026-11-22"));
  expect(weeksOfMonth(day("2026-11-22"), "monday")).toEqual(["2026-10-26", "2026-11-02", "2026-11-09", "2026-11-16", "2026-11-23", "2026-11-30"].map(day));
  // February 2027 fills four weeks and no more.
  expect(weeksOfMonth(day("2027-02-10"), "monday")).toHaveLength(4);
  expect(civilOf(monthsOn(day("2026-01-31"), 1))).toEqual({ year: 2026, month: 2, day: 1 });
  expect(civilOf(monthsOn(day("2026-01-31"), -1))).toEqual({ year: 2025, month: 12, day: 1 });
  expect(inMonth(day("2026-11-01"), day("2025-11-01"))).toBe(false);
});

test("tasks share the lines of a week, and what does not fit is counted", () => {
  const item = (id: string, from: number, to: number) => ({ id, span: { from, to, open: undefined } });
  const week = weekOfItems([item("long", -3, 2), item("a", 0, 0), item("b", 1, 1), item("c", 3, 12), item("gone", 7, 9)], 0, 5);
  expect(week.segments).toEqual([
    { id: "long", from: 0, to: 2, line: 0, before: true, after: false },
    { id: "a", from: 0, to: 0, line: 1, before: false, after: false },
    { id: "b", from: 1, to: 1, line: 1, before: false, after: false },
    { id: "c", from: 3, to: 6, line: 0, before: false, after: true },
  ]);
  expect(week.more).toEqual([0, 0, 0, 0, 0, 0, 0]);
  // Two lines, three on one day: the last line says how many are not there.
  const full = weekOfItems([item("a", 0, 0), item("b", 0, 0), item("c", 0, 0), item("d", 1, 1), item("e", 1, 1)], 0, 2);
  expect(full.segments.map((one) => one.id)).toEqual(["a", "d", "e"]);
  expect(full.more.slice(0, 2)).toEqual([2, 0]);
  // Everything of a day is shown or counted, whatever crosses it.
  const many = [item("x", 0, 6), ...Array.from({ length: 20 }, (_, at) => item(`m${at}`, at % 7, Math.min(6, (at % 7) + (at % 3))))];
  for (const lines of [1, 2, 3, 4, 50]) {
    const { segments, more } = weekOfItems(many, 0, lines);
    for (let of = 0; of < 7; of += 1) {
      const shown = segments.filter((one) => one.from <= of && of <= one.to);
      expect(shown.length + (more[of] ?? 0)).toBe(many.filter(({ span }) => span.from <= of && of <= span.to).length);
      expect(shown.every((one) => one.line < lines - Number((more[of] ?? 0) > 0))).toBe(true);
    }
  }
});

test("a timeline has room around its bars, and what is far away stands at its edge", () => {
  const today = day("2026-11-22");
  const span = { from: today - 3, to: today + 4, open: undefined };
  const range = rangeOf([span], today, "day");
  expect(range.from).toBeLessThan(span.from);
  expect(range.to).toBeGreaterThan(span.to);
  expect(barOf(span, range, "day")).toEqual({ left: xOf(span.from, range, "day"), width: 8 * DAY_PX.day });
  const far = { from: day("1999-01-01"), to: day("1999-01-02"), open: undefined };
  const wide = rangeOf([far, { from: day("2500-01-01"), to: day("2500-01-01"), open: undefined }], today, "month");
  expect(wide.to - wide.from).toBeLessThan(2_600);
  expect(barOf(far, wide, "month").left).toBe(0);
  expect(barOf({ from: day("2500-01-01"), to: day("2500-01-01"), open: undefined }, wide, "month").left).toBe((wide.to - wide.from) * DAY_PX.month);
});

test("the marks of a timeline follow one another without a gap", () => {
  const range = { from: day("2026-01-01"), to: day("2027-06-30") };
  for (const zoom of ["day", "week", "month"] as const) {
    const { coarse, fine } = marksOf(range, zoom, 1_000, 2_200);
    for (const list of [coarse, fine]) {
      expect(list.length).toBeGreaterThan(0);
      expect(list[0]?.x).toBeLessThanOrEqual(1_000);
      const end = list.at(-1);
      expect((end?.x ?? 0) + (end?.width ?? 0)).toBeGreaterThanOrEqual(2_200);
      for (const [index, mark] of list.slice(1).entries()) expect(mark.x).toBe((list[index]?.x ?? 0) + (list[index]?.width ?? 0));
    }
  }
});

test("lines lead from what blocks to what it blocks, where one of the rows between is to be seen", () => {
  const rows = { at: new Map([["a", 0], ["b", 4]]), bar: (id: string) => (id === "a" ? { left: 0, width: 40 } : { left: 100, width: 40 }), height: 36 };
  expect(linesOf([["a", "b"]], rows, 0, 10)).toEqual([{ id: "a/b", path: "M40 18H48V162H100" }]);
  expect(linesOf([["b", "a"]], rows, 0, 10)[0]?.path).toBe("M140 162H148V144H-10V18H0");
  expect(linesOf([["a", "b"]], rows, 2, 3)).toHaveLength(1);
  expect(linesOf([["a", "b"]], rows, 5, 9)).toEqual([]);
  expect(linesOf([["a", "gone"]], rows, 0, 9)).toEqual([]);
});

test("a table is sorted by what its heads say, and what has nothing comes last both ways", () => {
  const names = { locale: "en", columns: ["c", "d"], person: (id: string) => id, label: (id: string) => id, fields: [{ field_id: "f", name: "Size", kind: "number" as const, rank: "a" }] };
  const rows = [
    task("b 10", { number: 2, priority: "low", due: on("2026-11-23"), fields: [{ field_id: "f", value: { kind: "number", number: "10" } }] }),
    task("b 9", { number: 10, priority: "urgent", column_id: "d", fields: [{ field_id: "f", value: { kind: "number", number: "9" } }] }),
    task("A", { due: on("2026-11-22"), priority: "none", assignees: ["zoe"] }),
  ];
  const by = (id: string, way: "ascending" | "descending" = "ascending") => sorted(rows, { by: id, way }, names).map((card) => card.title);
  expect(sorted(rows, undefined, names)).toBe(rows);
  expect(by("title")).toEqual(["A", "b 9", "b 10"]);
  expect(by("title", "descending")).toEqual(["b 10", "b 9", "A"]);
  expect(by("key")).toEqual(["b 10", "b 9", "A"]);
  expect(by("key", "descending")).toEqual(["b 9", "b 10", "A"]);
  expect(by("priority", "descending")).toEqual(["b 9", "b 10", "A"]);
  expect(by("due", "descending")).toEqual(["b 10", "A", "b 9"]);
  expect(by("column")).toEqual(["b 10", "A", "b 9"]);
  expect(by("f")).toEqual(["b 9", "b 10", "A"]);
  expect(by("assignees")).toEqual(["A", "b 10", "b 9"]);
  expect(by("gone")).toEqual(["b 10", "b 9", "A"]);
  const up = nextSort(undefined, "due");
  expect(up).toEqual({ by: "due", way: "ascending" });
  expect(nextSort(up, "due")).toEqual({ by: "due", way: "descending" });
  expect(nextSort({ by: "due", way: "descending" }, "due")).toBeUndefined();
  expect(nextSort(up, "title")).toEqual({ by: "title", way: "ascending" });
});

test("a folded group is its head, and a card may stand in two groups", () => {
  const groups = [{ id: "x", tasks: ["1", "2"] }, { id: "y", tasks: ["1"] }];
  expect(rowsOf(groups, () => false).map((row) => row.id)).toEqual(["head/x", "x/1", "x/2", "head/y", "y/1"]);
  expect(rowsOf(groups, (id) => id === "x").map((row) => row.id)).toEqual(["head/x", "head/y", "y/1"]);
});

test("sums count what is there", () => {
  const today = day("2026-11-18");
  const now = toMicros(dateOf(today)) + 12 * 3_600_000_000;
  const done = (text: string) => toMicros(new Date(`${text}T10:00`));
  const cards = [
    task("1", { due: on("2026-11-17"), assignees: ["a", "b"], priority: "high", minutes: 60, tracked_s: 7_200 }),
    task("2", { due: on("2026-11-18"), assignees: ["b2"], points: 3 }),
    task("3", { due: at("2026-11-18T09:00"), column_id: "d" }),
    task("4", { due: on("2026-11-23") }),
    task("5", { due: on("2026-11-01"), completed_at: done("2026-11-16"), assignees: ["a"], points: 2, tracked_s: 60 }),
    task("6", { completed_at: done("2026-11-15") }),
    task("7", { completed_at: done("2025-11-15") }),
  ];
  const sums = sumsOf(cards, { columns: ["c", "d", "e"], today, now, week_start: "monday", resolve: (id) => (id === "b2" ? "b" : id) });
  expect(sums).toMatchObject({ all: 7, open: 4, done: 3, overdue: 2, this_week: 1, tracked_s: 7_260, estimated: { cards: 1, minutes: 60, tracked_s: 7_200 }, points: { all: 5, done: 2 } });
  expect(sums.columns).toEqual([{ id: "c", count: 6 }, { id: "d", count: 1 }, { id: "e", count: 0 }]);
  // Nobody comes last; somebody who was a stand-in counts as who they are.
  expect(sums.people).toEqual([{ id: "b", count: 2 }, { id: "a", count: 1 }, { id: "", count: 2 }]);
  expect(sums.priorities.find((one) => one.id === "none")?.count).toBe(3);
  expect(sums.completed).toHaveLength(WEEKS);
  expect(sums.completed.at(-1)).toEqual({ week: day("2026-11-16"), count: 1 });
  expect(sums.completed.at(-2)).toEqual({ week: day("2026-11-09"), count: 1 });
  expect(sums.completed.reduce((sum, one) => sum + one.count, 0)).toBe(2);
});
