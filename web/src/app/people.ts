// How people look: initials and a colour that stays theirs on every screen and every machine.
import type { Colour, ColumnView } from "../gen/protocol";

const PEOPLE: readonly Colour[] = ["blue", "green", "purple", "orange", "teal", "pink", "indigo"];

/** The same id gives the same colour everywhere (FNV-1a). Red and amber are kept for what is late or wrong. */
export function colourOf(id: string): Colour {
  let hash = 0x811c9dc5;
  for (let at = 0; at < id.length; at += 1) {
    hash ^= id.charCodeAt(at);
    hash = Math.imul(hash, 0x01000193);
  }
  return PEOPLE[(hash >>> 0) % PEOPLE.length] ?? "grey";
}

/** First letters of the first and the last word. */
export function initials(name: string): string {
  const parts = name.trim().split(/\s+/).filter(Boolean);
  const first = [...(parts[0] ?? "?")][0] ?? "?";
  const last = parts.length > 1 ? ([...(parts[parts.length - 1] ?? "")][0] ?? "") : "";
  return (first + last).toLocaleUpperCase();
}

export const COLOURS: readonly Colour[] = ["grey", "red", "orange", "amber", "green", "teal", "blue", "indigo", "purple", "pink"];

const KINDS: Record<ColumnView["kind"], Colour> = { backlog: "grey", active: "blue", done: "green" };

/** A column's own colour, else that of its kind. */
export const columnColour = (column: ColumnView): Colour => column.colour ?? KINDS[column.kind];
