// The boards of each organization as lists. They are read over REST and read again after a change of ours.
import { SvelteMap } from "svelte/reactivity";
import { type BoardEntry, type NewBoard, Problem } from "../sdk";
import { client } from "./client";

class Boards {
  #lists = new SvelteMap<string, readonly BoardEntry[]>();
  #failed = new SvelteMap<string, boolean>();

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

  async change(org: string, board: string, verb: "archive" | "unarchive" | "delete"): Promise<void> {
    const done = verb === "delete" ? await client.rest.deleteBoard(org, board) : await client.rest.changeBoard(org, board, verb);
    await this.load(org, done.position);
  }
}

export const boards = new Boards();
