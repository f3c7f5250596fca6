// Which dialog of the talk is open: one at a time.
import type { ShownMessage } from "../../sdk";

export type TalkDialog =
  | { kind: "create" }
  | { kind: "browse" }
  | { kind: "search" }
  | { kind: "direct" }
  | { kind: "settings" }
  | { kind: "members" }
  | { kind: "pins" }
  | { kind: "shortcuts" }
  | { kind: "task"; message: ShownMessage }
  | { kind: "delete"; message: ShownMessage };

export class TalkDialogs {
  open: TalkDialog | undefined = $state.raw();

  show(dialog: TalkDialog): void {
    this.open = dialog;
  }
  close = (): void => {
    this.open = undefined;
  };
}

export const talkDialogs = new TalkDialogs();
