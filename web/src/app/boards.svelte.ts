// The boards of each organization as lists: live while a screen follows them, read once otherwise.
import { SvelteMap } from "svelte/reactivity";
import { type BoardEntry, type BoardListHandle, type NewBoard, Problem } from "../sdk";
import { client } from "./client";
import { session } from "./session.svelte";

class Boards {
  #lists = new SvelteMap<string, readonly BoardEntry[]>();
  #failed = new SvelteMap<string, boolean>();
  #live = new Map<string, BoardListHandle>();

  /** Keeps the organization's list true until the answer is called. */
  follow(org: string): () => void {
    const list = client.openBoardList(org);
    this.#live.set(org, list);
    const ends = [
      list.boards.subscribe((boards) => {
        if (boards) this.#lists.set(org, boards);
      }),
      list.failed.subscribe((failed) => (failed ? this.#failed.set(org, true) : this.#failed.delete(org))),
      list.organization.view.subscribe((view) => view && session.changed(org, view)),
      list.organization.phase.subscribe((phase) => {
        // Not at log-out, which ends everything.
        if (phase === "revoked" && session.accountId) void session.reload();
      }),
    ];
    return () => {
      for (const end of ends) end();
      list.close();
      if (this.#live.get(org) === list) this.#live.delete(org);
    };
  }

  async load(org: string, min_position?: string): Promise<void> {
    try {
      this.#lists.set(org, await client.rest.boards(org, min_position));
      this.#failed.delete(org);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.#failed.set(org, true);
    }
  }

  known(org: string): boolean {
    return this.#lists.has(org);
  }
  failed(org: string): boolean {
    return this.#failed.has(org) && !this.#lists.has(org);
  }
  list(org: string): readonly BoardEntry[] {
    return this.#lists.get(org) ?? [];
  }

  async create(org: string, board: NewBoard): Promise<string> {
    const made = await client.rest.createBoard(org, board);
    await this.load(org, made.position);
    return made.board_id;
  }

  async change(org: string, board: string, verb: "archive" | "unarchive" | "delete" | "restore"): Promise<void> {
    const done = verb === "delete" ? await client.rest.deleteBoard(org, board) : await client.rest.changeBoard(org, board, verb);
    await this.load(org, done.position);
    // What is followed must not fall back to what it read before.
    this.#live.get(org)?.refresh(done.position);
  }
}

export const boards = new Boards();
