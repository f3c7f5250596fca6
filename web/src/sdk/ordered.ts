//! Orders: ids sorted by (rank, id), with binary insertion. Ranks are ASCII, so the order of UTF-16 units is the server's order of
//! bytes. A list is published as a fresh array only when it changed.

import { generateKeyBetween } from "fractional-indexing";
import type { Place } from "../gen/protocol";

interface Entry {
  readonly id: string;
  readonly rank: string;
}

export const compareEntries = (a: Entry, b: Entry): number =>
  a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : a.id < b.id ? -1 : a.id > b.id ? 1 : 0;

/** One order. Holds ids and ranks, nothing else. */
export class OrderedList {
  #entries: Entry[] = [];
  #published: readonly string[] | undefined;

  static of(entries: Entry[]): OrderedList {
    const list = new OrderedList();
    list.#entries = entries.sort(compareEntries);
    return list;
  }

  get length(): number {
    return this.#entries.length;
  }

  /** The ids in order; the same array until something changed. */
  ids(): readonly string[] {
    this.#published ??= this.#entries.map((entry) => entry.id);
    return this.#published;
  }

  /** These are the same ids: keep their array, so that nobody takes it for a change. */
  keepIds(ids: readonly string[]): void {
    this.#published = ids;
  }

  insert(id: string, rank: string): void {
    this.#entries.splice(this.#seek({ id, rank }), 0, { id, rank });
    this.#published = undefined;
  }

  /** Removes the entry that was inserted with this rank. */
  remove(id: string, rank: string): void {
    const index = this.#seek({ id, rank });
    if (this.#entries[index]?.id !== id) return;
    this.#entries.splice(index, 1);
    this.#published = undefined;
  }

  /** A rank for `id` at `place`. */
  rankAt(place: Place<string> | undefined, id: string): string {
    const { previous, next } = this.#gap(place, id);
    return rankBetween(previous?.rank, next?.rank);
  }

  /** Whether `id` stands at `place` already. */
  isAt(place: Place<string> | undefined, id: string): boolean {
    const index = this.#entries.findIndex((entry) => entry.id === id);
    if (index < 0) return false;
    const { previous, next } = this.#gap(place, id);
    return previous === this.#entries[index - 1] && next === this.#entries[index + 1];
  }

  /** The neighbours that name the place where `id` stands. */
  placeOf(id: string): Place<string> {
    const index = this.#entries.findIndex((entry) => entry.id === id);
    const after = this.#entries[index - 1]?.id;
    const before = this.#entries[index + 1]?.id;
    if (index < 0) return {};
    return { ...(after !== undefined && { after }), ...(before !== undefined && { before }) };
  }

  /** By the server's rule: `after` decides while it is there, then `before`, then the end. `id` itself does not count. */
  #gap(place: Place<string> | undefined, id: string): { previous: Entry | undefined; next: Entry | undefined } {
    const entries = this.#entries;
    const own = entries.findIndex((entry) => entry.id === id);
    const find = (named: string | undefined): number => (named === undefined || named === id ? -1 : entries.findIndex((entry) => entry.id === named));
    const at = (index: number, step: 1 | -1): Entry | undefined => entries[index === own ? index + step : index];
    const after = find(place?.after);
    if (after >= 0) return { previous: entries[after], next: at(after + 1, 1) };
    const before = find(place?.before);
    if (before >= 0) return { previous: at(before - 1, -1), next: entries[before] };
    return { previous: at(entries.length - 1, -1), next: undefined };
  }

  #seek(wanted: Entry): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const entry = this.#entries[middle];
      if (entry !== undefined && compareEntries(entry, wanted) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/**
 * A rank strictly between two. Ranks that leave no room (equal ones, made by two people at once, or of another making) give the
 * lower one with a digit behind it: the prediction only has to look right until the server's answer.
 */
export function rankBetween(low: string | undefined, high: string | undefined): string {
  try {
    return generateKeyBetween(low ?? null, high ?? null);
  } catch {
    const floor = low ?? "";
    return high !== undefined && floor >= high ? floor : `${floor}V`;
  }
}
