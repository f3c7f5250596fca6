// The time of the fake board's tasks: what the server would say.
import type { BoardCommand, BoardEvent, Code, TimeEntryView } from "../../../src/gen/protocol";

interface Held {
  readonly time: ReadonlyMap<string, TimeEntryView>;
}

export const trackedOf = (task: Held): number => [...task.time.values()].reduce((all, entry) => all + entry.duration_s, 0);

/** Whoever did it is known when it is folded. */
export function spent(command: Extract<BoardCommand, { type: "time.log" | "time.update" | "time.remove" }>, task: Held, refuse: (code: Code, field?: string) => never): BoardEvent[] {
  const before = task.time.get(command.entry_id);
  if (command.type === "time.log") {
    if (before !== undefined) refuse("already_exists", "entry_id");
    return [{ ...command, type: "time.logged", account_id: command.account_id ?? "", tracked_s: trackedOf(task) + command.duration_s }];
  }
  if (before === undefined) return refuse("not_found", "entry_id");
  const others = trackedOf(task) - before.duration_s;
  if (command.type === "time.remove") return [{ ...command, type: "time.removed", tracked_s: others }];
  return [{ ...command, type: "time.updated", tracked_s: others + (command.duration_s ?? before.duration_s) }];
}
