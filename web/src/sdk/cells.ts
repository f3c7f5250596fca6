//! Cells: the smallest observable there is. A cell holds a value, tells when it changed, and knows nothing of any framework.
//! It must never call a subscriber when its value is the same, nor at the moment of subscribing.

export type Unsubscribe = () => void;

/** A value that can be read at any time and watched. `subscribe` does not call back at once: read `get()` first. */
export interface Cell<T> {
  get(): T;
  subscribe(fn: (value: T) => void): Unsubscribe;
}

/** A stream of things that happen, without a current value. */
export interface Signal<T> {
  subscribe(fn: (value: T) => void): Unsubscribe;
}

/** A cell that its owner may set. */
export class Box<T> implements Cell<T> {
  readonly #listeners = new Set<(value: T) => void>();
  #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  get(): T {
    return this.#value;
  }

  set(value: T): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const fn of [...this.#listeners]) fn(value);
  }

  subscribe(fn: (value: T) => void): Unsubscribe {
    // A wrapper of its own, so that one function subscribed twice is called twice and removed once each.
    const entry = (value: T): void => fn(value);
    this.#listeners.add(entry);
    return () => this.#listeners.delete(entry);
  }
}

/** A signal that its owner may emit. */
export class Emitter<T> implements Signal<T> {
  readonly #listeners = new Set<(value: T) => void>();

  emit(value: T): void {
    for (const fn of [...this.#listeners]) fn(value);
  }

  subscribe(fn: (value: T) => void): Unsubscribe {
    const entry = (value: T): void => fn(value);
    this.#listeners.add(entry);
    return () => this.#listeners.delete(entry);
  }
}

/** Listeners by key: thousands of cells cost nothing until somebody watches one. */
export class KeyedListeners<K, T> {
  readonly #by_key = new Map<K, Set<(value: T) => void>>();

  /** A cell over one key: thin, it may be made anew each time it is asked for. */
  cell(key: K, read: () => T): Cell<T> {
    return { get: read, subscribe: (fn) => this.#add(key, fn) };
  }

  emit(key: K, value: T): void {
    const listeners = this.#by_key.get(key);
    if (listeners !== undefined) for (const fn of [...listeners]) fn(value);
  }

  /** How many keys are watched. */
  get size(): number {
    return this.#by_key.size;
  }

  keys(): IterableIterator<K> {
    return this.#by_key.keys();
  }

  #add(key: K, fn: (value: T) => void): Unsubscribe {
    const entry = (value: T): void => fn(value);
    let listeners = this.#by_key.get(key);
    if (listeners === undefined) {
      listeners = new Set();
      this.#by_key.set(key, listeners);
    }
    listeners.add(entry);
    return () => {
      const current = this.#by_key.get(key);
      if (current === undefined) return;
      current.delete(entry);
      if (current.size === 0) this.#by_key.delete(key);
    };
  }
}
