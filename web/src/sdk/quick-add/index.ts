// Quick add: one line of text into a title and what else it says of a task. The twin of domain/src/quick_add: the same vectors run on
// both, so that what is shown while somebody types, offline too, is what the server would say. docs/QUICK-ADD.md is the grammar in words.
import { due, start } from "./dates";
import { addDays, type Day } from "./days";
import { isSpace, isTrailing, trimmed, wordsOf } from "./lex";
import { estimate, mark, within } from "./marks";
import { type Context, type Found, Matcher, type Value } from "./matcher";
import { repeat } from "./repeats";
import { firstOf } from "./rule";
import { time } from "./times";

export { addDays, civilOf, clockText, type Day, dayOf, dayText } from "./days";
export type { Context, Priority, Value } from "./matcher";
export { type Rule, ruleText } from "./rule";
export type { Language } from "./vocabulary";

/** Something understood and where it stands, in UTF-16 code units: `line.slice(start, end)` is its words. */
export interface Token {
  readonly value: Value;
  readonly start: number;
  readonly end: number;
  /** Its words are in the title too. */
  readonly kept: boolean;
}

/** It counts and leaves the title; it counts and stays in the title; it is text. */
export type Verdict = "taken" | "kept" | "text";

export interface QuickAdd {
  readonly title: string;
  /** In the order of the line; of labels and people there may be many, of each other kind the first counts. */
  readonly tokens: readonly Token[];
  readonly due?: { readonly date: Day; readonly time?: number | undefined };
  readonly start?: Day;
}

/** Asks, from left to right and once each, about everything that would count. */
export function quickAdd(line: string, context: Context, judge: (value: Value, words: string) => Verdict = () => "taken"): QuickAdd {
  const words = wordsOf(line);
  const matcher = new Matcher(line, words, context);
  const tokens: Token[] = [];
  const backslashes: number[] = [];
  const once = new Set<string>();
  let at = 0;
  while (at < words.length) {
    const word = words[at];
    const found = word && matchAt(matcher, at);
    at += 1;
    if (word === undefined || found === undefined) continue;
    const [value, end] = found;
    const place = { start: word.start, end: matcher.end(end) };
    if (word.escaped) {
      backslashes.push(word.start);
      at = end.last + 1;
    } else if (!kindsOf(value).some((kind) => once.has(kind))) {
      const verdict = judge(value, line.slice(place.start, place.end));
      if (verdict === "text") continue;
      for (const kind of kindsOf(value)) once.add(kind);
      tokens.push({ value, ...place, kept: verdict === "kept" });
      at = end.last + 1;
    }
  }
  const title = without(line, tokens.filter((token) => !token.kept), backslashes);
  // A line of which no title would be left is a title as it stands.
  if (title === "") return { title: trimmed(line), tokens: [] };
  const begun = tokens.find((token) => token.value.kind === "start")?.value as { date: Day } | undefined;
  const when = dueOf(tokens, begun?.date, context);
  return { title, tokens, ...(when !== undefined && { due: when }), ...(begun !== undefined && { start: begun.date }) };
}

/** The order decides where two things could be meant. */
function matchAt(m: Matcher, first: number): Found<Value> {
  return mark(m, first) ?? start(m, first) ?? repeat(m, first) ?? due(m, first) ?? time(m, first) ?? estimate(m, first) ?? within(m, first);
}

/** What a value says, where only one may say it. */
function kindsOf(value: Value): readonly string[] {
  if (value.kind === "label" || value.kind === "person") return [];
  return value.kind === "due" && value.time !== undefined ? ["due", "time"] : [value.kind];
}

/** A date stands as it is said. A repetition is first due when it first happens. A time alone is today's, or tomorrow's when it has passed. */
function dueOf(tokens: readonly Token[], begin: Day | undefined, context: Context): QuickAdd["due"] {
  let date: Day | undefined;
  let at: number | undefined;
  let rule: (Value & { kind: "repeat" })["rule"] | undefined;
  for (const { value } of tokens) {
    if (value.kind === "due") {
      date = value.date;
      at ??= value.time;
    } else if (value.kind === "time") at = value.time;
    else if (value.kind === "repeat") rule = value.rule;
  }
  const passed = at !== undefined && at <= context.minute;
  const from = passed ? addDays(context.today, 1) : context.today;
  if (date === undefined && from !== undefined) {
    if (rule !== undefined) date = firstOf(rule, Math.max(from, begin ?? from));
    else if (at !== undefined) date = from;
  }
  return date === undefined ? undefined : { date, ...(at !== undefined && { time: at }) };
}

/** The line without these parts and these backslashes, both in order: domain/src/quick_add/title.rs. */
function without(line: string, cuts: readonly { start: number; end: number }[], backslashes: readonly number[]): string {
  let title = "";
  let from = 0;
  let next = 0;
  for (const { start: cut, end } of [...cuts, { start: line.length, end: line.length }]) {
    let piece = "";
    for (; next < backslashes.length && (backslashes[next] as number) < cut; next += 1) {
      piece += line.slice(from, backslashes[next]);
      from = (backslashes[next] as number) + 1;
    }
    piece = trimmed(piece + line.slice(from, cut));
    from = end;
    if (cuts.length > 0 && /^[,;]*$/.test(piece)) continue;
    title += (title !== "" && !isTrailing(piece[0]) ? " " : "") + piece;
  }
  return title;
}

/** Makes text of the token that begins here. */
export const escapedAt = (line: string, start: number): string => `${line.slice(0, start)}\\${line.slice(start)}`;
export { isSpace };
