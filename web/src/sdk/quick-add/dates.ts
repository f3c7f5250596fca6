// Dates: "tomorrow", "next friday", "in 3 days", "24 dec", "24.12.", "2026-12-24", and the start date that "from" begins.
// domain/src/quick_add/dates.rs.
import { addDays, addMonths, civilOf, type Day, dayOf, daysIn, weekdayOf } from "./days";
import type { At, Found, Matcher, Value } from "./matcher";
import { count, dayNumber, digits, englishDay, month, unit, weekday } from "./vocabulary";

/** Between a 29th of February and the next there may be so many years. */
const LEAP_YEARS = 8;
const DAY_MINUTES = 1_440;
const LEADS = { en: ["by", "due", "on", "^"], de: ["bis", "am", "zum", "fällig", "^"] };
const STARTS = { en: [["from", "starting"], ["on"]], de: [["ab"], ["dem", "am"]] } as const;
const WEEKEND = { en: "weekend", de: "wochenende" };

const mod7 = (days: number): number => ((days % 7) + 7) % 7;
const found = (date: Day | undefined, at: At): Found<Day> => (date === undefined ? undefined : [date, at]);

/** A due date, with or without a word before it that says so. */
export function due(m: Matcher, first: number): Found<Value> {
  let at = first;
  while (at < first + 2 && LEADS[m.language].includes(m.text(at))) {
    const next = m.next(m.plain(at));
    if (next === undefined) return undefined;
    at = next;
  }
  const counted = countedFrom(m, at);
  if (counted !== undefined) return counted;
  const date = dateAt(m, at, at > first);
  return date && [{ kind: "due", date: date[0] }, date[1]];
}

/** "from monday", "ab dem 24.12." */
export function start(m: Matcher, first: number): Found<Value> {
  const [leads, more] = STARTS[m.language] as readonly [readonly string[], readonly string[]];
  if (!leads.includes(m.text(first))) return undefined;
  let at = m.next(m.plain(first));
  if (at !== undefined && more.includes(m.text(at))) at = m.next(m.plain(at));
  const date = at === undefined ? undefined : dateAt(m, at, true);
  return date && [{ kind: "start", date: date[0] }, date[1]];
}

/** "in 3 days", "in einer Stunde". */
function countedFrom(m: Matcher, first: number): Found<Value> {
  const number = m.text(first) === "in" ? m.next(m.plain(first)) : undefined;
  const many = number === undefined ? undefined : count(m.language, m.text(number));
  const last = number === undefined ? undefined : m.next(m.plain(number));
  if (many === undefined || last === undefined) return undefined;
  const { today, minute } = m.context;
  const what = unit(m.language, m.text(last));
  let date: Day | undefined;
  if (what === "hour" || what === "minute") {
    const then = minute + many * (what === "hour" ? 60 : 1);
    date = addDays(today, Math.floor(then / DAY_MINUTES));
    return date === undefined ? undefined : [{ kind: "due", date, time: then % DAY_MINUTES }, m.plain(last)];
  }
  if (what === "day") date = addDays(today, many);
  else if (what === "week") date = addDays(today, many * 7);
  else if (what === "month") date = addMonths(today, many);
  else if (what === "quarter") date = addMonths(today, many * 3);
  else if (what === "year") date = addMonths(today, many * 12);
  return date === undefined ? undefined : [{ kind: "due", date }, m.plain(last)];
}

/** Any date; `said` when a word before it says that one follows. */
function dateAt(m: Matcher, first: number, said: boolean): Found<Day> {
  if (m.english && m.text(first) === "the") {
    const at = m.next(m.plain(first));
    if (at === undefined) return undefined;
    return afterTomorrow(m, at) ?? (englishDay(m.text(at)) === undefined ? undefined : explicit(m, at, said)) ?? monthEnd(m, at);
  }
  return near(m, first) ?? coming(m, first, said) ?? onWeekday(m, first, said) ?? explicit(m, first, said) ?? monthEnd(m, first);
}

const NEAR: ReadonlyMap<string, number> = new Map([
  ["en today", 0],
  ["en tod", 0],
  ["de heute", 0],
  ["en tomorrow", 1],
  ["en tmrw", 1],
  ["en tmr", 1],
  ["de morgen", 1],
  ["de übermorgen", 2],
  ["de uebermorgen", 2],
]);

function near(m: Matcher, first: number): Found<Day> {
  const word = m.text(first);
  const days = NEAR.get(`${m.language} ${word}`);
  if (days === undefined) return afterTomorrow(m, first);
  // "Guten Morgen", "am Morgen", "jeden Morgen" are of the morning.
  if (word === "morgen" && first > 0 && ["guten", "am", "jeden"].includes(m.text(first - 1))) return undefined;
  return found(addDays(m.context.today, days), m.plain(first));
}

function afterTomorrow(m: Matcher, first: number): Found<Day> {
  if (!m.english || m.text(first) !== "day") return undefined;
  const after = m.nextIs(m.plain(first), ["after"]);
  const last = after === undefined ? undefined : m.nextIs(m.plain(after), ["tomorrow"]);
  return last === undefined ? undefined : found(addDays(m.context.today, 2), m.plain(last));
}

type Which = "next" | "this" | "coming";

function whichOf(m: Matcher, word: string): Which | undefined {
  if (m.english) return word === "next" || word === "this" || word === "coming" ? word : undefined;
  const stem = word.replace(/[nsrm]$/, "");
  if (stem === "nächste" || stem === "naechste") return "next";
  if (stem === "diese") return "this";
  return stem === "kommende" ? "coming" : undefined;
}

const daysIntoWeek = ({ context }: Matcher): number => mod7(weekdayOf(context.today) - context.weekStart);
const inNextWeek = (m: Matcher, day: number): Day | undefined => addDays(m.context.today, 7 - daysIntoWeek(m) + mod7(day - m.context.weekStart));
const onOrAfterToday = ({ context }: Matcher, day: number): Day | undefined => addDays(context.today, mod7(day - weekdayOf(context.today)));
const afterToday = ({ context }: Matcher, day: number): Day | undefined => addDays(context.today, mod7(day - weekdayOf(context.today) - 1) + 1);

/** "next week", "this friday", "kommenden Montag", "am Wochenende". */
function coming(m: Matcher, first: number, said: boolean): Found<Day> {
  const weekend = WEEKEND[m.language];
  if (said && m.text(first) === weekend) return found(onOrAfterToday(m, 5), m.plain(first));
  const which = whichOf(m, m.text(first));
  const at = which === undefined ? undefined : m.next(m.plain(first));
  if (which === undefined || at === undefined) return undefined;
  const named = weekday(m.language, m.text(at));
  if (named !== undefined) {
    const date = which === "next" ? inNextWeek(m, named.day) : which === "this" ? onOrAfterToday(m, named.day) : afterToday(m, named.day);
    return found(date, m.named(at, named.short));
  }
  if (m.text(at) === weekend) return found(which === "next" ? inNextWeek(m, 5) : onOrAfterToday(m, 5), m.plain(at));
  if (which === "this") return undefined;
  const { today } = m.context;
  const civil = civilOf(today);
  const what = unit(m.language, m.text(at));
  if (what === "week") return found(addDays(today, 7 - daysIntoWeek(m)), m.plain(at));
  if (what === "month") return found(civil.month === 12 ? dayOf(civil.year + 1, 1, 1) : dayOf(civil.year, civil.month + 1, 1), m.plain(at));
  return what === "year" ? found(dayOf(civil.year + 1, 1, 1), m.plain(at)) : undefined;
}

/** A weekday: the next after today. A date that follows it ("Friday, 24 Dec") says which one. */
function onWeekday(m: Matcher, first: number, said: boolean): Found<Day> {
  const named = weekday(m.language, m.text(first));
  if (named === undefined) return undefined;
  const end = m.named(first, named.short);
  let next = m.nextInList(end)?.[0];
  if (!m.english && next !== undefined && ["den", "dem"].includes(m.text(next))) next = m.next(m.plain(next));
  const exact = next === undefined ? undefined : explicit(m, next, false);
  if (exact !== undefined) return exact;
  return named.unsure && !said ? undefined : found(afterToday(m, named.day), end);
}

/** "end of the month", "Monatsende". */
function monthEnd(m: Matcher, first: number): Found<Day> {
  let last: number | undefined;
  const word = m.text(first);
  if (word === (m.english ? "eom" : "monatsende")) last = first;
  else if (m.english && word === "end") {
    const of = m.nextIs(m.plain(first), ["of"]);
    const the = of === undefined ? undefined : (m.nextIs(m.plain(of), ["the"]) ?? of);
    last = the === undefined ? undefined : m.nextIs(m.plain(the), ["month"]);
  } else if (!m.english && word === "ende") {
    const of = m.nextIs(m.plain(first), ["des"]);
    last = of === undefined ? undefined : m.nextIs(m.plain(of), ["monats"]);
  }
  const { year, month: here } = civilOf(m.context.today);
  return last === undefined ? undefined : found(dayOf(year, here, daysIn(year, here)), m.plain(last));
}

/** A date that names its day. */
function explicit(m: Matcher, first: number, said: boolean): Found<Day> {
  return iso(m, first) ?? slashed(m, first) ?? pointed(m, first, said) ?? spelt(m, first) ?? monthDay(m, first, said);
}

function iso(m: Matcher, first: number): Found<Day> {
  const [year = "", here = "", day = "", ...rest] = m.text(first).split("-");
  if (rest.length > 0 || year.length !== 4 || here.length !== 2 || day.length !== 2) return undefined;
  return found(dated(year, here, day), m.plain(first));
}

/** "12/24": in the order of where the person is; with a year in the other one too, where only that can be. */
function slashed(m: Matcher, first: number): Found<Day> {
  const [one = "", two, year, ...rest] = m.text(first).split("/");
  if (two === undefined || rest.length > 0 || (one === "24" && two === "7")) return undefined;
  const [here, day] = m.context.monthFirst ? [one, two] : [two, one];
  const date = year === undefined ? ofThisYear(m, digits(here, 2), digits(day, 2)) : (dated(year, here, day) ?? dated(year, day, here));
  return found(date, m.plain(first));
}

/** "24.12.", "24.12.2026". Without a year only German has it, and only where it is not the number of something. */
function pointed(m: Matcher, first: number, said: boolean): Found<Day> {
  const [day = "", here, year, ...rest] = m.text(first).split(".");
  if (here === undefined || rest.length > 0) return undefined;
  if (year !== undefined) return m.english && year.length !== 4 ? undefined : found(dated(year, here, day), m.plain(first));
  const end = m.dotted(first);
  if (m.english || m.nextIs(end, ["uhr"]) !== undefined || !(end.dot || said)) return undefined;
  return ofYearBehind(m, m.next(end), digits(here, 2), digits(day, 2), end);
}

/** "24 dec", "24th of December 2026", "dec 24, 2026", "24. Dezember". */
function spelt(m: Matcher, first: number): Found<Day> {
  const parts = dayAndMonth(m, first) ?? monthAndDay(m, first);
  if (parts === undefined) return undefined;
  const [[here, day], end] = parts;
  return ofYearBehind(m, m.english ? m.nextInList(end)?.[0] : m.next(end), here, day, end);
}

/** The day in the year that the next word names, or the next one that there is. */
function ofYearBehind(m: Matcher, next: number | undefined, here: number | undefined, day: number | undefined, end: At): Found<Day> {
  const year = next === undefined || m.text(next).length !== 4 ? undefined : yearOf(m.text(next));
  if (next === undefined || year === undefined) return found(ofThisYear(m, here, day), end);
  return found(here === undefined || day === undefined ? undefined : dayOf(year, here, day), m.plain(next));
}

/** A month and a day of it. */
export function dayAndMonth(m: Matcher, first: number): Found<readonly [number, number]> {
  const word = m.text(first);
  const day = dayNumber(word) ?? (m.english ? englishDay(word) : undefined);
  let next = day === undefined ? undefined : m.next(m.english ? m.plain(first) : m.dotted(first));
  if (m.english && next !== undefined && m.text(next) === "of") next = m.next(m.plain(next));
  const named = next === undefined ? undefined : month(m.language, m.text(next));
  return day === undefined || next === undefined || named === undefined ? undefined : [[named[0], day], m.named(next, named[1])];
}

export function monthAndDay(m: Matcher, first: number): Found<readonly [number, number]> {
  const named = m.english ? month("en", m.text(first)) : undefined;
  const next = named === undefined ? undefined : m.next(m.named(first, named[1]));
  if (named === undefined || next === undefined) return undefined;
  const day = dayNumber(m.text(next)) ?? englishDay(m.text(next));
  return day === undefined ? undefined : [[named[0], day], m.plain(next)];
}

/** "on the 24th", "am 24.": in this month, or the next that has it. */
function monthDay(m: Matcher, first: number, said: boolean): Found<Day> {
  const day = m.english ? englishDay(m.text(first)) : dayNumber(m.text(first));
  const end = m.english ? m.plain(first) : m.dotted(first);
  // "Seite 1 bis 5." names no day.
  const range = first > 0 && m.text(first - 1) === "bis";
  if (day === undefined || !said || range || (!m.english && !end.dot)) return undefined;
  let date: Day | undefined = m.context.today;
  while (date !== undefined && civilOf(date).day !== day) date = addDays(date, 1);
  return found(date, end);
}

/** A day without a year: the next one, today included. */
function ofThisYear(m: Matcher, here: number | undefined, day: number | undefined): Day | undefined {
  if (here === undefined || day === undefined) return undefined;
  const { today } = m.context;
  const { year } = civilOf(today);
  for (let years = 0; years <= LEAP_YEARS; years += 1) {
    const date = dayOf(year + years, here, day);
    if (date !== undefined && date >= today) return date;
  }
  return undefined;
}

/** A date with its year, as digits. */
function dated(yearText: string, monthText: string, dayText: string): Day | undefined {
  const [year, here, day] = [yearOf(yearText), digits(monthText, 2), digits(dayText, 2)];
  return year === undefined || here === undefined || day === undefined ? undefined : dayOf(year, here, day);
}

/** Four digits from 1900, or two of this century. */
function yearOf(text: string): number | undefined {
  const number = digits(text, 4);
  const year = number === undefined || (text.length !== 2 && text.length !== 4) ? undefined : text.length === 2 ? number + 2000 : number;
  return year !== undefined && year >= 1900 && year < 3000 ? year : undefined;
}
