// What a menu holds.
import type { IconName } from "./icons";

export type MenuItem =
  | {
      label: string;
      run: () => void;
      icon?: IconName;
      shortcut?: string;
      danger?: boolean;
      checked?: boolean;
      disabled?: boolean;
      colour?: string;
    }
  | "line";
