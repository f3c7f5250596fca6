// Region and hours: between what the account keeps and what the form shows, and what is wrong before the server is asked.
import { expect, test } from "vitest";
import { words } from "../../src/app/i18n/index.svelte";
import { checkRegion, dayName, explainRegion, firstDay, locales, minutesOf, type RegionFields, regionOf, requestOf, timeOf, timeThere, week, zones } from "../../src/features/account/region";
import { type Me, Problem } from "../../src/sdk";

const me: Me = { account_id: "a", name: "Ana", email: "ana@example.org", email_verified: true, has_password: true, locale: "de-CH", time_zone: "Europe/Zurich", preferences: {}, created_at: 0, orgs: [] };
const fields = (change: Partial<RegionFields> = {}): RegionFields => ({ ...regionOf(me), ...change });

test("nothing chosen is nothing kept, and what others keep among the preferences stays", () => {
  expect(requestOf(fields(), { theme: "dark" })).toEqual({ locale: "de-CH", time_zone: "Europe/Zurich", preferences: { theme: "dark" } });
  expect(regionOf(me)).toMatchObject({ week_start: "", days: [] });
});

test("working hours go there and back, the end of the day as midnight", () => {
  const asked = requestOf(fields({ days: [5, 1], from: "08:30", to: "00:00" }), {});
  expect(asked.preferences?.working_hours).toEqual({ days: [1, 5], from: 510, to: 1440 });
  expect(regionOf({ ...me, preferences: asked.preferences ?? {} })).toMatchObject({ days: [1, 5], from: "08:30", to: "00:00" });
  expect([timeOf(0), timeOf(61), timeOf(1439), minutesOf("23:59")]).toEqual(["00:00", "01:01", "23:59", 1439]);
});

test("work begins before it ends, on the days that there are", () => {
  expect(checkRegion(fields({ from: "17:00", to: "09:00" }))).toEqual({});
  expect(checkRegion(fields({ days: [1], from: "17:00", to: "09:00" }))).toEqual({ hours: "Work begins before it ends." });
  expect(checkRegion(fields({ days: [1], from: "", to: "09:00" }))).toEqual({ hours: "Say from when to when." });
  expect(checkRegion(fields({ days: [1], from: "09:00", to: "00:00" }))).toEqual({});
  expect(explainRegion(new Problem("field_invalid", "", 422, "preferences.working_hours.from"))).toHaveProperty("hours");
});

test("a week begins where it was said to, else where the region's does", () => {
  expect(week("monday")).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(week("sunday")).toEqual([7, 1, 2, 3, 4, 5, 6]);
  expect(week("saturday")).toEqual([6, 7, 1, 2, 3, 4, 5]);
  expect([firstDay("en-US"), firstDay("en-GB")]).toEqual(["sunday", "monday"]);
  expect([dayName(1, "en", "long"), dayName(7, "en", "short")]).toEqual(["Monday", "Sun"]);
});

test("what an account came with stays to be chosen, whatever the browser makes of it", () => {
  expect(locales("en", "fr-CA").map((each) => each.code)).toContain("fr-CA");
  expect(locales("en", "x").find((each) => each.code === "x")).toBeDefined();
  expect(locales("de", "").find((each) => each.code === "en-GB")?.name).toBe("Englisch (Vereinigtes Königreich)");
  expect(zones()).toContain("UTC");
  expect(timeThere("Mars/Olympus", "en", new Date(0))).toBe("");
  expect(timeThere("Asia/Tokyo", "en-GB", new Date(0))).toBe("09:00");
});

test("words are of the language, formats of the region", () => {
  words.formats("de-CH");
  expect(words.locale).toBe("en-CH");
  expect(new Intl.NumberFormat(words.locale).format(1234.5)).toMatch(/^1['’]234\.5$/);
  words.formats("not a locale");
  expect(words.locale).toMatch(/^en/);
});
