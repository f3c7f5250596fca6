// A small Markdown reader. It gives a tree of known kinds, which `ui/Markdown.svelte` shows element by element: no markup that
// somebody wrote ever reaches the page as markup, and links lead only where a link may lead.

import { MENTION, WIDE_MENTION } from "../sdk";

export type Inline =
  | { kind: "text"; text: string }
  | { kind: "code"; text: string }
  | { kind: "break" }
  | { kind: "mention"; id: string }
  /** Of a team (`team:ID`), or of everybody (`channel`); `text` is what stands there. */
  | { kind: "wide"; id: string; text: string }
  | { kind: "strong" | "em" | "del"; children: Inline[] }
  | { kind: "link"; href: string; children: Inline[] };

export type ListItem = { checked: boolean | undefined; children: Block[] };
export type Block =
  | { kind: "paragraph"; children: Inline[] }
  | { kind: "heading"; level: number; children: Inline[] }
  | { kind: "code"; text: string; language: string }
  | { kind: "quote"; children: Block[] }
  | { kind: "list"; ordered: boolean; start: number; items: ListItem[] }
  | { kind: "rule" };

const DEPTH_MAX = 8;
const FENCE = /^\s{0,3}(```+|~~~+)\s*(\S*)/;
const HEADING = /^\s{0,3}(#{1,6})\s+(.*?)\s*#*\s*$/;
const RULE = /^\s{0,3}([-*_])(?:\s*\1){2,}\s*$/;
const QUOTE = /^\s{0,3}>\s?/;
const ITEM = /^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$/;

export function parse(text: string): Block[] {
  return blocks(text.replace(/\r\n?/g, "\n").split("\n"), 0);
}

function blocks(lines: string[], depth: number): Block[] {
  const found: Block[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] as string;
    if (line.trim() === "") {
      at += 1;
      continue;
    }
    const next = depth < DEPTH_MAX ? special(lines, at, depth) : undefined;
    if (next) {
      found.push(next.block);
      at = next.end;
      continue;
    }
    const start = at;
    at += 1;
    while (at < lines.length && (lines[at] as string).trim() !== "" && !begins(lines[at] as string)) at += 1;
    found.push({ kind: "paragraph", children: inline(lines.slice(start, at).map((each) => each.trimStart()).join("\n")) });
  }
  return found;
}

const begins = (line: string): boolean => FENCE.test(line) || HEADING.test(line) || RULE.test(line) || QUOTE.test(line) || ITEM.test(line);

/** The block that begins at a line with a mark of its own, and the line after it. */
function special(lines: string[], at: number, depth: number): { block: Block; end: number } | undefined {
  const line = lines[at] as string;
  const fence = FENCE.exec(line);
  if (fence) return fenced(lines, at, fence[1] as string, fence[2] ?? "");
  const heading = HEADING.exec(line);
  if (heading) return { block: { kind: "heading", level: (heading[1] as string).length, children: inline(heading[2] ?? "") }, end: at + 1 };
  if (RULE.test(line)) return { block: { kind: "rule" }, end: at + 1 };
  if (QUOTE.test(line)) {
    let end = at;
    while (end < lines.length && QUOTE.test(lines[end] as string)) end += 1;
    const inside = lines.slice(at, end).map((each) => each.replace(QUOTE, ""));
    return { block: { kind: "quote", children: blocks(inside, depth + 1) }, end };
  }
  return ITEM.test(line) ? list(lines, at, depth) : undefined;
}

function fenced(lines: string[], at: number, fence: string, language: string): { block: Block; end: number } {
  let end = at + 1;
  while (end < lines.length && !(lines[end] as string).trim().startsWith(fence)) end += 1;
  return { block: { kind: "code", language, text: lines.slice(at + 1, end).join("\n") }, end: Math.min(lines.length, end + 1) };
}

function list(lines: string[], at: number, depth: number): { block: Block; end: number } {
  const first = ITEM.exec(lines[at] as string) as RegExpExecArray;
  const indent = (first[1] as string).length;
  const ordered = /\d/.test(first[2] as string);
  const items: ListItem[] = [];
  let end = at;
  while (end < lines.length) {
    const item = ITEM.exec(lines[end] as string);
    if (!item || (item[1] as string).length !== indent || /\d/.test(item[2] as string) !== ordered) break;
    const inside = [item[3] as string];
    end += 1;
    while (end < lines.length && belongs(lines, end, indent)) {
      inside.push((lines[end] as string).replace(new RegExp(`^\\s{0,${indent + 4}}`), (space) => " ".repeat(Math.max(0, space.length - indent - 2))));
      end += 1;
    }
    const box = /^\[([ xX])\]\s+/.exec(inside[0] as string);
    if (box) inside[0] = (inside[0] as string).slice(box[0].length);
    items.push({ checked: box ? box[1] !== " " : undefined, children: blocks(inside, depth + 1) });
  }
  return { block: { kind: "list", ordered, start: ordered ? Number.parseInt(first[2] as string, 10) : 1, items }, end };
}

/** Whether a line continues the item above: it is indented deeper, or is a lazy line of its paragraph. */
function belongs(lines: string[], at: number, indent: number): boolean {
  const line = lines[at] as string;
  const depth = /^\s*/.exec(line)?.[0].length ?? 0;
  if (line.trim() === "") {
    const after = lines[at + 1];
    return after !== undefined && after.trim() !== "" && (/^\s*/.exec(after)?.[0].length ?? 0) > indent;
  }
  return depth > indent || (!begins(line) && (lines[at - 1] as string).trim() !== "");
}

const INLINE = new RegExp(
  [
    /(?<code>`+)(?<inside>[\s\S]*?[^`])\k<code>(?!`)/,
    /\\(?<escaped>[\\`*_{}[\]()#+\-.!~>|])/,
    MENTION,
    WIDE_MENTION,
    /\[(?<label>(?:[^[\]]|\[[^[\]]*\])*)\]\((?<href>[^\s()]*(?:\([^\s()]*\)[^\s()]*)*)(?:\s+"[^"]*")?\)/,
    /<(?<auto>https?:\/\/[^\s<>]+)>/,
    /(?<url>https?:\/\/[^\s<>]+)/,
    /(?<strong>\*\*|__)(?=\S)(?<bold>[\s\S]*?\S)\k<strong>/,
    /~~(?=\S)(?<del>[\s\S]*?\S)~~/,
    /\*(?=\S)(?<star>(?:[^*]|\*\*[^*]+\*\*)*?\S)\*(?!\*)/,
    /(?<![\p{L}\p{N}_])_(?=\S)(?<under>[^_]*?\S)_(?![\p{L}\p{N}_])/u,
    /(?: {2,}|\\)?(?<newline>\n)/,
  ].map((pattern) => pattern.source).join("|"),
  "gu",
);

export function inline(text: string, depth = 0): Inline[] {
  if (depth > DEPTH_MAX) return [{ kind: "text", text }];
  const found: Inline[] = [];
  let from = 0;
  for (const match of text.matchAll(INLINE)) {
    if (match.index < from) continue;
    if (match.index > from) found.push({ kind: "text", text: text.slice(from, match.index) });
    const [node, length] = read(match, depth);
    found.push(node);
    from = match.index + length;
  }
  if (from < text.length) found.push({ kind: "text", text: text.slice(from) });
  return found;
}

function read(match: RegExpMatchArray, depth: number): [Inline, number] {
  const groups = match.groups ?? {};
  const length = match[0].length;
  if (groups.inside !== undefined) return [{ kind: "code", text: groups.inside.trim() }, length];
  if (groups.escaped !== undefined) return [{ kind: "text", text: groups.escaped }, length];
  if (groups.person !== undefined) return [{ kind: "mention", id: groups.person.toLowerCase() }, length];
  if (groups.wide !== undefined) return [{ kind: "wide", id: groups.wide, text: match[0] }, length];
  if (groups.href !== undefined) {
    const children = inline(groups.label || groups.href, depth + 1);
    const href = safe(groups.href);
    return [href ? { kind: "link", href, children } : { kind: "text", text: match[0] }, length];
  }
  if (groups.auto !== undefined) return [link(groups.auto), length];
  if (groups.url !== undefined) {
    // A full stop or a closing bracket after an address belongs to the sentence.
    const url = groups.url.replace(/[.,;:!?'")\]]+$/, "");
    return [link(url), url.length];
  }
  if (groups.bold !== undefined) return [{ kind: "strong", children: inline(groups.bold, depth + 1) }, length];
  if (groups.del !== undefined) return [{ kind: "del", children: inline(groups.del, depth + 1) }, length];
  const em = groups.star ?? groups.under;
  if (em !== undefined) return [{ kind: "em", children: inline(em, depth + 1) }, length];
  return [{ kind: "break" }, length];
}

const link = (url: string): Inline => {
  const href = safe(url);
  return href ? { kind: "link", href, children: [{ kind: "text", text: url }] } : { kind: "text", text: url };
};

/** The address, if a link may lead there: the web, mail, or a path of this app. */
export function safe(href: string): string | undefined {
  if (/^\/(?![/\\])/.test(href)) return href;
  try {
    const url = new URL(href);
    return ["http:", "https:", "mailto:"].includes(url.protocol) ? url.href : undefined;
  } catch {
    return undefined;
  }
}

const KEY = /\b[A-Z][A-Z0-9]{0,9}-[1-9]\d{0,8}\b/g;

/** A text in pieces: those that look like keys of tasks, `OPS-42`, and those between. */
export function keysIn(text: string): Array<{ key: boolean; text: string }> {
  const found: Array<{ key: boolean; text: string }> = [];
  let from = 0;
  for (const match of text.matchAll(KEY)) {
    if (match.index > from) found.push({ key: false, text: text.slice(from, match.index) });
    found.push({ key: true, text: match[0] });
    from = match.index + match[0].length;
  }
  if (from < text.length) found.push({ key: false, text: text.slice(from) });
  return found;
}
