// What a person proves who they are with, beside the password. Read when asked for; what is known stays on screen meanwhile.
import { client } from "../../app/client";
import { Latest } from "../../app/latest";
import { type FactorList, Problem } from "../../sdk";

export class Factors {
  list: FactorList | undefined = $state.raw();
  failed = $state(false);
  readonly #latest = new Latest();

  async load(): Promise<void> {
    const counts = this.#latest.ask();
    try {
      const list = await client.identity.factors();
      if (!counts()) return;
      this.list = list;
      this.failed = false;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (counts()) this.failed = true;
    }
  }
}
