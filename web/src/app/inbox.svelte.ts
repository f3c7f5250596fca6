// The inbox of whoever is logged in: followed as long as they are, by this one place. Whoever needs how far channels were read, or what is
// unread, asks here. An inbox that is not there yet is founded once.
import { untrack } from "svelte";
import { type Inbox, type InboxCommand, type InboxHandle, isAbout, isUnread, LIMITS, type Seen } from "../sdk";
import { client } from "./client";
import { session } from "./session.svelte";
import { titled } from "./title.svelte";

class OwnInbox {
  view: Inbox | undefined = $state.raw();
  #visible = $state(document.visibilityState === "visible");
  #handle: InboxHandle | undefined;
  #account: string | undefined;
  /** Founded for this account: never twice, whatever comes of it. */
  #founded: string | undefined;
  #ends: Array<() => void> = [];

  /** Called once, where effects may be made. */
  start(): void {
    document.addEventListener("visibilitychange", () => (this.#visible = document.visibilityState === "visible"));
    $effect.root(() => {
      $effect(() => {
        const account = session.accountId;
        untrack(() => this.#follow(account));
      });
      $effect(() => titled.count("inbox", this.unread));
    });
  }

  get unread(): number {
    return this.view?.unread ?? 0;
  }

  /** Resolves once the server has answered, whatever it said; undefined where there is no inbox to ask. */
  send(command: InboxCommand): Promise<unknown> | undefined {
    return this.#handle?.send(command).result;
  }

  /** The same of many entries: as many commands as that takes. */
  async sendOf(numbers: readonly number[], command: (numbers: number[]) => InboxCommand): Promise<void> {
    const most = LIMITS.inbox_numbers_max;
    const sent = Array.from({ length: Math.ceil(numbers.length / most) }, (_, at) => this.send(command(numbers.slice(at * most, (at + 1) * most))));
    await Promise.all(sent);
  }

  /** Whoever looks at this has seen what is told of it. Nothing is said where there is nothing unread about it, or nobody looks. In an
   *  effect it is said again when more is told meanwhile. */
  look(what: Seen): void {
    if (!this.view || !this.#visible) return;
    for (const entry of this.view.entries.values()) {
      if (!isUnread(entry) || !isAbout(entry, what)) continue;
      void this.send({ type: "inbox.seen", what, through: this.view.last_number });
      return;
    }
  }

  #follow(account: string | undefined): void {
    if (account === this.#account) return;
    this.#end();
    this.#account = account;
    if (account) this.#begin(account);
  }

  #begin(account: string): void {
    const handle = client.openInbox(account);
    this.#handle = handle;
    this.#ends = [
      handle.view.subscribe(() => (this.view = handle.view.get())),
      handle.phase.subscribe((phase) => {
        if (phase === "missing") void this.#found(account);
      }),
    ];
    this.view = handle.view.get();
  }

  /** Nobody was told anything yet: the inbox is there from now on. */
  async #found(account: string): Promise<void> {
    if (this.#founded === account) return;
    this.#founded = account;
    const result = await this.#handle?.send({ type: "inbox.open" }).result;
    if (result?.kind !== "ok" || this.#account !== account) return;
    this.#end();
    this.#account = account;
    this.#begin(account);
  }

  #end(): void {
    for (const end of this.#ends) end();
    this.#ends = [];
    this.#handle?.close();
    this.#handle = undefined;
    this.#account = undefined;
    this.view = undefined;
  }
}

export const inbox = new OwnInbox();
