// Repetitions: "every day", "every 2 weeks", "every mon and thu", "every last friday", "jeden 1. und 15.", "werktags".
// domain/src/quick_add/repeats.rs.
import { dayAndMonth, monthAndDay } from "./dates";
import { daysIn } from "./days";
import type { At, Found, Matcher, Value } from "./matcher";
import type { Rule } from "./rule";
import { count, dayNumber, englishDay, ordinal, unit, weekday, weekdays } from "./vocabulary";

const WORKDAYS = [0, 1, 2, 3, 4];
const WEEKEND = [5, 6];
/** Members of one list. */
const LIST_MAX = 7;

type Again = Found<Rule>;

const rule = (frequency: Rule["frequency"], interval: number): Rule => ({ frequency, interval });
const ascending = (days: readonly number[]): number[] => [...new Set(days)].sort((a, b) => a - b);
const weekly = (m: Matcher, days: readonly number[], interval: number): Rule => ({
  ...rule("WEEKLY", interval),
  weekdays: ascending(days),
  weekStart: m.context.weekStart,
});
const monthly = (days: readonly number[], interval = 1): Rule => ({ ...rule("MONTHLY", interval), monthDays: ascending(days) });

export function repeat(m: Matcher, first: number): Found<Value> {
  const again = repetition(m, first);
  return again && [{ kind: "repeat", rule: again[0] }, again[1]];
}

function repetition(m: Matcher, first: number): Again {
  const word = m.text(first);
  const leads = m.english ? ["every", "each"] : ["jeden", "jede", "jedes", "jeder", "alle"];
  if (!leads.includes(word)) return m.english ? englishAdverb(m, first) : adverb(m, first);
  const next = m.next(m.plain(first));
  if (next === undefined) return undefined;
  if (m.english) return english(m, next);
  return word === "alle" ? counted(m, next) : german(m, next);
}

const ADVERBS: ReadonlyMap<string, readonly [Rule["frequency"], number]> = new Map([
  ["en daily", ["DAILY", 1]],
  ["en weekly", ["WEEKLY", 1]],
  ["en monthly", ["MONTHLY", 1]],
  ["en quarterly", ["MONTHLY", 3]],
  ["en yearly", ["YEARLY", 1]],
  ["en annually", ["YEARLY", 1]],
  ["de täglich", ["DAILY", 1]],
  ["de taeglich", ["DAILY", 1]],
  ["de wöchentlich", ["WEEKLY", 1]],
  ["de woechentlich", ["WEEKLY", 1]],
  ["de monatlich", ["MONTHLY", 1]],
  ["de vierteljährlich", ["MONTHLY", 3]],
  ["de vierteljaehrlich", ["MONTHLY", 3]],
  ["de jährlich", ["YEARLY", 1]],
  ["de jaehrlich", ["YEARLY", 1]],
]);

/** As the first word they are a name more often than a wish: "Daily standup". */
function englishAdverb(m: Matcher, first: number): Again {
  if (m.text(first) !== "on") return first === 0 ? undefined : adverb(m, first);
  const next = m.next(m.plain(first));
  if (next === undefined) return undefined;
  return m.text(next) === "weekdays" ? [weekly(m, WORKDAYS, 1), m.plain(next)] : pluralDays(m, next);
}

function adverb(m: Matcher, first: number): Again {
  const word = m.text(first);
  const known = ADVERBS.get(`${m.language} ${word}`);
  if (known !== undefined) return [rule(...known), m.plain(first)];
  if (word === (m.english ? "weekdays" : "werktags")) return [weekly(m, WORKDAYS, 1), m.plain(first)];
  return pluralDays(m, first);
}

/** Behind "every". */
function english(m: Matcher, first: number): Again {
  const here = m.plain(first);
  const word = m.text(first);
  if (word === "other") {
    const next = m.next(here);
    return next === undefined ? undefined : (ofUnit(m, next, 2) ?? ofWeekdays(m, next, 2));
  }
  if (word === "weekday" || word === "workday") return [weekly(m, WORKDAYS, 1), here];
  if (word === "weekend") return [weekly(m, WEEKEND, 1), here];
  return ofUnit(m, first, 1) ?? counted(m, first) ?? ofWeekdays(m, first, 1) ?? ofDate(m, first) ?? englishOrdinal(m, first);
}

/** Behind "jeden". */
function german(m: Matcher, first: number): Again {
  const word = m.text(first);
  if (word === "werktag" || word === "arbeitstag") return [weekly(m, WORKDAYS, 1), m.plain(first)];
  if (word === "wochenende") return [weekly(m, WEEKEND, 1), m.plain(first)];
  return ofUnit(m, first, 1) ?? ofWeekdays(m, first, 1) ?? ofDate(m, first) ?? germanOrdinal(m, first);
}

/** "2 weeks", "zwei Wochen". */
function counted(m: Matcher, first: number): Again {
  const many = count(m.language, m.text(first));
  const next = many === undefined ? undefined : m.next(m.plain(first));
  return many === undefined || next === undefined ? undefined : ofUnit(m, next, many);
}

/** "week on mon and thu", "month on the 1st": a unit, and which days of it. */
function ofUnit(m: Matcher, first: number, many: number): Again {
  const here = m.plain(first);
  const word = m.nextIs(here, [m.english ? "on" : "am"]);
  const on = word === undefined ? undefined : m.next(m.plain(word));
  switch (unit(m.language, m.text(first))) {
    case "day":
      return [rule("DAILY", many), here];
    case "week":
      return (on === undefined ? undefined : ofWeekdays(m, on, many)) ?? [rule("WEEKLY", many), here];
    case "month": {
      const the = on !== undefined && m.text(on) === "the" ? m.next(m.plain(on)) : undefined;
      const at = the ?? on;
      const days = at === undefined ? undefined : monthDays(m, at);
      return days === undefined ? [rule("MONTHLY", many), here] : [monthly(days[0], many), days[1]];
    }
    case "quarter":
      return [rule("MONTHLY", many * 3), here];
    case "year":
      return [rule("YEARLY", many), here];
    default:
      return undefined;
  }
}

function ofWeekdays(m: Matcher, first: number, interval: number): Again {
  const days = list(m, first, (at) => {
    const named = weekday(m.language, m.text(at));
    return named && [named.day, m.named(at, named.short)];
  });
  return days && [weekly(m, days[0], interval), days[1]];
}

/** "mondays and thursdays", "montags". */
function pluralDays(m: Matcher, first: number): Again {
  const days = list(m, first, (at) => {
    const day = weekdays(m.language, m.text(at));
    return day === undefined ? undefined : [day, m.plain(at)];
  });
  return days && [weekly(m, days[0], 1), days[1]];
}

/** "1st and 15th", "1. und 15." */
function monthDays(m: Matcher, first: number): Found<number[]> {
  return list(m, first, (at) => {
    const day = m.english ? englishDay(m.text(at)) : dayNumber(m.text(at));
    const end = m.english ? m.plain(at) : m.dotted(at);
    return day === undefined || (!m.english && !end.dot) ? undefined : [day, end];
  });
}

/** Members parted by commas or "and". */
function list(m: Matcher, first: number, member: (at: number) => Found<number>): Found<number[]> {
  const one = member(first);
  if (one === undefined) return undefined;
  const members = [one[0]];
  let end: At = one[1];
  while (members.length < LIST_MAX) {
    const following = m.nextInList(end);
    if (following === undefined) break;
    const [at, comma] = following;
    const next = ["and", "und", "&", "+"].includes(m.text(at)) ? m.next(m.plain(at)) : comma ? at : undefined;
    const more = next === undefined ? undefined : member(next);
    if (more === undefined) break;
    members.push(more[0]);
    end = more[1];
  }
  return [members, end];
}

/** "24 dec", "1. Mai": once a year. */
function ofDate(m: Matcher, first: number): Again {
  const parts = dayAndMonth(m, first) ?? monthAndDay(m, first);
  if (parts === undefined) return undefined;
  const [[month, day], at] = parts;
  return day > daysIn(2000, month) ? undefined : [{ ...rule("YEARLY", 1), monthDays: [day], month }, at];
}

/** "1st and 15th", "last friday", "3rd day". */
function englishOrdinal(m: Matcher, first: number): Again {
  const digits = englishDay(m.text(first));
  const nth = digits ?? ordinal("en", m.text(first));
  if (nth === undefined) return undefined;
  const next = m.next(m.plain(first));
  if (next !== undefined) {
    const named = weekday("en", m.text(next));
    if (named !== undefined) {
      const end = m.named(next, named.short);
      return nthWeekday(nth, named.day, ofMonth(m, end) ?? end);
    }
    const again = nthUnit(m, nth, next);
    if (again !== undefined) return again;
  }
  const days = digits === undefined ? undefined : monthDays(m, first);
  return days && [monthly(days[0]), ofMonth(m, days[1]) ?? days[1]];
}

/** "ersten", "2. Montag", "letzten Tag", "1. und 15." */
function germanOrdinal(m: Matcher, first: number): Again {
  const dotted = m.dotted(first);
  const digits = dotted.dot ? dayNumber(m.text(first)) : undefined;
  const nth = digits ?? ordinal("de", m.text(first));
  if (nth === undefined) return undefined;
  const here = digits === undefined ? m.plain(first) : dotted;
  const next = m.next(here);
  if (next !== undefined) {
    const named = weekday("de", m.text(next));
    if (named !== undefined) {
      const end = m.named(next, named.short);
      const month = ofMonth(m, end);
      // "Jeden zweiten Montag" is every other one.
      return month === undefined && nth === 2 ? [weekly(m, [named.day], 2), end] : nthWeekday(nth, named.day, month ?? end);
    }
    const again = nthUnit(m, nth, next);
    if (again !== undefined) return again;
  }
  const days: Found<number[]> = digits !== undefined ? monthDays(m, first) : nth > 0 ? [[nth], here] : undefined;
  return days && [monthly(days[0]), ofMonth(m, days[1]) ?? days[1]];
}

const nthWeekday = (nth: number, day: number, at: At): Again => (nth > 5 ? undefined : [{ ...rule("MONTHLY", 1), nth: [nth, day] }, at]);

/** "2nd week" is every second one; "last day" and "1st day of the month" are of the month. */
function nthUnit(m: Matcher, nth: number, at: number): Again {
  if (unit(m.language, m.text(at)) === "day") {
    const here = m.plain(at);
    const month = ofMonth(m, here);
    if (nth < 0 || month !== undefined) return [monthly([nth]), month ?? here];
  }
  return nth < 0 ? undefined : ofUnit(m, at, nth);
}

/** "of the month", "im Monat". */
function ofMonth(m: Matcher, at: At): At | undefined {
  const of = m.nextIs(at, m.english ? ["of"] : ["im", "des", "jedes"]);
  if (of === undefined) return undefined;
  const article = (m.english ? m.nextIs(m.plain(of), ["the", "each", "every"]) : undefined) ?? of;
  const month = m.nextIs(m.plain(article), m.english ? ["month"] : ["monat", "monats"]);
  return month === undefined ? undefined : m.plain(month);
}
