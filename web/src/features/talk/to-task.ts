// What a task is called that comes from something that was said.
import { LIMITS, MENTION, WIDE_MENTION } from "../../sdk";

/** The first line is the title; where there is more, or it is too long, all of it is the description too. */
export function taskFrom(text: string, nameOf: (person: string) => string, wideName: (id: string) => string | undefined): { title: string; description: string } {
  const named = text
    .replace(new RegExp(MENTION.source, "g"), (_mention, person: string) => `@${nameOf(person)}`)
    .replace(new RegExp(WIDE_MENTION.source, "g"), (mention, wide: string) => (wideName(wide) ? `@${wideName(wide)}` : mention))
    .trim();
  const plain = (named.split("\n")[0] ?? "").replace(/^\s*(?:#{1,6}|[-*+>]|\d{1,9}[.)])\s+/, "").trim();
  const letters = [...plain];
  const title = letters.length > LIMITS.title_chars_max ? `${letters.slice(0, LIMITS.title_chars_max - 1).join("")}…` : plain;
  // Named people would have to see the board: in a description they are words.
  return { title, description: named === title ? "" : named };
}
