//! One kind of entity in two layers: what is confirmed, and over it the effects of commands that are under way. What is visible is
//! the fold of those effects over the confirmed value, kept only for the keys they touch. It never guesses: a confirmed change is
//! taken first, the pending effects of that key are applied anew.

import type { Effect } from "./board-reduce";

type Reduce<V> = (value: V | undefined, effect: Effect) => V | undefined;

export interface Pending {
  readonly client_seq: number;
  readonly effect: Effect;
}

export class Layer<V extends object | string> {
  readonly #reduce: Reduce<V>;
  /** Marks a value that is not wholly confirmed. */
  readonly #mark: (value: V) => V;
  /** Called with each change of what is visible. */
  readonly #changed: (key: string, before: V | undefined, after: V | undefined) => void;
  #confirmed = new Map<string, V>();
  readonly #effects = new Map<string, Pending[]>();
  readonly #overlay = new Map<string, V | undefined>();
  #size = 0;

  constructor(reduce: Reduce<V>, changed: (key: string, before: V | undefined, after: V | undefined) => void, mark: (value: V) => V = (value) => value) {
    this.#reduce = reduce;
    this.#changed = changed;
    this.#mark = mark;
  }

  /** How many are visible. */
  get size(): number {
    return this.#size;
  }

  confirmed(key: string): V | undefined {
    return this.#confirmed.get(key);
  }

  confirmedValues(): IterableIterator<V> {
    return this.#confirmed.values();
  }

  confirmedEntries(): IterableIterator<[string, V]> {
    return this.#confirmed.entries();
  }

  visible(key: string): V | undefined {
    return this.#overlay.has(key) ? this.#overlay.get(key) : this.#confirmed.get(key);
  }

  *visibleEntries(): IterableIterator<[string, V]> {
    for (const [key, value] of this.#confirmed) if (!this.#overlay.has(key)) yield [key, value];
    for (const [key, value] of this.#overlay) if (value !== undefined) yield [key, value];
  }

  /** A committed event. Gives the confirmed value before it. */
  apply(key: string, effect: Effect): V | undefined {
    const confirmed = this.#confirmed.get(key);
    const next = this.#reduce(confirmed, effect);
    if (next === confirmed) return confirmed;
    const shown = this.visible(key);
    if (next === undefined) this.#confirmed.delete(key);
    else this.#confirmed.set(key, next);
    this.#refresh(key, shown);
    return confirmed;
  }

  /** The effect of a command that is under way, over what is visible now. */
  push(key: string, pending: Pending): void {
    const shown = this.visible(key);
    const effects = this.#effects.get(key);
    if (effects === undefined) this.#effects.set(key, [pending]);
    else {
      effects.push(pending);
      effects.sort((a, b) => a.client_seq - b.client_seq);
    }
    this.#refresh(key, shown);
  }

  /** The command is confirmed or refused: exactly its effect goes. */
  drop(key: string, client_seq: number): void {
    const effects = this.#effects.get(key);
    if (effects === undefined) return;
    const shown = this.visible(key);
    const left = effects.filter((pending) => pending.client_seq !== client_seq);
    if (left.length === 0) this.#effects.delete(key);
    else this.#effects.set(key, left);
    this.#refresh(key, shown);
  }

  /** Another confirmed state altogether; equal values keep their identity. Effects are dropped: they are predicted anew. */
  replace(next: Map<string, V>): void {
    const before = new Map(this.visibleEntries());
    for (const [key, value] of next) {
      const old = this.#confirmed.get(key);
      if (old !== undefined && same(old, value)) next.set(key, old);
    }
    this.#confirmed = next;
    this.#effects.clear();
    this.#overlay.clear();
    this.#size = next.size;
    for (const [key, value] of before) {
      const now = next.get(key);
      if (now !== value) this.#changed(key, value, now);
    }
    for (const [key, value] of next) if (!before.has(key)) this.#changed(key, undefined, value);
  }

  #refresh(key: string, before: V | undefined): void {
    const effects = this.#effects.get(key);
    let after = this.#confirmed.get(key);
    if (effects === undefined) this.#overlay.delete(key);
    else {
      for (const { effect } of effects) after = this.#reduce(after, effect);
      if (after !== undefined) after = this.#mark(after);
      this.#overlay.set(key, after);
    }
    if (before === after) return;
    this.#size += Number(after !== undefined) - Number(before !== undefined);
    this.#changed(key, before, after);
  }
}

/** Equality of plain data. */
export function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const left = Object.entries(a);
  if (left.length !== Object.keys(b).length) return false;
  return left.every(([key, value]) => key in b && same(value, (b as Record<string, unknown>)[key]));
}
