// What a person proves who they are with, beside the password. Read when asked for; what is known stays on screen meanwhile.
import { client } from "../../app/client";
import { type FactorList, Problem } from "../../sdk";

export class Factors {
  list: FactorList | undefined = $state.raw();
  failed = $state(false);

  async load(): Promise<void> {
    try {
      this.list = await client.identity.factors();
      this.failed = false;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.failed = true;
    }
  }
}
