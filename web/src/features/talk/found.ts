// What is shown of a message that was found: the part around the first word that was looked for, in pieces of which some are hits.
import { folded } from "../board/quick";

export interface Piece {
  readonly text: string;
  readonly hit: boolean;
}

const BEFORE = 60;
const CHARS = 240;

/** The words of a question as the server reads it; those in quotes are words all the same. */
export const wordsOf = (question: string): readonly string[] => question.split(/[^\p{L}\p{M}\p{N}]+/u).filter(Boolean).map(folded);

/** In one line. */
export function pieces(text: string, question: string): readonly Piece[] {
  const words = wordsOf(question);
  const line = text.replace(/\s+/g, " ").trim();
  const hits: Array<readonly [number, number]> = [];
  for (const match of line.matchAll(/[\p{L}\p{M}\p{N}]+/gu)) {
    const word = folded(match[0]);
    if (words.some((each) => word.startsWith(each))) hits.push([match.index, match.index + match[0].length]);
  }
  const first = hits[0]?.[0] ?? 0;
  const from = first > BEFORE ? line.indexOf(" ", first - BEFORE) + 1 : 0;
  const to = Math.min(line.length, from + CHARS);
  const all: Piece[] = [];
  let at = from;
  const put = (end: number, hit: boolean) => {
    if (end > at) all.push({ text: line.slice(at, end), hit });
    at = end;
  };
  for (const [start, end] of hits.filter(([start, end]) => start >= from && end <= to)) {
    put(start, false);
    put(end, true);
  }
  put(to, false);
  if (from > 0) all.unshift({ text: "… ", hit: false });
  if (to < line.length) all.push({ text: " …", hit: false });
  return all;
}
