// Which dialog of the board is open; one at a time.

export type BoardDialog =
  | { kind: "members" }
  | { kind: "access" }
  | { kind: "labels" }
  | { kind: "categories" }
  | { kind: "fields" }
  | { kind: "rename" }
  | { kind: "archive" }
  | { kind: "past" }
  | { kind: "time" }
  /** Who is told of what is overdue for long. */
  | { kind: "escalations" }
  /** Saves what is shown; `fresh`: as a view of its own. */
  | { kind: "saveView"; fresh?: boolean }
  /** All views. */
  | { kind: "views" }
  | { kind: "shortcuts" }
  | { kind: "palette" }
  /** To another board. */
  | { kind: "transfer"; task: string }
  /** The rules of a column. */
  | { kind: "workflow"; column: string }
  /** Of one card, or of several together. */
  | { kind: "move" | "assign" | "label" | "priority" | "due"; tasks: readonly string[] };

class Dialogs {
  open: BoardDialog | undefined = $state.raw();

  show(dialog: BoardDialog): void {
    this.open = dialog;
  }
  close = (): void => {
    this.open = undefined;
  };
}

export const dialogs = new Dialogs();
