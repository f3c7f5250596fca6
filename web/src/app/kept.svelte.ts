// What this person keeps for themselves: stars. Their own account says when something changed, here or on another device; what it is, is
// read then.
import { SvelteSet } from "svelte/reactivity";
import { Problem } from "../sdk";
import { client } from "./client";
import { problemText } from "./problem-text";
import { session } from "./session.svelte";
import { toasts } from "./toasts.svelte";

class Kept {
  readonly #stars = new SvelteSet<string>();
  /** Raised whenever something that is kept may be another. */
  version = $state(0);
  #account: string | undefined;
  #end: (() => void) | undefined;
  #asked = 0;

  /** Called once, where effects may be made. */
  start(): void {
    $effect.root(() => {
      $effect(() => this.#follow(session.accountId));
    });
  }

  starred(board: string): boolean {
    return this.#stars.has(board);
  }

  async star(org: string, board: string, starred: boolean): Promise<void> {
    this.#asked += 1;
    this.#set(board, starred);
    try {
      await client.rest.star(org, board, starred);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.#set(board, !starred);
      toasts.show(problemText(error), { kind: "bad" });
    }
  }

  #set(board: string, starred: boolean): void {
    if (starred) this.#stars.add(board);
    else this.#stars.delete(board);
  }

  #follow(account: string | undefined): void {
    if (account === this.#account) return;
    this.#account = account;
    this.#end?.();
    this.#end = undefined;
    this.#stars.clear();
    if (account === undefined) return;
    const handle = client.openAccount(account);
    // Also after each reconnection: the view is there before its first event can be missed.
    let seen: number | undefined | null = null;
    const end = handle.view.subscribe((view) => {
      if (view === undefined || view.kept_seq === seen) return;
      seen = view.kept_seq;
      this.version += 1;
      void this.#read(account);
    });
    this.#end = () => {
      end();
      handle.close();
    };
  }

  async #read(account: string): Promise<void> {
    this.#asked += 1;
    const turn = this.#asked;
    try {
      const stars = await client.rest.stars();
      // Asked again meanwhile, or changed here: another answer is on its way.
      if (turn !== this.#asked || account !== this.#account) return;
      const now = new Set(stars.map((star) => star.board_id));
      for (const board of this.#stars) if (!now.has(board)) this.#stars.delete(board);
      for (const board of now) this.#stars.add(board);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
    }
  }
}

export const kept = new Kept();
