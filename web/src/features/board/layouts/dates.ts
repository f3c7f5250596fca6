// The days that tasks stand on, and what puts them on others. A day is a number as in quick add; a time of day stays what it was, in the
// zone of whoever looks. It touches neither the DOM nor the clock.
import { dueDate, toDate, toMicros } from "../../../app/time";
import type { BoardCommand, Due, TaskFace } from "../../../sdk";
import { addMonths, civilOf, type Day, dayOf, weekdayOf } from "../../../sdk/quick-add/days";

export type { Day } from "../../../sdk/quick-add/days";
export type Dated = Pick<TaskFace, "task_id" | "start_at" | "due">;

const DAY_MS = 86_400_000;

export const dayOfDate = (date: Date): Day => dayOf(date.getFullYear(), date.getMonth() + 1, date.getDate()) ?? 0;
/** Midnight of the day, where one looks from. */
export const dateOf = (day: Day): Date => {
  const { year, month, day: date } = civilOf(day);
  return new Date(year, month - 1, date);
};
export const dueOn = (due: Due): Day => dayOfDate(dueDate(due));
export const startOn = (start_at: number): Day => dayOfDate(toDate(start_at));

export interface Span {
  readonly from: Day;
  readonly to: Day;
  /** Only one end is said; the other is taken for the same day. */
  readonly open: "from" | "to" | undefined;
}

/** From when to when a task is; undefined where it says neither. What starts after it is due stands on the day it is due. */
export function spanOf({ start_at, due }: Dated): Span | undefined {
  const start = start_at === undefined ? undefined : startOn(start_at);
  const end = due === undefined ? undefined : dueOn(due);
  if (start === undefined && end === undefined) return undefined;
  if (end === undefined) return { from: start as Day, to: start as Day, open: "to" };
  if (start === undefined || start > end) return { from: end, to: end, open: start === undefined ? "from" : undefined };
  return { from: start, to: end, open: undefined };
}

/** The same time on another day. */
function moved(date: Date, day: Day): Date {
  const { year, month, day: of } = civilOf(day);
  return new Date(year, month - 1, of, date.getHours(), date.getMinutes(), date.getSeconds(), date.getMilliseconds());
}

export function dueAt(due: Due | undefined, day: Day): Due {
  return due?.has_time ? { at: toMicros(moved(toDate(due.at), day)), has_time: true } : { at: day * DAY_MS * 1_000, has_time: false };
}

export function startAt(start_at: number | undefined, day: Day): number {
  return toMicros(start_at === undefined ? dateOf(day) : moved(toDate(start_at), day));
}

type Schedule = Extract<BoardCommand, { type: "task.schedule" }>;
const schedule = (task_id: string, start_at: number | undefined, due: Due | undefined): Schedule => ({
  type: "task.schedule", task_id, ...(start_at !== undefined && { start_at }), ...(due !== undefined && { due }),
});

/** Due on another day; a start that would come after it goes along by as many days. */
export function dueOnDay({ task_id, start_at, due }: Dated, day: Day): Schedule {
  const next = dueAt(due, day);
  if (start_at === undefined || startOn(start_at) <= day) return schedule(task_id, start_at, next);
  const by = due === undefined ? 0 : day - dueOn(due);
  return schedule(task_id, startAt(start_at, Math.min(day, startOn(start_at) + by)), next);
}

/** Not due any more, and not begun. */
export const undated = ({ task_id }: Dated): Schedule => schedule(task_id, undefined, undefined);

export type Edge = "from" | "to" | "both";

/** A bar that was taken by an edge, or whole, and put down so many days further. Undefined where nothing changes. */
export function dragged(task: Dated, edge: Edge, days: number): Schedule | undefined {
  const span = spanOf(task);
  if (!span || days === 0) return undefined;
  const { task_id, start_at, due } = task;
  if (edge === "both") {
    return schedule(task_id, start_at === undefined ? undefined : startAt(start_at, startOn(start_at) + days), due === undefined ? undefined : dueAt(due, dueOn(due) + days));
  }
  const { from, to } = draggedSpan(span, edge, days);
  if (from === span.from && to === span.to) return undefined;
  return edge === "from" ? schedule(task_id, startAt(start_at, from), due ?? dueAt(undefined, to)) : schedule(task_id, start_at ?? startAt(undefined, from), dueAt(due, to));
}

/** Where it would stand; no bar ends before it begins. */
export function draggedSpan({ from, to, open }: Span, edge: Edge, days: number): Span {
  if (edge === "both") return { from: from + days, to: to + days, open };
  if (edge === "from") return { from: Math.min(to, from + days), to, open: days === 0 ? open : undefined };
  return { from, to: Math.max(from, to + days), open: days === 0 ? open : undefined };
}

export type WeekStart = "monday" | "saturday" | "sunday";
const FIRST: Record<WeekStart, number> = { monday: 0, saturday: 5, sunday: 6 };

/** By what the account says, else as the region has it. */
export function weekStartOf(said: WeekStart | undefined, locale: string): WeekStart {
  if (said) return said;
  const intl = new Intl.Locale(locale) as Intl.Locale & { getWeekInfo?: () => { firstDay: number }; weekInfo?: { firstDay: number } };
  const first = (intl.getWeekInfo?.() ?? intl.weekInfo)?.firstDay ?? 1;
  return first === 7 ? "sunday" : first === 6 ? "saturday" : "monday";
}

export const weekOf = (day: Day, start: WeekStart): Day => day - ((weekdayOf(day) - FIRST[start] + 7) % 7);
export const isWeekend = (day: Day): boolean => weekdayOf(day) >= 5;

/** The first days of the weeks that a month is in. */
export function weeksOfMonth(day: Day, start: WeekStart): Day[] {
  const first = day - civilOf(day).day + 1;
  const last = (addMonths(first, 1) ?? first + 28) - 1;
  const weeks: Day[] = [];
  for (let week = weekOf(first, start); week <= last; week += 7) weeks.push(week);
  return weeks;
}

export const inMonth = (day: Day, of: Day): boolean => {
  const [a, b] = [civilOf(day), civilOf(of)];
  return a.month === b.month && a.year === b.year;
};
export const monthsOn = (day: Day, months: number): Day => addMonths(day - civilOf(day).day + 1, months) ?? day;
