// How a task repeats, between a rule, the form and plain words.
import { beforeAll, describe, expect, test, vi } from "vitest";
import { words } from "../../src/app/i18n/index.svelte";
import { blank, formOf, ruleOf, summary } from "../../src/features/task/repeat";

const DAY = new Date(2026, 10, 24);
const RULES: readonly (readonly [rule: string, kind: string, en: string, de: string])[] = [
  ["FREQ=DAILY", "daily", "Every day", "Jeden Tag"],
  ["FREQ=DAILY;INTERVAL=3;COUNT=10", "daily", "Every 3 days, 10 times", "Alle 3 Tage, 10-mal"],
  ["FREQ=DAILY;COUNT=1", "daily", "Every day, once", "Jeden Tag, einmal"],
  ["FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "weekdays", "Every weekday", "Jeden Werktag"],
  ["FREQ=WEEKLY", "weekly", "Every week", "Jede Woche"],
  ["FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH", "weekly", "Every 2 weeks on Monday and Thursday", "Alle 2 Wochen am Montag und Donnerstag"],
  ["FREQ=WEEKLY;INTERVAL=2;BYDAY=SA;WKST=SU", "weekly", "Every 2 weeks on Saturday", "Alle 2 Wochen am Samstag"],
  ["FREQ=MONTHLY;BYMONTHDAY=15", "month_day", "Every month on day 15", "Jeden Monat am 15."],
  ["FREQ=MONTHLY;INTERVAL=3;UNTIL=20271231;BYMONTHDAY=-1", "month_day", "Every 3 months on the last day, until 31 Dec 2027", "Alle 3 Monate am letzten Tag, bis 31.12.2027"],
  ["FREQ=MONTHLY;BYDAY=2TU", "month_weekday", "Every month on the second Tuesday", "Jeden Monat am zweiten Dienstag"],
  ["FREQ=MONTHLY;BYDAY=-1FR", "month_weekday", "Every month on the last Friday", "Jeden Monat am letzten Freitag"],
  ["FREQ=YEARLY", "yearly", "Every year", "Jedes Jahr"],
  ["FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24", "yearly", "Every year on 24 December", "Jedes Jahr am 24. Dezember"],
  ["FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "custom", "By the rule FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "Nach der Regel FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"],
];
const CUSTOM = ["FREQ=DAILY;BYMONTH=5", "FREQ=MONTHLY", "FREQ=MONTHLY;BYMONTHDAY=1,15", "FREQ=MONTHLY;BYDAY=5MO", "FREQ=YEARLY;BYMONTH=5;BYDAY=2SU", "FREQ=DAILY;UNTIL=20271231T225959Z", "FREQ=YEARLY;BYMONTH=5"];

beforeAll(() => vi.stubGlobal("document", { documentElement: { lang: "" } }));

describe("a rule", () => {
  test.for(RULES)("%s is shown in the form and in words, and comes out as it was", async ([rule, kind, en, de]) => {
    await words.choose("en", false);
    const form = formOf(rule, blank(DAY));
    expect([form.kind, ruleOf(form)]).toEqual([kind, rule]);
    expect(summary(rule, "en-GB")).toBe(en);
    await words.choose("de", false);
    expect(summary(rule, "de-DE")).toBe(de);
  });
  test.for(CUSTOM)("%s is more than the form says, and stays as it is", (rule) => {
    const form = formOf(rule, blank(DAY));
    expect([form.kind, ruleOf(form)]).toEqual(["custom", rule]);
  });
});

test("a new form is about the day on which the task is due", () => {
  const form = blank(DAY);
  expect(ruleOf(form)).toBe("FREQ=WEEKLY;BYDAY=TU");
  expect(ruleOf({ ...form, kind: "month_day" })).toBe("FREQ=MONTHLY;BYMONTHDAY=24");
  expect(ruleOf({ ...form, kind: "month_weekday" })).toBe("FREQ=MONTHLY;BYDAY=4TU");
  expect(ruleOf({ ...form, kind: "weekdays", ends: "until", until: "2027-01-31" })).toBe("FREQ=WEEKLY;UNTIL=20270131;BYDAY=MO,TU,WE,TH,FR");
  expect(ruleOf({ ...blank(new Date(2026, 10, 30)), kind: "month_weekday" })).toBe("FREQ=MONTHLY;BYDAY=-1MO");
});
