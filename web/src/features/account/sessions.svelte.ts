// Where the caller is logged in. Read when asked for; what is known stays on screen meanwhile.
import { client } from "../../app/client";
import { Latest } from "../../app/latest";
import { Problem, type SessionEntry } from "../../sdk";
import { inOrder } from "./device";

export class Sessions {
  list: readonly SessionEntry[] | undefined = $state.raw();
  failed = $state(false);
  readonly #latest = new Latest();

  async load(): Promise<void> {
    const counts = this.#latest.ask();
    try {
      const list = await client.rest.sessions();
      if (!counts()) return;
      this.list = inOrder(list, this.list);
      this.failed = false;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (counts()) this.failed = true;
    }
  }

  async end(id: string): Promise<void> {
    try {
      await client.rest.endSession(id);
    } catch (error) {
      // It has ended by itself: what was wanted.
      if (!(error instanceof Problem) || error.code !== "not_found") throw error;
    }
    // An answer that is on its way may still name it.
    this.#latest.drop();
    this.list = this.list?.filter((each) => each.session_id !== id);
  }
}
