// Mentions while somebody writes: a text holds `@[id]`, the field shows `@Name`. Whoever is picked or stood in the text is known by
// name until the field is left; what stands there under such a name is a mention again.
import { MENTION, mentionsIn, WIDE_MENTION } from "../../sdk";

export interface Named {
  /** Of a person; or `team:ID`, or `channel`. */
  readonly id: string;
  readonly name: string;
}

/** The longest name that is looked for while one types. */
const QUERY_MAX = 60;

/** A text as the field shows it, and who is in it. Whoever has no name here, or the same as another, stays as they are written. */
export function shown(text: string, nameOf: (id: string) => string | undefined): { text: string; people: Named[] } {
  const people: Named[] = [];
  for (const id of mentionsIn(text)) {
    const name = nameOf(id);
    if (name !== undefined && name !== "" && !people.some((each) => each.name === name)) people.push({ id, name });
  }
  for (const [, id = ""] of text.matchAll(new RegExp(WIDE_MENTION.source, "g"))) {
    const name = nameOf(id);
    if (name !== undefined && name !== "" && !people.some((each) => each.name === name || each.id === id)) people.push({ id, name });
  }
  const next = text.replace(new RegExp(`${MENTION.source}|${WIDE_MENTION.source}`, "g"), (mention, person: string | undefined, wide: string | undefined) => {
    const id = person ?? wide ?? "";
    const known = people.find((each) => each.id === id.toLowerCase());
    return known ? `@${known.name}` : mention;
  });
  return { text: next, people };
}

/** What is kept of what the field shows. The longer name first: Ann is not meant where it says Anna. */
export function written(text: string, people: readonly Named[]): string {
  const names = [...people].sort((a, b) => b.name.length - a.name.length);
  if (names.length === 0) return text;
  const any = names.map((each) => each.name.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&")).join("|");
  const pattern = new RegExp(`@(?<name>${any})(?![\\p{L}\\p{N}_])`, "gu");
  return text.replace(pattern, (mention, name: string) => {
    const person = names.find((each) => each.name === name);
    return person ? `@[${person.id}]` : mention;
  });
}

/** The name that is being typed before the caret, and where its `@` stands. */
export function typed(text: string, caret: number): { at: number; query: string } | undefined {
  const before = text.slice(0, caret);
  const at = before.lastIndexOf("@");
  if (at < 0 || (at > 0 && /[\p{L}\p{N}_@/.]/u.test(before[at - 1] ?? ""))) return undefined;
  const query = before.slice(at + 1);
  if (query.length > QUERY_MAX || /^\s|[\n[\]]|\s\s/u.test(query)) return undefined;
  return { at, query };
}

/** The text after somebody was picked for what was typed, and where the caret is then. */
export function picked(text: string, caret: number, at: number, name: string): { text: string; caret: number } {
  const rest = text.slice(caret);
  const put = `@${name}${/^\s/.test(rest) ? "" : " "}`;
  return { text: text.slice(0, at) + put + rest, caret: at + put.length };
}
