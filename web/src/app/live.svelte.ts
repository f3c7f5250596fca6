// From the sync client's cells to Svelte's signals. A `Live` subscribes only while something on screen reads it.
import { createSubscriber } from "svelte/reactivity";
import type { Cell } from "../sdk";

export class Live<T> {
  readonly #cell: Cell<T>;
  readonly #watch: () => void;

  constructor(cell: Cell<T>) {
    this.#cell = cell;
    this.#watch = createSubscriber((update) => cell.subscribe(update));
  }

  get value(): T {
    this.#watch();
    return this.#cell.get();
  }
}

export const live = <T>(cell: Cell<T>): Live<T> => new Live(cell);
