// Days of the calendar as numbers: 0 is 1970-01-01, and a weekday 0 is Monday. No zone and no clock is in here.

const DAY_MS = 86_400_000;
const YEAR_MAX = 9_999;

export type Day = number;

export interface Civil {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

export const daysIn = (year: number, month: number): number => new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();

/** Undefined where there is no such day. */
export function dayOf(year: number, month: number, day: number): Day | undefined {
  if (month < 1 || month > 12 || day < 1 || year > YEAR_MAX || day > daysIn(year, month)) return undefined;
  return Math.round(Date.UTC(year, month - 1, day) / DAY_MS);
}

export function civilOf(day: Day): Civil {
  const date = new Date(day * DAY_MS);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

export const weekdayOf = (day: Day): number => (((day + 3) % 7) + 7) % 7;

/** The same day some months later, or the last of that month. */
export function addMonths(day: Day, months: number): Day | undefined {
  const civil = civilOf(day);
  const index = civil.year * 12 + civil.month - 1 + months;
  const [year, month] = [Math.floor(index / 12), (index % 12) + 1];
  return dayOf(year, month, Math.min(civil.day, daysIn(year, month)));
}

export const addDays = (day: Day, days: number): Day | undefined => (civilOf(day + days).year > YEAR_MAX ? undefined : day + days);

const two = (value: number): string => String(value).padStart(2, "0");
export const dayText = (day: Day): string => {
  const { year, month, day: date } = civilOf(day);
  return `${String(year).padStart(4, "0")}-${two(month)}-${two(date)}`;
};
export const clockText = (minutes: number): string => `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
