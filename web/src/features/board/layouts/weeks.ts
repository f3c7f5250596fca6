// Tasks in the weeks of a calendar: which lines they take, and how many do not fit. Pure arithmetic over days.
import type { Day, Span } from "./dates";

export interface Item {
  readonly id: string;
  readonly span: Span;
}

/** A task as far as it stands in one week. */
export interface Segment {
  readonly id: string;
  /** Of the week, 0 to 6. */
  readonly from: number;
  readonly to: number;
  /** Which line, from the top. */
  readonly line: number;
  /** It began before, or goes on. */
  readonly before: boolean;
  readonly after: boolean;
}

export interface Week {
  readonly segments: readonly Segment[];
  /** How many of each day are not among them. */
  readonly more: readonly number[];
}

/** Longer ones first, as they begin; `lines` is how many fit, and where some do not, one line is for saying so. */
export function weekOfItems(items: readonly Item[], first: Day, lines: number): Week {
  const last = first + 6;
  const inside = items.filter(({ span }) => span.from <= last && span.to >= first);
  const ordered = inside
    .map((item, at) => ({ ...item, at, from: Math.max(0, item.span.from - first), to: Math.min(6, item.span.to - first) }))
    .sort((a, b) => a.from - b.from || b.to - a.to || a.at - b.at);
  const taken: boolean[][] = [];
  const placed: Segment[] = ordered.map(({ id, span, from, to }) => {
    let line = 0;
    while (taken[line]?.slice(from, to + 1).some(Boolean)) line += 1;
    taken[line] ??= Array.from({ length: 7 }, () => false);
    for (let day = from; day <= to; day += 1) (taken[line] as boolean[])[day] = true;
    return { id, from, to, line, before: span.from < first, after: span.to > last };
  });
  const on = (day: number) => placed.filter((one) => one.from <= day && day <= one.to);
  const crowded = Array.from({ length: 7 }, (_, day) => on(day).some((one) => one.line >= lines));
  const fits = ({ from, to, line }: Segment): boolean => {
    for (let day = from; day <= to; day += 1) if (line >= (crowded[day] ? lines - 1 : lines)) return false;
    return true;
  };
  const segments = placed.filter(fits);
  const more = Array.from({ length: 7 }, (_, day) => on(day).filter((one) => !segments.includes(one)).length);
  return { segments, more };
}
