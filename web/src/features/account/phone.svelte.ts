// The number that one's text messages go to, as the server last told it. Several sections show what follows from it.
import { client } from "../../app/client";
import { Latest } from "../../app/latest";
import { type PhoneEntry, Problem } from "../../sdk";

class OwnPhone {
  /** Undefined until the first answer. */
  entry: PhoneEntry | undefined = $state.raw();
  readonly #latest = new Latest();

  read = async (): Promise<void> => {
    const counts = this.#latest.ask();
    try {
      const entry = await client.devices.phone();
      if (counts()) this.entry = entry;
    } catch (error) {
      // What is known stays; a page that has nothing shows nothing of it.
      if (!(error instanceof Problem)) throw error;
    }
  };

  set(entry: PhoneEntry): void {
    this.#latest.ask();
    this.entry = entry;
  }
}

export const phone = new OwnPhone();
