// Which dialog of the board is open; one at a time.

export type BoardDialog =
  | { kind: "members" }
  | { kind: "labels" }
  | { kind: "rename" }
  | { kind: "archive" }
  | { kind: "shortcuts" }
  | { kind: "palette" }
  | { kind: "move"; task: string }
  | { kind: "assign"; task: string }
  | { kind: "label"; task: string }
  | { kind: "priority"; task: string };

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
