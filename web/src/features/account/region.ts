// Where somebody lives and when they work, between what the account keeps and what a form shows.
import type { Errors } from "../../app/form.svelte";
import { t } from "../../app/i18n/index.svelte";
import type { Me, Preferences, Problem, UpdateMe } from "../../sdk";
import { problemText } from "../../app/problem-text";

export type WeekStart = NonNullable<Preferences["week_start"]>;
/** As the form has them: "" is not chosen, times are "08:30". */
export interface RegionFields {
  readonly locale: string;
  readonly time_zone: string;
  readonly week_start: WeekStart | "";
  /** 1 is Monday, 7 Sunday. */
  readonly days: readonly number[];
  readonly from: string;
  readonly to: string;
}

/** Those whose words we have; an account may have come with another. */
const LOCALES = ["de-AT", "de-CH", "de-DE", "en-AU", "en-CA", "en-GB", "en-IE", "en-IN", "en-NZ", "en-US"];
const MINUTES_PER_HOUR = 60;
const DAY_MINUTES = 24 * MINUTES_PER_HOUR;
const FROM = "09:00";
const TO = "17:00";
const WEEK = [1, 2, 3, 4, 5, 6, 7] as const;
const FIRST: Record<WeekStart, number> = { monday: 1, saturday: 6, sunday: 7 };

const two = (value: number) => String(value).padStart(2, "0");
/** The end of a day is written as its beginning. */
export const timeOf = (minutes: number): string => `${two(Math.floor((minutes % DAY_MINUTES) / MINUTES_PER_HOUR))}:${two(minutes % MINUTES_PER_HOUR)}`;
export function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return hours * MINUTES_PER_HOUR + minutes;
}

export function regionOf({ locale, time_zone, preferences: { week_start, working_hours } }: Me): RegionFields {
  const { days = [], from, to } = working_hours ?? {};
  return { locale, time_zone, week_start: week_start ?? "", days, from: from === undefined ? FROM : timeOf(from), to: to === undefined ? TO : timeOf(to) };
}

const hoursOf = ({ from, to }: RegionFields) => ({ from: minutesOf(from), to: minutesOf(to) || DAY_MINUTES });

export function checkRegion(fields: RegionFields): Errors {
  if (fields.days.length === 0) return {};
  if (!fields.from || !fields.to) return { hours: t("region.hours_missing") };
  const { from, to } = hoursOf(fields);
  return from < to ? {} : { hours: t("region.hours_bad") };
}

export function requestOf(fields: RegionFields, preferences: Preferences): UpdateMe {
  const { locale, time_zone, week_start, days } = fields;
  const working_hours = days.length > 0 ? { days: [...days].sort((a, b) => a - b), ...hoursOf(fields) } : undefined;
  return { locale, time_zone, preferences: { ...preferences, week_start: week_start || undefined, working_hours } };
}

export function explainRegion(problem: Problem): Errors {
  const field = problem.field?.startsWith("preferences.working_hours") ? "hours" : "form";
  return { [field]: problemText(problem) };
}

/** Every locale by what it is called, the one that is chosen among them; by name. */
export function locales(language: string, chosen: string): Array<{ code: string; name: string }> {
  const names = new Intl.DisplayNames(language, { type: "language", languageDisplay: "standard", fallback: "code" });
  const nameOf = (code: string) => {
    try {
      return names.of(code) ?? code;
    } catch {
      return code;
    }
  };
  const all = new Set([...LOCALES, ...(chosen ? [chosen] : [])]);
  return [...all].map((code) => ({ code, name: nameOf(code) })).sort((a, b) => a.name.localeCompare(b.name, language));
}

/** What the zones of the tz database are called in this browser. */
export const zones = (): string[] => [...new Set([...Intl.supportedValuesOf("timeZone"), "UTC"])].sort();
export const zoneName = (zone: string): string => zone.replaceAll("_", " ");
export const zoneHere = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The time of day there; nothing where the browser does not know the zone. */
export function timeThere(zone: string, locale: string, now: Date): string {
  try {
    return new Intl.DateTimeFormat(locale, { timeZone: zone || undefined, timeStyle: "short" }).format(now);
  } catch {
    return "";
  }
}

/** The first day of a week where nothing was chosen: the region's. Not every browser knows it. */
export function firstDay(locale: string): WeekStart {
  const known = new Intl.Locale(locale) as Intl.Locale & { getWeekInfo?: () => { firstDay: number }; weekInfo?: { firstDay: number } };
  const first = (known.getWeekInfo?.() ?? known.weekInfo)?.firstDay;
  return first === FIRST.sunday ? "sunday" : first === FIRST.saturday ? "saturday" : "monday";
}

/** The days of a week in their order. */
export function week(start: WeekStart): number[] {
  return WEEK.map((day) => ((day + FIRST[start] - 2) % WEEK.length) + 1);
}
export function dayName(day: number, locale: string, weekday: "short" | "long"): string {
  // The first of January 2024 was a Monday.
  return new Intl.DateTimeFormat(locale, { weekday, timeZone: "UTC" }).format(Date.UTC(2024, 0, day));
}
