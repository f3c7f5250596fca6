import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type Context, clockText, dayOf, dayText, type Day, quickAdd, ruleText, type Value } from "../../src/sdk/quick-add";

/** As domain/tests/quick_add writes them. */
interface Vector {
  readonly in: "en" | "de";
  readonly line: string;
  readonly is: readonly string[];
  readonly title: string;
  readonly due?: string;
  readonly start?: string;
  readonly now?: string;
  readonly week_start?: "saturday" | "sunday";
  readonly month_first?: boolean;
  readonly unknown?: readonly string[];
  readonly keep?: readonly string[];
}

const read = (name: string): Vector[] =>
  readFileSync(new URL(`../../../domain/tests/vectors/${name}.jsonl`, import.meta.url), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Vector);

function contextOf({ in: language, now = "2026-12-01T10:00", week_start, month_first }: Vector): Context {
  const [year, month, day, hour, minute] = now.split(/[-T:]/).map(Number) as [number, number, number, number, number];
  const weekStart = week_start === "sunday" ? 6 : week_start === "saturday" ? 5 : 0;
  return { language, today: dayOf(year, month, day) as Day, minute: hour * 60 + minute, weekStart, monthFirst: month_first === true };
}

const moment = (date: Day, time?: number): string => dayText(date) + (time === undefined ? "" : `T${clockText(time)}`);

function said(value: Value): string {
  switch (value.kind) {
    case "due":
      return `due ${moment(value.date, value.time)}`;
    case "start":
      return `start ${dayText(value.date)}`;
    case "time":
      return `time ${clockText(value.time)}`;
    case "repeat":
      return `repeat ${ruleText(value.rule)}`;
    case "priority":
      return `priority ${value.priority}`;
    case "estimate":
      return `estimate ${value.minutes}`;
    default:
      return `${value.kind} ${value.name}`;
  }
}

function understood(vector: Vector, line: string) {
  const found = quickAdd(line, contextOf(vector), (value) => {
    if ("name" in value && vector.unknown?.includes(value.name)) return "text";
    return vector.keep?.includes(value.kind) ? "kept" : "taken";
  });
  const { title, due, start } = found;
  return {
    tokens: found.tokens.map((token) => ({ ...token, is: said(token.value) + (token.kept ? " kept" : "") })),
    rest: { title, due: due && moment(due.date, due.time), start: start === undefined ? undefined : dayText(start) },
  };
}

const restOf = ({ title, due, start }: Vector) => ({ title, due, start });

test("lines mean what is written down", () => {
  const vectors = read("quick_add");
  expect(vectors.length).toBeGreaterThanOrEqual(400);
  for (const vector of vectors) {
    const line = vector.line.replace(/[⟦⟧]/g, "");
    const { tokens, rest } = understood(vector, line);
    let marked = line;
    for (const { start, end } of [...tokens].reverse()) marked = `${marked.slice(0, start)}⟦${marked.slice(start, end)}⟧${marked.slice(end)}`;
    expect({ line: marked, is: tokens.map(({ is }) => is), ...rest }, vector.line).toEqual({ line: vector.line, is: vector.is, ...restOf(vector) });
  }
});

test("generated lines mean what the server says", () => {
  const vectors = read("quick_add_many");
  expect(vectors.length).toBeGreaterThanOrEqual(2_000);
  for (const vector of vectors) {
    const { tokens, rest } = understood(vector, vector.line);
    expect({ is: tokens.map(({ start, end, is }) => `${start}-${end} ${is}`), ...rest }, JSON.stringify(vector)).toEqual({ is: vector.is, ...restOf(vector) });
  }
});

test("a long line takes no longer than it is", () => {
  for (const word of ["every mon and ", '#"', "in ", "\\", "1.1.", ",", "^^"]) {
    const line = word.repeat(Math.floor(40_000 / word.length));
    expect(quickAdd(line, contextOf({ in: "en", line, is: [], title: "" })).title.length).toBeGreaterThan(0);
  }
});
