// Words of letters as they are edited: paragraphs are parted by empty lines.
import { tOr } from "../../app/i18n/index.svelte";
import type { LetterEntry, LetterWords } from "../../sdk";

export const isNews = ({ name }: LetterEntry): boolean => name.startsWith("news.");
export const joined = (lines: readonly string[]): string => lines.join("\n\n");
/** A line break within a paragraph is a space. */
export const parted = (text: string): string[] =>
  text
    .split(/\n\s*\n/)
    .map((part) => part.replace(/\s+/g, " ").trim())
    .filter((part) => part !== "");

/** What it is called. A server that is newer may have others. */
export function titleOf({ name }: LetterEntry): string {
  return tOr(name.startsWith("news.") ? `tell.reason.${name.slice(5)}` : `letter.name.${name}`, name);
}

export const said = (letter: LetterEntry): LetterWords => letter.own ?? letter.usual;
