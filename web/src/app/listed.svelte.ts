// A list that is read when asked for. What is known stays on screen meanwhile, and an older answer never replaces a newer one.
import { Problem } from "../sdk";
import { Latest } from "./latest";

export class Listed<T> {
  items: readonly T[] | undefined = $state.raw();
  /** The last question got no answer. */
  failed = $state(false);
  readonly #ask: () => Promise<readonly T[]>;
  readonly #latest = new Latest();

  constructor(ask: () => Promise<readonly T[]>) {
    this.#ask = ask;
  }

  read = async (): Promise<void> => {
    const counts = this.#latest.ask();
    try {
      const items = await this.#ask();
      if (!counts()) return;
      this.items = items;
      this.failed = false;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (counts()) this.failed = true;
    }
  };

  /** Gone, as the server said; answers on their way may still name it. */
  drop(gone: (item: T) => boolean): void {
    this.#latest.drop();
    this.items = this.items?.filter((each) => !gone(each));
  }
}
