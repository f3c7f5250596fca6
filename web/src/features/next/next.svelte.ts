// What this person should do next. What is known stays on screen while it is asked again, and an older answer never replaces a newer one.
import { client } from "../../app/client";
import { Latest } from "../../app/latest";
import { type NextList, Problem } from "../../sdk";

/** What the server gives at once, and at most. */
const FEW = 20;
const MOST = 100;

export class NextTasks {
  list: NextList | undefined = $state.raw();
  /** The last question got no answer. */
  failed = $state(false);
  busy = $state(false);
  #limit = $state(FEW);
  readonly #latest = new Latest();

  /** Whether there are more that can be shown. */
  get more(): boolean {
    return this.list !== undefined && this.list.total > this.list.items.length && this.#limit < MOST;
  }

  read = async (): Promise<void> => {
    const counts = this.#latest.ask();
    this.busy = true;
    try {
      const list = await client.rest.next({ limit: this.#limit });
      if (!counts()) return;
      this.list = list;
      this.failed = false;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (counts()) this.failed = true;
    } finally {
      if (counts()) this.busy = false;
    }
  };

  showMore = (): Promise<void> => {
    this.#limit = MOST;
    return this.read();
  };
}
