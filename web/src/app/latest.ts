// Of several questions under way the one asked last counts: the answer to an older one may come later and know less.

export class Latest {
  #turn = 0;

  /** Begins a question; what it gives says whether the answer still counts. */
  ask(): () => boolean {
    this.#turn += 1;
    const mine = this.#turn;
    return () => mine === this.#turn;
  }

  /** Whether anything was asked. */
  get asked(): boolean {
    return this.#turn > 0;
  }

  /** What is known has changed: answers that are on their way do not count. */
  drop(): void {
    this.#turn += 1;
  }
}
