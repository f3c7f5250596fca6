//! Hears that something of a board changed, and of which tasks, without holding the board.

import type { Events, TaskId } from "../gen/protocol";
import type { Consumer } from "./topics";

/** `tasks`: undefined where it may be all of them. `seq`: what is read must be as new. */
export type Pulsed = (tasks: ReadonlySet<TaskId> | undefined, seq: number) => void;

export class Pulse implements Consumer {
  readonly presence = false;
  readonly listeners = new Set<Pulsed>();

  replace(_parts: unknown, { seq }: { seq: number }): boolean {
    this.#tell(undefined, seq);
    return true;
  }

  apply({ events, seq }: Events): void {
    const tasks = new Set<TaskId>();
    for (const { event } of events) {
      if (!("task_id" in event)) {
        this.#tell(undefined, seq);
        return;
      }
      tasks.add(event.task_id);
    }
    this.#tell(tasks, seq);
  }

  phase(): void {}
  stale(): void {}
  caughtUp(): void {}
  moment(): void {}

  #tell(tasks: ReadonlySet<TaskId> | undefined, seq: number): void {
    for (const listener of [...this.listeners]) listener(tasks, seq);
  }
}
