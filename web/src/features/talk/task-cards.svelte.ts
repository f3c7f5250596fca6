// Cards of tasks that are named by their keys in what was said: read when one is shown, and again now and then while it is, for what stands
// there moves. Whoever may not see the board is shown the key alone.
import { SvelteMap } from "svelte/reactivity";
import { boards } from "../../app/boards.svelte";
import { client } from "../../app/client";
import { Problem } from "../../sdk";

export interface TaskCard {
  readonly board_id: string;
  readonly task_id: string;
  readonly key: string;
  readonly title: string;
  readonly column: string;
  readonly done: boolean;
}

const AGAIN_MS = 20_000;

class TaskCards {
  readonly #known = new SvelteMap<string, TaskCard | null>();
  readonly #used = new Map<string, number>();
  readonly #loaded = new Set<string>();
  #timer: ReturnType<typeof setInterval> | undefined;

  /** Undefined while it is asked for; null where there is none to be seen. */
  card(org: string, key: string): TaskCard | null | undefined {
    return this.#known.get(`${org} ${key}`);
  }

  /** A chip shows it until the answer is called. */
  use(org: string, key: string): () => void {
    const id = `${org} ${key}`;
    const before = this.#used.get(id) ?? 0;
    this.#used.set(id, before + 1);
    if (before === 0) void this.#read(org, key);
    this.#timer ??= setInterval(() => this.#again(), AGAIN_MS);
    return () => {
      const left = (this.#used.get(id) ?? 1) - 1;
      if (left > 0) this.#used.set(id, left);
      else this.#used.delete(id);
      if (this.#used.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  }

  #again(): void {
    if (document.visibilityState !== "visible") return;
    for (const id of this.#used.keys()) {
      const [org = "", key = ""] = id.split(" ");
      if (this.#known.get(id) !== null) void this.#read(org, key);
    }
  }

  async #read(org: string, key: string): Promise<void> {
    const id = `${org} ${key}`;
    try {
      if (!this.#loaded.has(org)) {
        await boards.load(org);
        this.#loaded.add(org);
      }
      const board = boards.list(org).find((each) => each.key === key.split("-")[0]);
      if (!board) {
        this.#known.set(id, null);
        return;
      }
      const { board_id, task_id, key: now } = await client.channels.taskOf(org, board.board_id, key);
      const [{ face }, head] = await Promise.all([client.rest.task(org, board_id, task_id), client.rest.board(org, board_id)]);
      this.#known.set(id, { board_id, task_id, key: now, title: face.title, column: head.columns.find((each) => each.column_id === face.column_id)?.name ?? "", done: face.completed_at !== undefined });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (!error.temporary && !error.unreachable) this.#known.set(id, null);
    }
  }
}

export const taskCards = new TaskCards();
