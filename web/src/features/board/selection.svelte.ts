// The cards that are chosen together. What is asked of one of them, or of none in particular, is asked of all.
import { SvelteSet } from "svelte/reactivity";
import type { BoardHandle, TaskId } from "../../sdk";

export class Selection {
  readonly #chosen = new SvelteSet<TaskId>();
  readonly #handle: BoardHandle;
  /** Whether a card is to be seen: what one does not see, one does not mean. */
  readonly #seen: (task: TaskId) => boolean;

  constructor(handle: BoardHandle, seen: (task: TaskId) => boolean) {
    this.#handle = handle;
    this.#seen = seen;
  }

  has(task: TaskId): boolean {
    return this.#chosen.has(task);
  }

  /** True when it is chosen now. */
  toggle(task: TaskId): boolean {
    if (this.#chosen.delete(task)) return false;
    this.#chosen.add(task);
    return true;
  }

  clear(): void {
    this.#chosen.clear();
  }

  /** Those that are still to be seen on the board, in its order. */
  get tasks(): readonly TaskId[] {
    if (this.#chosen.size === 0) return [];
    return this.#handle.columnIds.get().flatMap((column) => this.#handle.tasksOf(column).get().filter((task) => this.#chosen.has(task) && this.#seen(task)));
  }

  /** What a wish about this card is about. */
  with(task: TaskId): readonly TaskId[] {
    const tasks = this.tasks;
    return tasks.length > 0 ? tasks : [task];
  }
}
