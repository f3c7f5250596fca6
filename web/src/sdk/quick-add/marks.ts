// What signs say: priority, label, person, place, estimate, and "in Finance". domain/src/quick_add/marks.rs.
import { isDigit, isTrailing, trimmed } from "./lex";
import type { Found, Matcher, Priority, Value } from "./matcher";
import { digits } from "./vocabulary";

const PRIORITIES: ReadonlyMap<string, Priority> = new Map(
  (
    [
      ["urgent", "p1 !1 !urgent !dringend"],
      ["high", "p2 !2 !high !hoch"],
      ["medium", "p3 !3 !medium !mittel"],
      ["low", "p4 !4 !low !niedrig"],
    ] as const
  ).flatMap(([priority, words]) => words.split(" ").map((word) => [word, priority] as const)),
);
const KINDS = { "#": "label", "@": "person", "+": "place" } as const;

export function mark(m: Matcher, first: number): Found<Value> {
  const at = m.plain(first);
  const quoted = m.words[first]?.quoted;
  if (quoted !== undefined) {
    const value = quoted.sigil === undefined ? undefined : named(quoted.sigil, quoted.inner);
    return value && [value, at];
  }
  const priority = PRIORITIES.get(m.text(first));
  if (priority !== undefined) return [{ kind: "priority", priority }, at];
  const raw = m.raw(first);
  const value = named(raw[0] ?? "", raw.slice(1));
  return value === undefined || /[#@"„“”\\]/.test(raw.slice(1)) ? undefined : [value, at];
}

/** A name behind its sign. Digits alone are the number of something (`#42`, `+1`), no name. */
function named(sigil: string, text: string): Value | undefined {
  const name = trimmed(text);
  if (!(sigil === "#" || sigil === "@" || sigil === "+") || /^[0-9]*$/.test(name)) return undefined;
  return { kind: KINDS[sigil], name };
}

/** "in Finance", `in "To do"`. */
export function within(m: Matcher, first: number): Found<Value> {
  const next = m.words[first + 1];
  if (m.text(first) !== "in" || m.trail(first) !== "" || next === undefined || next.escaped) return undefined;
  if (next.quoted !== undefined && (next.quoted.sigil !== undefined || ![...m.trail(first + 1)].every(isTrailing))) return undefined;
  const name = next.quoted?.inner ?? m.raw(first + 1);
  const begin = name[0];
  if (begin === undefined || isDigit(begin) || '#@+!~^\\"'.includes(begin)) return undefined;
  return [{ kind: "place", name }, m.plain(first + 1)];
}

export function estimate(m: Matcher, first: number): Found<Value> {
  const minutes = minutesOf(m.text(first).replace(/^~/, ""));
  return minutes === undefined || minutes === 0 ? undefined : [{ kind: "estimate", minutes }, m.plain(first)];
}

/** `2h`, `1.5h`, `30m`, `1h30`, `1h30m`. */
function minutesOf(text: string): number | undefined {
  const [, whole = "", rest = ""] = /^([0-9]+)(.*)$/s.exec(text) ?? [];
  const number = digits(whole, 3);
  if (number === undefined || rest === "") return undefined;
  if (/^(m|min|mins)$/.test(rest)) return number;
  const tenths = /^[.,]([0-9])(h|hr|hrs|std)$/.exec(rest);
  if (tenths !== null) return number * 60 + Number(tenths[1]) * 6;
  if (/^(h|hr|hrs|std)$/.test(rest)) return number * 60;
  const more = /^h([0-9]{1,2})(m|min)?$/.exec(rest);
  return more !== null && Number(more[1]) < 60 ? number * 60 + Number(more[1]) : undefined;
}
