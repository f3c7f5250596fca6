//! What tasks say of one another, found from the other side: the parts of a task, and who depends on it. Follows the shown cards; a task
//! that left the board says nothing any more. It holds sets of ids alone.

import type { DependencyKind, TaskId } from "../gen/protocol";
import { type Cell, KeyedListeners } from "./cells";
import type { Card } from "./types";

/** A dependency as the other task said it. */
export interface Backward {
  readonly kind: DependencyKind;
  /** Who said it. */
  readonly task_id: TaskId;
}

const NO_PARTS: readonly TaskId[] = [];
const NO_BACKWARD: readonly Backward[] = [];

export class Relations {
  readonly #parts = new Map<TaskId, readonly TaskId[]>();
  readonly #backward = new Map<TaskId, readonly Backward[]>();
  readonly #parts_cells = new KeyedListeners<TaskId, readonly TaskId[]>();
  readonly #backward_cells = new KeyedListeners<TaskId, readonly Backward[]>();
  readonly #parts_dirty = new Set<TaskId>();
  readonly #backward_dirty = new Set<TaskId>();

  /** Active tasks that are parts of this one, in the order of their ids, which is that of their making. */
  parts(task_id: TaskId): Cell<readonly TaskId[]> {
    return this.#parts_cells.cell(task_id, () => this.#parts.get(task_id) ?? NO_PARTS);
  }

  /** What other active tasks say of this one. */
  backward(task_id: TaskId): Cell<readonly Backward[]> {
    return this.#backward_cells.cell(task_id, () => this.#backward.get(task_id) ?? NO_BACKWARD);
  }

  /** A card came, changed or went. */
  change(task_id: TaskId, before: Card | undefined, after: Card | undefined): void {
    if (before?.parent_id !== after?.parent_id) {
      if (before?.parent_id !== undefined) this.#setParts(before.parent_id, (parts) => parts.filter((part) => part !== task_id));
      if (after?.parent_id !== undefined) this.#setParts(after.parent_id, (parts) => [...parts, task_id].sort());
    }
    if (before?.dependencies === after?.dependencies) return;
    for (const { other_id } of before?.dependencies ?? []) this.#setBackward(other_id, (said) => said.filter((one) => one.task_id !== task_id));
    for (const { kind, other_id } of after?.dependencies ?? []) this.#setBackward(other_id, (said) => [...said, { kind, task_id }]);
  }

  /** Speaks: every cell whose value changed since the last flush. */
  flush(): void {
    const [parts, backward] = [[...this.#parts_dirty], [...this.#backward_dirty]];
    this.#parts_dirty.clear();
    this.#backward_dirty.clear();
    for (const id of parts) this.#parts_cells.emit(id, this.#parts.get(id) ?? NO_PARTS);
    for (const id of backward) this.#backward_cells.emit(id, this.#backward.get(id) ?? NO_BACKWARD);
  }

  #setParts(id: TaskId, change: (parts: readonly TaskId[]) => readonly TaskId[]): void {
    const next = change(this.#parts.get(id) ?? NO_PARTS);
    if (next.length === 0) this.#parts.delete(id);
    else this.#parts.set(id, next);
    this.#parts_dirty.add(id);
  }

  #setBackward(id: TaskId, change: (said: readonly Backward[]) => readonly Backward[]): void {
    const next = change(this.#backward.get(id) ?? NO_BACKWARD);
    if (next.length === 0) this.#backward.delete(id);
    else this.#backward.set(id, next);
    this.#backward_dirty.add(id);
  }
}
