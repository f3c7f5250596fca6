// What this server offers to those who are not logged in: asked once a page, again when somebody needs it and it did not answer.
import { Problem, type ServerInfo } from "../sdk";
import { client } from "./client";

/** Until it answers nothing is offered that may not be there. */
const UNKNOWN: ServerInfo = { registration: "open", mailbox: false, providers: [], passkeys: false };

class Server {
  info: ServerInfo = $state.raw(UNKNOWN);
  /** It answered, or cannot: what hangs on it can be shown and will not move. */
  asked = $state(false);
  #asking: Promise<void> | undefined;

  ask(): Promise<void> {
    this.#asking ??= this.#ask();
    return this.#asking;
  }

  async #ask(): Promise<void> {
    try {
      this.info = await client.identity.server();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.#asking = undefined;
    } finally {
      this.asked = true;
    }
  }
}

export const server = new Server();
