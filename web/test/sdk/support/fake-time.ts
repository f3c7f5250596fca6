// The time of the fake board's tasks: what the server would say.
import type { BoardCommand, BoardEvent, Code, TimeEntryView } from "../../../src/gen/protocol";

export interface Timed {
  time: Map<string, TimeEntryView>;
  working: Set<string>;
}

/** In the order in which it began. */
export function inTime(task: Timed): { time?: TimeEntryView[] } {
  const time = [...task.time.values()].sort((a, b) => a.started_at - b.started_at || (a.entry_id < b.entry_id ? -1 : 1));
  return time.length > 0 ? { time } : {};
}

/** What the card says of it. */
export const workingOn = (task: Timed): { tracked_s?: number; working?: string[] } => ({
  ...(task.time.size > 0 && { tracked_s: trackedOf(task) }),
  ...(task.working.size > 0 && { working: [...task.working].sort() }),
});

const trackedOf = (task: Timed): number => [...task.time.values()].reduce((all, entry) => all + entry.duration_s, 0);

/** Whoever did it is known when it is folded. */
export function spent(command: BoardCommand, task: Timed, refuse: (code: Code, field?: string) => never): BoardEvent[] | undefined {
  if (command.type !== "time.log" && command.type !== "time.update" && command.type !== "time.remove") return undefined;
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
