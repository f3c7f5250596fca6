// Times on screen. The protocol counts microseconds in UTC; people read their own calendar.
import type { Due } from "../gen/protocol";

export const MICROS_PER_MS = 1_000;
const DAY_MS = 86_400_000;

export const toDate = (micros: number): Date => new Date(Math.floor(micros / MICROS_PER_MS));
export const toMicros = (date: Date): number => date.getTime() * MICROS_PER_MS;

/** A date without a time is midnight UTC of that calendar day; here it becomes midnight of the same day at home. */
export function dueDate(due: Due): Date {
  const date = toDate(due.at);
  return due.has_time ? date : new Date(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate());
}

/** From the two fields of a form; undefined for an empty or impossible date. */
export function dueFrom(day: string, time: string): Due | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return undefined;
  const date = time ? new Date(`${day}T${time}`) : new Date(`${day}T00:00:00Z`);
  return Number.isNaN(date.getTime()) ? undefined : { at: toMicros(date), has_time: time !== "" };
}

const two = (value: number) => String(value).padStart(2, "0");
export const dayField = (date: Date): string => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
export const timeField = (date: Date): string => `${two(date.getHours())}:${two(date.getMinutes())}`;

export type DueState = "overdue" | "today" | "soon" | "later" | "done";

export function dueState(due: Due, completed: boolean, now: Date): DueState {
  if (completed) return "done";
  const date = dueDate(due);
  const end = due.has_time ? date.getTime() : date.getTime() + DAY_MS;
  if (end <= now.getTime()) return "overdue";
  if (dayField(date) === dayField(now)) return "today";
  return date.getTime() - now.getTime() < 2 * DAY_MS ? "soon" : "later";
}

/** Short enough for a card: "Today 17:00", "Tomorrow", "3 Dec", "3 Dec 2027". */
export function dueText(due: Due, language: string, now: Date): string {
  const date = dueDate(due);
  const today = new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime();
  const days = Math.round((new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime() - today) / DAY_MS);
  const time = due.has_time ? ` ${new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" }).format(date)}` : "";
  if (Math.abs(days) <= 1) {
    const word = new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(days, "day");
    return word.charAt(0).toLocaleUpperCase(language) + word.slice(1) + time;
  }
  const year = date.getFullYear() === now.getFullYear() ? {} : { year: "numeric" as const };
  return new Intl.DateTimeFormat(language, { day: "numeric", month: "short", ...year }).format(date) + time;
}

/** "5 minutes ago", "yesterday", and after a week the date. */
export function ago(micros: number, language: string, now: Date): string {
  const date = toDate(micros);
  const seconds = Math.min(0, Math.round((date.getTime() - now.getTime()) / 1000));
  const format = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  if (seconds > -60) return format.format(0, "second");
  if (seconds > -3_600) return format.format(Math.ceil(seconds / 60), "minute");
  if (seconds > -86_400) return format.format(Math.ceil(seconds / 3_600), "hour");
  if (seconds > -7 * 86_400) return format.format(Math.ceil(seconds / 86_400), "day");
  return new Intl.DateTimeFormat(language, { day: "numeric", month: "short", year: "numeric" }).format(date);
}

export const dayText = (micros: number, language: string): string => new Intl.DateTimeFormat(language, { dateStyle: "medium" }).format(toDate(micros));
export const fullTime = (micros: number, language: string): string =>
  new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(toDate(micros));

/** "1:05:09": a clock that runs. */
export function clockText(seconds: number): string {
  const [hours, minutes, rest] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  return `${hours}:${two(minutes)}:${two(rest)}`;
}

/** "1:30 h"; what is shorter than a minute counts as one. */
export function durationText(seconds: number): string {
  const minutes = seconds === 0 ? 0 : Math.max(1, Math.round(seconds / 60));
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)} h`;
}

/** "1:30", "1.5", "1,5", "90m", "1h 30m", "2 h" as seconds; undefined for anything else. A number alone is hours. */
export function durationFrom(text: string): number | undefined {
  const said = text.trim().toLowerCase();
  const clock = /^(\d{1,3}):([0-5]\d)(?:\s*h)?$/.exec(said);
  if (clock) return Number(clock[1]) * 3_600 + Number(clock[2]) * 60;
  const hours = /^(\d{1,3}(?:[.,]\d{1,2})?)\s*(?:h|std\.?)?$/.exec(said);
  if (hours?.[1] !== undefined) return Math.round(Number(hours[1].replace(",", ".")) * 3_600);
  const words = /^(?:(\d{1,3})\s*(?:h|std\.?))?\s*(?:(\d{1,4})\s*(?:m|min|min\.))$/.exec(said);
  return words ? Number(words[1] ?? 0) * 3_600 + Number(words[2]) * 60 : undefined;
}
