// The days that one's own time is asked for, and how they stand in the address. It touches neither the DOM nor the clock.
import { dateOf, type Day, type WeekStart, weekOf } from "../board/layouts/dates";
import { addMonths, civilOf, dayOf, dayText } from "../../sdk/quick-add/days";
import { toMicros } from "../../app/time";

export const SPANS = ["week", "last_week", "month", "last_month"] as const;
export type Span = (typeof SPANS)[number];
/** Both ends are in it. */
export interface Days {
  readonly from: Day;
  readonly to: Day;
}

const monthOf = (day: Day): Day => day - civilOf(day).day + 1;
const isSpan = (text: string | null): text is Span => SPANS.some((span) => span === text);

/** The days of a span, as seen on this day. */
export function daysOf(span: Span, today: Day, start: WeekStart): Days {
  switch (span) {
    case "week":
      return { from: weekOf(today, start), to: weekOf(today, start) + 6 };
    case "last_week":
      return { from: weekOf(today, start) - 7, to: weekOf(today, start) - 1 };
    case "month":
      return { from: monthOf(today), to: (addMonths(monthOf(today), 1) ?? today + 1) - 1 };
    case "last_month":
      return { from: addMonths(monthOf(today), -1) ?? today, to: monthOf(today) - 1 };
  }
}

/** A day as a field has it; undefined where there is no such day. */
export function dayFrom(text: string | null): Day | undefined {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text ?? "") ?? [];
  return day === undefined ? undefined : dayOf(Number(year), Number(month), Number(day));
}

/** What the address says: one of the spans, or days of one's own; without either this week. Days that end before they begin are none. */
export function asked(query: URLSearchParams, today: Day, start: WeekStart): Days & { readonly span: Span | undefined } {
  const [from, to] = [dayFrom(query.get("from")), dayFrom(query.get("to"))];
  if (from !== undefined && to !== undefined && from <= to) return { from, to, span: undefined };
  const said = query.get("range");
  const span = isSpan(said) ? said : "week";
  return { ...daysOf(span, today, start), span };
}

/** How it stands in the address. */
export const wordsOf = ({ from, to }: Days): string => `from=${dayText(from)}&to=${dayText(to)}`;

/** From the first midnight to the one after the last, where one looks from: a day of 23 or 25 hours is a whole one. */
export const momentsOf = ({ from, to }: Days): { from: number; to: number } => ({ from: toMicros(dateOf(from)), to: toMicros(dateOf(to + 1)) });
