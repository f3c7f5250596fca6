// The entries that are chosen together. What is asked of one of them, or of none in particular, is asked of all.
import { SvelteSet } from "svelte/reactivity";
import type { InboxItem } from "../../sdk";

export class Chosen {
  readonly #numbers = new SvelteSet<number>();
  readonly #shown: () => readonly InboxItem[];

  /** `shown`: what is on the page: what one does not see, one does not mean. */
  constructor(shown: () => readonly InboxItem[]) {
    this.#shown = shown;
  }

  has(number: number): boolean {
    return this.#numbers.has(number);
  }

  add(number: number): void {
    this.#numbers.add(number);
  }

  toggle(number: number): void {
    if (!this.#numbers.delete(number)) this.#numbers.add(number);
  }

  all(): void {
    for (const { number } of this.#shown()) this.#numbers.add(number);
  }

  drop(numbers: Iterable<number>): void {
    for (const number of numbers) this.#numbers.delete(number);
  }

  clear(): void {
    this.#numbers.clear();
  }

  get items(): readonly InboxItem[] {
    return this.#numbers.size === 0 ? [] : this.#shown().filter(({ number }) => this.#numbers.has(number));
  }

  /** What a wish about this entry is about. */
  with(item: InboxItem | undefined): readonly InboxItem[] {
    const { items } = this;
    return items.length > 0 || !item ? items : [item];
  }
}
