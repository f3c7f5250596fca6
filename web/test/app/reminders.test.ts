// When a task reminds, in words.
import { beforeAll, expect, test, vi } from "vitest";
import { words } from "../../src/app/i18n/index.svelte";
import { beforeText, LEADS, remindersText } from "../../src/features/task/reminders";
import { LIMITS } from "../../src/sdk";

beforeAll(() => vi.stubGlobal("document", { documentElement: { lang: "" } }));

test.for([
  ["en", ["When it is due", "10 minutes before", "30 minutes before", "1 hour before", "2 hours before", "1 day before", "2 days before", "1 week before"], "90 minutes before"],
  ["de", ["Wenn sie fällig ist", "10 Minuten vorher", "30 Minuten vorher", "1 Stunde vorher", "2 Stunden vorher", "1 Tag vorher", "2 Tage vorher", "1 Woche vorher"], "90 Minuten vorher"],
] as const)("what is offered is said in the largest unit that says it exactly (%s)", async ([locale, said, odd]) => {
  await words.choose(locale, false);
  expect(LEADS.map(beforeText)).toEqual(said);
  expect(beforeText(90)).toBe(odd);
  expect(Math.max(...LEADS)).toBeLessThanOrEqual(LIMITS.reminder_minutes_max);
});

test("several are said in their order", async () => {
  await words.choose("en", false);
  const now = new Date(2026, 10, 22, 12, 0);
  const at = new Date(2026, 10, 23, 9, 0).getTime() * 1_000;
  expect(remindersText([{ kind: "before", minutes: 60 }, { kind: "at", at }], "en", now)).toMatch(/^1 hour before · Tomorrow 0?9:00/);
  expect(remindersText([], "en", now)).toBe("");
});
