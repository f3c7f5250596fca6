// What one's own times come to: by day, by board and by card. Each time is in one of each, so all of them come to the same.
import { toDate } from "../../app/time";
import type { OwnTimeRow } from "../../sdk";
import { type Day, dayOfDate } from "../board/layouts/dates";
import type { Days } from "./range";

/** A day of more than so many days is shown only when there is time on it. */
const ALL_DAYS_MAX = 31;

export interface OfDay {
  readonly day: Day;
  readonly total_s: number;
  /** In the order in which they began. */
  readonly rows: readonly OwnTimeRow[];
}

export interface OfThing {
  readonly row: OwnTimeRow;
  readonly total_s: number;
}

export const totalOf = (rows: readonly OwnTimeRow[]): number => rows.reduce((sum, row) => sum + row.duration_s, 0);

/** Every day that was asked for, or, of very many, those with time. */
export function byDay(rows: readonly OwnTimeRow[], { from, to }: Days): OfDay[] {
  const days = new Map<Day, OwnTimeRow[]>();
  if (to - from < ALL_DAYS_MAX) for (let day = from; day <= to; day += 1) days.set(day, []);
  for (const row of rows) {
    const day = dayOfDate(toDate(row.started_at));
    days.set(day, [...(days.get(day) ?? []), row]);
  }
  return [...days].sort(([a], [b]) => a - b).map(([day, of]) => ({ day, total_s: totalOf(of), rows: of }));
}

function by(rows: readonly OwnTimeRow[], key: (row: OwnTimeRow) => string): OfThing[] {
  const sums = new Map<string, OfThing>();
  for (const row of rows) {
    const before = sums.get(key(row));
    // As it is called in the newest of them.
    sums.set(key(row), { row, total_s: (before?.total_s ?? 0) + row.duration_s });
  }
  return [...sums.values()].sort((a, b) => b.total_s - a.total_s || (key(a.row) < key(b.row) ? -1 : 1));
}

/** Most first. */
export const byBoard = (rows: readonly OwnTimeRow[]): OfThing[] => by(rows, (row) => row.board_id);
export const byCard = (rows: readonly OwnTimeRow[]): OfThing[] => by(rows, (row) => row.task_id);
