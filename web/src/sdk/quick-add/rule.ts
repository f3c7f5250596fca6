// A repetition as far as a line can say it, and its text as RFC 5545 writes it: domain/src/quick_add/rule.rs.
import { addDays, civilOf, type Day, daysIn, weekdayOf } from "./days";

const DAYS_SOUGHT = 3_000;
const DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"] as const;

export interface Rule {
  readonly frequency: "DAILY" | "WEEKLY" | "MONTHLY" | "YEARLY";
  readonly interval: number;
  /** 0 is Monday; of weekly rules, ascending. */
  readonly weekdays?: readonly number[];
  /** The nth of this weekday in its month; -1 is the last. */
  readonly nth?: readonly [number, number];
  readonly monthDays?: readonly number[];
  readonly month?: number;
  readonly weekStart?: number;
}

export function ruleText(rule: Rule): string {
  const { frequency, interval, weekdays, nth, monthDays, month, weekStart } = rule;
  let text = `FREQ=${frequency}`;
  if (interval > 1) text += `;INTERVAL=${interval}`;
  if (month !== undefined) text += `;BYMONTH=${month}`;
  if (monthDays !== undefined) text += `;BYMONTHDAY=${monthDays.join(",")}`;
  if (nth !== undefined) text += `;BYDAY=${nth[0]}${DAYS[nth[1]]}`;
  if (weekdays !== undefined) text += `;BYDAY=${weekdays.map((day) => DAYS[day]).join(",")}`;
  // Monday is what RFC 5545 takes it to be; otherwise only every other week can tell.
  if (weekdays !== undefined && interval > 1 && weekStart !== undefined && weekStart !== 0) text += `;WKST=${DAYS[weekStart]}`;
  return text;
}

/** When it first happens, on this day or after it. */
export function firstOf(rule: Rule, from: Day): Day | undefined {
  let day: Day | undefined = from;
  for (let tries = 0; tries < DAYS_SOUGHT && day !== undefined; tries += 1) {
    if (names(rule, day)) return day;
    day = addDays(day, 1);
  }
  return undefined;
}

function names({ weekdays, nth, monthDays, month }: Rule, at: Day): boolean {
  const { year, month: here, day } = civilOf(at);
  const days = daysIn(year, here);
  const weekday = weekdayOf(at);
  if (weekdays !== undefined && !weekdays.includes(weekday)) return false;
  if (nth !== undefined && (weekday !== nth[1] || !(nth[0] < 0 ? day + 7 > days : Math.floor((day - 1) / 7) + 1 === nth[0]))) return false;
  if (monthDays !== undefined && !monthDays.includes(day) && !(day === days && monthDays.includes(-1))) return false;
  return month === undefined || month === here;
}
