// What the cards of a board come to: counts, dates, weeks, and estimates against what was tracked. It counts the cards that it is given and
// invents nothing: what is archived is not among them.
import type { Priority, TaskFace } from "../../../sdk";
import { PRIORITY_LANES } from "../../../sdk";
import { toDate } from "../../../app/time";
import { type Day, dayOfDate, dueOn, weekOf, type WeekStart } from "./dates";

export const WEEKS = 8;
export interface Sum {
  readonly id: string;
  readonly count: number;
}

export interface Sums {
  readonly all: number;
  readonly open: number;
  readonly done: number;
  readonly overdue: number;
  /** Due from today to the end of the week, and not done. */
  readonly this_week: number;
  readonly columns: readonly Sum[];
  /** Of open cards; "" is nobody. One with several people counts for each. */
  readonly people: readonly Sum[];
  /** Of open cards. */
  readonly priorities: readonly { id: Priority; count: number }[];
  /** The first days of weeks, the current one last. */
  readonly completed: readonly { week: Day; count: number }[];
  /** In minutes, of cards that have an estimate. */
  readonly estimated: { readonly cards: number; readonly minutes: number; readonly tracked_s: number };
  /** What was tracked on all of them. */
  readonly tracked_s: number;
  readonly points: { readonly all: number; readonly done: number };
}

const bump = (map: Map<string, number>, key: string): void => void map.set(key, (map.get(key) ?? 0) + 1);

export interface Facing {
  readonly columns: readonly string[];
  readonly today: Day;
  readonly now: number;
  readonly week_start: WeekStart;
  readonly resolve: (account_id: string) => string;
}

export function sumsOf(cards: readonly TaskFace[], { columns, today, now, week_start, resolve }: Facing): Sums {
  const [by_column, by_person, by_priority] = [new Map<string, number>(), new Map<string, number>(), new Map<string, number>()];
  const this_monday = weekOf(today, week_start);
  const weeks = Array.from({ length: WEEKS }, (_, at) => ({ week: this_monday - 7 * (WEEKS - 1 - at), count: 0 }));
  let [done, overdue, this_week, tracked_s] = [0, 0, 0, 0];
  const estimated = { cards: 0, minutes: 0, tracked_s: 0 };
  const points = { all: 0, done: 0 };
  for (const card of cards) {
    bump(by_column, card.column_id);
    tracked_s += card.tracked_s ?? 0;
    points.all += card.points ?? 0;
    if (card.minutes !== undefined) {
      estimated.cards += 1;
      estimated.minutes += card.minutes;
      estimated.tracked_s += card.tracked_s ?? 0;
    }
    if (card.completed_at !== undefined) {
      done += 1;
      points.done += card.points ?? 0;
      const week = weeks.find((one) => one.week === weekOf(dayOfDate(toDate(card.completed_at as number)), week_start));
      if (week) week.count += 1;
      continue;
    }
    const people = new Set((card.assignees ?? []).map(resolve));
    for (const person of people) bump(by_person, person);
    if (people.size === 0) bump(by_person, "");
    bump(by_priority, card.priority ?? "none");
    if (!card.due) continue;
    const day = dueOn(card.due);
    const over = card.due.has_time ? card.due.at <= now : day < today;
    if (over) overdue += 1;
    else if (day <= this_monday + 6) this_week += 1;
  }
  return {
    all: cards.length, open: cards.length - done, done, overdue, this_week, tracked_s, estimated, points,
    columns: columns.map((id) => ({ id, count: by_column.get(id) ?? 0 })),
    people: [...by_person].map(([id, count]) => ({ id, count })).sort((a, b) => Number(a.id === "") - Number(b.id === "") || b.count - a.count || (a.id < b.id ? -1 : 1)),
    priorities: PRIORITY_LANES.map((id) => ({ id, count: by_priority.get(id) ?? 0 })),
    completed: weeks,
  };
}
