// Small functions whose results people read.
import { expect, test } from "vitest";
import { fill } from "../../src/app/i18n/index.svelte";
import { colourOf, initials } from "../../src/app/people";
import { dueDate, dueFrom, dueState, dueText } from "../../src/app/time";
import { suggestKey } from "../../src/features/home/key";
import { rank, score } from "../../src/features/palette/match";

const now = new Date(2026, 10, 21, 12, 0);

test("initials come from the first and the last word", () => {
  expect(initials("Ana Maria Costa")).toBe("AC");
  expect(initials("ben")).toBe("B");
  expect(initials("  ")).toBe("?");
});

test("a person's colour is the same each time", () => {
  expect(colourOf("a")).toBe(colourOf("a"));
  expect(new Set(Array.from({ length: 60 }, (_, index) => colourOf(`person-${index}`))).size).toBeGreaterThan(6);
});

test("a date without a time is the same calendar day everywhere", () => {
  const due = dueFrom("2026-11-21", "");
  expect(due).toEqual({ at: Date.UTC(2026, 10, 21) * 1000, has_time: false });
  expect(due && dueDate(due).getDate()).toBe(21);
  expect(dueFrom("2026-13-40", "")).toBeUndefined();
});

test("a due date is today until the day is over", () => {
  const on = (day: string, time = "") => dueState(dueFrom(day, time) ?? { at: 0, has_time: false }, false, now);
  expect(on("2026-11-20")).toBe("overdue");
  expect(on("2026-11-21")).toBe("today");
  expect(on("2026-11-21", "11:59")).toBe("overdue");
  expect(on("2026-11-22")).toBe("soon");
  expect(on("2026-12-22")).toBe("later");
  expect(dueState({ at: 0, has_time: false }, true, now)).toBe("done");
});

test("near days have words, far days a date", () => {
  const text = (day: string) => dueText(dueFrom(day, "") ?? { at: 0, has_time: false }, "en", now);
  expect(text("2026-11-21")).toBe("Today");
  expect(text("2026-11-22")).toBe("Tomorrow");
  expect(text("2026-12-03")).toBe("Dec 3");
  expect(text("2027-01-03")).toBe("Jan 3, 2027");
});

test("a key is suggested from the name", () => {
  expect(suggestKey("Operations")).toBe("OPE");
  expect(suggestKey("Web shop relaunch")).toBe("WSR");
  expect(suggestKey("Überblick")).toBe("UBE");
  expect(suggestKey("42")).toBe("");
});

test("words that begin with the letters come first", () => {
  const found = rank("mo", ["Demo", "Move card", "Archive"], (text) => text);
  expect(found).toEqual(["Move card", "Demo"]);
  expect(score("mvcd", "Move card")).toBeGreaterThan(0);
});

test("values are put into a text, and unknown braces stay", () => {
  expect(fill("{a} of {b} {c}", { a: 1, b: "x" })).toBe("1 of x {c}");
});
