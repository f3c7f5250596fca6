// The scale of a timeline: where days stand, the marks above them, the bars, and the lines from what blocks to what it blocks. Pure
// arithmetic; it knows nothing of the DOM.
import { civilOf, weekdayOf } from "../../../sdk/quick-add/days";
import type { Day, Span } from "./dates";

export type Zoom = "day" | "week" | "month";
export const ZOOMS: readonly Zoom[] = ["day", "week", "month"];
export const DAY_PX: Record<Zoom, number> = { day: 40, week: 16, month: 5 };
/** Before the first and after the last, so that bars can be drawn out. */
const MARGIN: Record<Zoom, number> = { day: 14, week: 35, month: 120 };
/** What lies further away stands at the edge. */
const PAST_DAYS = 730;
const AHEAD_DAYS = 1_460;

export interface Range {
  readonly from: Day;
  /** The last one. */
  readonly to: Day;
}

export function rangeOf(spans: readonly Span[], today: Day, zoom: Zoom): Range {
  let [from, to] = [today, today];
  for (const span of spans) {
    from = Math.min(from, span.from);
    to = Math.max(to, span.to);
  }
  return { from: Math.max(today - PAST_DAYS, from) - MARGIN[zoom], to: Math.min(today + AHEAD_DAYS, to) + MARGIN[zoom] };
}

export const xOf = (day: Day, range: Range, zoom: Zoom): number => (Math.max(range.from, Math.min(range.to + 1, day)) - range.from) * DAY_PX[zoom];

export interface Bar {
  readonly left: number;
  readonly width: number;
}

export function barOf(span: Span, range: Range, zoom: Zoom): Bar {
  const left = Math.min(xOf(span.from, range, zoom), xOf(range.to, range, zoom));
  return { left, width: Math.max(DAY_PX[zoom], xOf(span.to + 1, range, zoom) - left) };
}

export interface Mark {
  readonly day: Day;
  readonly x: number;
  readonly width: number;
  readonly kind: "month" | "week" | "day" | "year";
}

/** The marks between two places: in two rows, the coarse one above. */
export function marksOf(range: Range, zoom: Zoom, left: number, right: number): { coarse: Mark[]; fine: Mark[] } {
  const px = DAY_PX[zoom];
  const first = Math.max(range.from, range.from + Math.floor(left / px));
  const last = Math.min(range.to, range.from + Math.ceil(right / px));
  const coarse: Mark[] = [];
  const fine: Mark[] = [];
  const put = (list: Mark[], day: Day, kind: Mark["kind"]) => {
    const before = list.at(-1);
    const x = (day - range.from) * px;
    if (before) list[list.length - 1] = { ...before, width: x - before.x };
    list.push({ day, x, kind, width: 0 });
  };
  const isNew = (day: Day, kind: Mark["kind"]): boolean => {
    if (kind === "day") return true;
    if (kind === "week") return weekdayOf(day) === 0;
    const { month, day: date } = civilOf(day);
    return date === 1 && (kind === "month" || month === 1);
  };
  const [above, below]: [Mark["kind"], Mark["kind"]] = zoom === "day" ? ["month", "day"] : zoom === "week" ? ["month", "week"] : ["year", "month"];
  const back = (kind: Mark["kind"]): Day => {
    let day = first;
    while (day > range.from && !isNew(day, kind)) day -= 1;
    return day;
  };
  for (const [list, kind] of [[coarse, above], [fine, below]] as const) {
    put(list, back(kind), kind);
    for (let day = first; day <= last; day += 1) if (day !== list[0]?.day && isNew(day, kind)) put(list, day, kind);
    const end = list.at(-1);
    if (end) list[list.length - 1] = { ...end, width: (last + 1 - range.from) * px - end.x };
  }
  return { coarse, fine };
}

export interface Rows {
  /** The row that a task stands in. */
  readonly at: ReadonlyMap<string, number>;
  readonly bar: (id: string) => Bar | undefined;
  readonly height: number;
}

/** From the end of what blocks, around, to the beginning of what it blocks; only those that pass the rows between. */
export function linesOf(pairs: readonly (readonly [from: string, to: string])[], { at, bar, height }: Rows, first: number, last: number): { id: string; path: string }[] {
  return pairs.flatMap(([from, to]) => {
    const [a, b] = [at.get(from), at.get(to)];
    if (a === undefined || b === undefined || Math.max(a, b) < first || Math.min(a, b) >= last) return [];
    const [source, target] = [bar(from), bar(to)];
    if (!source || !target) return [];
    const [x1, x2] = [source.left + source.width, target.left];
    const [y1, y2] = [(a + 0.5) * height, (b + 0.5) * height];
    const turn = x1 + 8;
    const path = x2 >= turn + 6 ? `M${x1} ${y1}H${turn}V${y2}H${x2}` : `M${x1} ${y1}H${turn}V${y1 + (b > a ? 1 : -1) * (height / 2)}H${x2 - 10}V${y2}H${x2}`;
    return [{ id: `${from}/${to}`, path }];
  });
}
