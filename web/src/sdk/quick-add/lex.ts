// A line as words, cut as domain/src/quick_add/lex.rs cuts it. Places are UTF-16 code units. No table of Unicode may decide anything.

const SPACES = " \t\n\r\u00a0\u2009\u202f\u3000";
/** Closes a sentence or a clause: no part of the word before it. */
const TRAILING = ",;:!?.)]";
const CLOSES: Readonly<Record<string, string>> = { '"': '"', "„": "“”", "“": "”" };

export interface Word {
  /** With the backslash, where there is one. */
  readonly start: number;
  /** Where the core begins. */
  readonly body: number;
  /** Where it ends without what closes a sentence. */
  readonly coreEnd: number;
  readonly end: number;
  /** The core in small letters; empty for a quoted one. */
  readonly folded: string;
  readonly escaped: boolean;
  readonly quoted?: { readonly sigil?: string | undefined; readonly inner: string };
}

export const isSpace = (c: string | undefined): boolean => c !== undefined && c !== "" && SPACES.includes(c);
export const isTrailing = (c: string | undefined): boolean => c !== undefined && c !== "" && TRAILING.includes(c);
export const isDigit = (c: string | undefined): boolean => c !== undefined && c >= "0" && c <= "9" && c.length === 1;

export function trimmed(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && isSpace(text[start])) start += 1;
  while (end > start && isSpace(text[end - 1])) end -= 1;
  return text.slice(start, end);
}

/** Small letters of what the words of both languages are written with. */
const folded = (text: string): string => text.replace(/[A-ZÄÖÜ]/g, (c) => c.toLowerCase());

export function wordsOf(line: string): Word[] {
  const found: Word[] = [];
  const unclosed = new Set<string>();
  let at = 0;
  while (at < line.length) {
    if (isSpace(line[at])) {
      at += 1;
      continue;
    }
    const word = wordAt(line, at, unclosed);
    at = word.end;
    found.push(word);
  }
  return found;
}

function wordAt(line: string, start: number, unclosed: Set<string>): Word {
  const escaped = line[start] === "\\";
  const body = start + (escaped ? 1 : 0);
  // A caret marks a date and is a word of its own.
  if (line[body] === "^" && body + 1 < line.length && !isSpace(line[body + 1])) {
    return { start, body, coreEnd: body + 1, end: body + 1, folded: "^", escaped };
  }
  const quotes = quotesAt(line, body, unclosed);
  if (quotes !== undefined) {
    const end = boundary(line, quotes.closed);
    const alone = [...line.slice(quotes.closed, end)].every(isTrailing);
    // With letters right behind the quotes it is no name, only text.
    return { start, body, coreEnd: quotes.closed, end, folded: "", escaped, quoted: { sigil: alone ? quotes.sigil : undefined, inner: quotes.inner } };
  }
  const end = boundary(line, body);
  let coreEnd = end;
  while (coreEnd > body && isTrailing(line[coreEnd - 1])) coreEnd -= 1;
  return { start, body, coreEnd, end, folded: folded(line.slice(body, coreEnd)), escaped };
}

/** Where a word that has come as far as `from` ends: at a space, or behind a comma that does not stand between two digits. */
function boundary(line: string, from: number): number {
  for (let at = from; at < line.length; at += 1) {
    if (isSpace(line[at])) return at;
    if (line[at] === "," && !(at > from && isDigit(line[at - 1]) && isDigit(line[at + 1]))) return at + 1;
  }
  return line.length;
}

function quotesAt(line: string, body: number, unclosed: Set<string>): { sigil?: string | undefined; inner: string; closed: number } | undefined {
  const first = line[body] ?? "";
  const sigil = first !== "" && "#@+".includes(first) ? first : undefined;
  const open = body + (sigil === undefined ? 0 : 1);
  const mark = line[open] ?? "";
  const closes = Object.hasOwn(CLOSES, mark) ? CLOSES[mark] : undefined;
  if (closes === undefined || unclosed.has(mark)) return undefined;
  for (let at = open + 1; at < line.length; at += 1) {
    if (closes.includes(line[at] as string)) return { sigil, inner: line.slice(open + 1, at), closed: at + 1 };
  }
  unclosed.add(mark);
  return undefined;
}
