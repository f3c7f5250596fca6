// Cards of tasks that are named by their keys in what was said: read when one is shown, and again whenever it changes. A few boards are
// listened to at once; tasks of others are read now and then. Whoever may not see the board is shown the key alone.
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
/** Boards that are listened to: a connection follows a limited number of places. */
const BOARDS_MAX = 6;

class TaskCards {
  readonly #known = new SvelteMap<string, TaskCard | null>();
  readonly #used = new Map<string, number>();
  readonly #loaded = new Set<string>();
  readonly #asked = new Map<string, number>();
  /** What ends listening to a board. */
  readonly #heard = new Map<string, () => void>();
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
      this.#unhear();
      if (this.#used.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  }

  #again(): void {
    if (document.visibilityState !== "visible") return;
    for (const id of this.#used.keys()) {
      const [org = "", key = ""] = id.split(" ");
      const card = this.#known.get(id);
      if (card !== null && !(card && this.#heard.has(card.board_id))) void this.#read(org, key);
    }
  }

  #hear(board_id: string): void {
    if (this.#heard.has(board_id) || this.#heard.size >= BOARDS_MAX) return;
    const end = client.watchBoard(board_id, (tasks, seq) => {
      for (const id of this.#used.keys()) {
        const card = this.#known.get(id);
        const [org = "", key = ""] = id.split(" ");
        if (card?.board_id === board_id && tasks?.has(card.task_id) !== false) void this.#read(org, key, { board_id, seq });
      }
    });
    this.#heard.set(board_id, end);
  }

  /** Boards of which nothing is shown any more. */
  #unhear(): void {
    const shown = new Set([...this.#used.keys()].map((id) => this.#known.get(id)?.board_id));
    for (const [board_id, end] of this.#heard) {
      if (shown.has(board_id)) continue;
      this.#heard.delete(board_id);
      end();
    }
  }

  /** `after`: something happened on this board by then, and what is read is as new. */
  async #read(org: string, key: string, after?: { board_id: string; seq: number }): Promise<void> {
    const id = `${org} ${key}`;
    const asked = (this.#asked.get(id) ?? 0) + 1;
    this.#asked.set(id, asked);
    const tell = (card: TaskCard | null) => {
      // A later question has the newer answer.
      if (this.#asked.get(id) === asked) this.#known.set(id, card);
    };
    try {
      if (!this.#loaded.has(org)) {
        await boards.load(org);
        this.#loaded.add(org);
      }
      const board = boards.list(org).find((each) => each.key === key.split("-")[0]);
      if (!board) {
        tell(null);
        return;
      }
      const { board_id, task_id, key: now } = await client.channels.taskOf(org, board.board_id, key);
      const seq = after?.board_id === board_id ? after.seq : undefined;
      const [{ face }, head] = await Promise.all([client.rest.task(org, board_id, task_id, seq), client.rest.board(org, board_id, seq)]);
      tell({ board_id, task_id, key: now, title: face.title, column: head.columns.find((each) => each.column_id === face.column_id)?.name ?? "", done: face.completed_at !== undefined });
      if (this.#used.has(id)) this.#hear(board_id);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (!error.temporary && !error.unreachable) tell(null);
    }
  }
}

export const taskCards = new TaskCards();
