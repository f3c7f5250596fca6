// Times of day: "9am", "at 9", "14:00", "um 9 Uhr", "9.30 Uhr", "noon". domain/src/quick_add/times.rs.
import type { Found, Matcher, Value } from "./matcher";
import { digits } from "./vocabulary";

const LEADS = { en: ["at", "by", "due"], de: ["um", "bis", "gegen"] };

export function time(m: Matcher, first: number): Found<Value> {
  let at = first;
  let said = false;
  if (LEADS[m.language].includes(m.text(first))) {
    const next = m.next(m.plain(first));
    if (next === undefined) return undefined;
    at = next;
    // "at 9" is a time; "by 9" could be anything.
    said = ["at", "um", "gegen"].includes(m.text(first));
  }
  const found = m.english ? englishTime(m, at, said) : germanTime(m, at, said);
  return found && [{ kind: "time", time: found[0] }, found[1]];
}

const answer = (minutes: number | undefined, m: Matcher, last: number): Found<number> => (minutes === undefined ? undefined : [minutes, m.plain(last)]);

function englishTime(m: Matcher, at: number, said: boolean): Found<number> {
  const word = m.text(at);
  if (word === "noon") return [clock(12, 0) as number, m.plain(at)];
  const half = /^(.*)(am|pm)$/s.exec(word);
  const joined = half === null ? undefined : halved(half[1] ?? "", half[2] === "pm");
  if (joined !== undefined) return answer(joined, m, at);
  const apart = m.nextIs(m.plain(at), ["am", "pm"]);
  const late = apart === undefined ? undefined : halved(word, m.text(apart) === "pm");
  // Hours that there are in half a day, but minutes that there are not, end it.
  if (apart !== undefined && late !== undefined) return answer(late, m, apart);
  const parts = parted(word, ":");
  if (parts !== undefined) return answer(clock(...parts), m, at);
  const hour = said ? digits(word, 2) : undefined;
  return hour === undefined ? undefined : answer(clock(hour, 0), m, at);
}

function germanTime(m: Matcher, at: number, said: boolean): Found<number> {
  const word = m.text(at);
  if (word === "mittags") return [clock(12, 0) as number, m.plain(at)];
  const uhr = m.nextIs(m.plain(at), ["uhr"]);
  if (uhr !== undefined) {
    const parts = parted(word, ":") ?? parted(word, ".");
    if (parts !== undefined) return answer(clock(...parts), m, uhr);
    const hour = digits(word, 2);
    if (hour === undefined) return undefined;
    // "9 Uhr 30"
    const next = m.next(m.plain(uhr));
    const minute = next !== undefined && m.text(next).length === 2 ? digits(m.text(next), 2) : undefined;
    const whole = minute === undefined ? undefined : clock(hour, minute);
    return whole !== undefined && next !== undefined ? answer(whole, m, next) : answer(clock(hour, 0), m, uhr);
  }
  const parts = parted(word, ":") ?? (said ? parted(word, ".") : undefined);
  if (parts !== undefined) return answer(clock(...parts), m, at);
  const hour = said ? digits(word, 2) : undefined;
  return hour === undefined ? undefined : answer(clock(hour, 0), m, at);
}

/** An hour of a half day, with minutes or without. */
function halved(number: string, late: boolean): number | undefined {
  const hour = digits(number, 2);
  const [hours, minutes] = parted(number, ":") ?? [hour ?? 0, 0];
  return hours >= 1 && hours <= 12 ? clock((hours % 12) + (late ? 12 : 0), minutes) : undefined;
}

/** `9:30`; the minutes have two digits. */
function parted(word: string, sign: ":" | "."): readonly [number, number] | undefined {
  const at = word.indexOf(sign);
  if (at < 0 || word.length !== at + 3) return undefined;
  const [hour, minute] = [digits(word.slice(0, at), 2), digits(word.slice(at + 1), 2)];
  return hour === undefined || minute === undefined ? undefined : [hour, minute];
}

const clock = (hour: number, minute: number): number | undefined => (hour < 24 && minute < 60 ? hour * 60 + minute : undefined);
