// The days that one's own time is asked for, and what the times come to.
import { describe, expect, test } from "vitest";
import { asked, dayFrom, daysOf, momentsOf, SPANS, wordsOf } from "../../src/features/mytime/range";
import { byBoard, byCard, byDay, totalOf } from "../../src/features/mytime/sums";
import { dateOf } from "../../src/features/board/layouts/dates";
import type { OwnTimeRow } from "../../src/sdk";
import { dayText } from "../../src/sdk/quick-add/days";

const day = (text: string) => dayFrom(text) as number;
const said = (span: (typeof SPANS)[number], today: string, start: "monday" | "saturday" | "sunday" = "monday") => {
  const { from, to } = daysOf(span, day(today), start);
  return [dayText(from), dayText(to)];
};

describe("the days", () => {
  test("weeks begin as the person has it", () => {
    // 2026-11-23 is a Monday.
    expect(said("week", "2026-11-23")).toEqual(["2026-11-23", "2026-11-29"]);
    expect(said("week", "2026-11-23", "sunday")).toEqual(["2026-11-22", "2026-11-28"]);
    expect(said("week", "2026-11-23", "saturday")).toEqual(["2026-11-21", "2026-11-27"]);
    expect(said("last_week", "2026-11-29")).toEqual(["2026-11-16", "2026-11-22"]);
  });

  test("months end where they end", () => {
    expect(said("month", "2028-02-29")).toEqual(["2028-02-01", "2028-02-29"]);
    expect(said("last_month", "2026-03-31")).toEqual(["2026-02-01", "2026-02-28"]);
    expect(said("last_month", "2026-01-01")).toEqual(["2025-12-01", "2025-12-31"]);
    expect(said("month", "2026-12-31")).toEqual(["2026-12-01", "2026-12-31"]);
  });

  test("the address says them, and nothing else does", () => {
    const of = (text: string) => asked(new URLSearchParams(text), day("2026-11-23"), "monday");
    const own = { from: day("2026-01-05"), to: day("2026-01-05") };
    expect(of(wordsOf(own))).toEqual({ ...own, span: undefined });
    for (const span of SPANS) expect(of(`range=${span}`)).toEqual({ ...daysOf(span, day("2026-11-23"), "monday"), span });
    for (const wrong of ["", "range=century", "from=2026-01-06&to=2026-01-05", "from=2026-02-30&to=2026-03-01", "from=2026-01-05", "from=x&to=y"]) {
      expect(of(wrong).span).toBe("week");
    }
  });

  test("a day is from midnight to midnight, also where the clocks change", () => {
    for (const text of ["2026-03-29", "2026-10-25", "2026-03-08", "2026-11-01", "2026-06-01"]) {
      const { from, to } = momentsOf({ from: day(text), to: day(text) });
      expect(from).toBe(dateOf(day(text)).getTime() * 1_000);
      expect(to).toBe(momentsOf({ from: day(text) + 1, to: day(text) + 1 }).from);
    }
  });
});

describe("what they come to", () => {
  const row = (at: string, duration_s: number, board_id: string, task_id: string): OwnTimeRow => ({
    org_id: "o", board_id, board_name: board_id, task_id, key: task_id, title: task_id, entry_id: `${at} ${task_id}`, started_at: new Date(at).getTime() * 1_000, duration_s,
  });
  const rows = [row("2026-01-05T09:00", 600, "b", "x"), row("2026-01-05T23:50", 3_600, "a", "y"), row("2026-01-07T00:00", 60, "a", "z"), row("2026-01-07T08:00", 5, "b", "x")];

  test("each way comes to the same", () => {
    const days = byDay(rows, { from: day("2026-01-05"), to: day("2026-01-11") });
    for (const sums of [days, byBoard(rows), byCard(rows)]) expect(sums.reduce((sum, { total_s }) => sum + total_s, 0)).toBe(totalOf(rows));
    // A time is of the day on which it began, and days without any stand among the others.
    expect(days.map(({ total_s }) => total_s)).toEqual([4_200, 0, 65, 0, 0, 0, 0]);
    expect(byBoard(rows).map(({ row: { board_id }, total_s }) => [board_id, total_s])).toEqual([["a", 3_660], ["b", 605]]);
    expect(byCard(rows).map(({ row: { task_id }, total_s }) => [task_id, total_s])).toEqual([["y", 3_600], ["x", 605], ["z", 60]]);
  });

  test("of very many days those without time are left out", () => {
    const days = byDay(rows, { from: day("2026-01-01"), to: day("2026-12-31") });
    expect(days.map((each) => dayText(each.day))).toEqual(["2026-01-05", "2026-01-07"]);
    expect(byDay([], { from: 0, to: 30 })).toHaveLength(31);
    expect(byDay([], { from: 0, to: 31 })).toHaveLength(0);
  });
});
