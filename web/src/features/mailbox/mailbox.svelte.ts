// The mails of a server that sends none, newest first: asked for again and again while somebody looks.
import { client } from "../../app/client";
import { type MailEntry, Problem } from "../../sdk";

const AGAIN_MS = 2_000;

export class Mailbox {
  list: readonly MailEntry[] | undefined = $state.raw();
  /** The last question got no answer. */
  failed = $state(false);
  /** This server has no such thing. */
  missing = $state(false);

  async load(): Promise<void> {
    try {
      const list = await client.identity.mailbox();
      this.failed = false;
      if (JSON.stringify(list) !== JSON.stringify(this.list)) this.list = [...list].sort((a, b) => b.at - a.at);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.missing = error.status === 404;
      this.failed = !this.missing;
    }
  }

  /** Until the answer is called. */
  follow(): () => void {
    void this.load();
    const timer = setInterval(() => {
      if (document.visibilityState === "visible" && !this.missing) void this.load();
    }, AGAIN_MS);
    return () => clearInterval(timer);
  }
}
