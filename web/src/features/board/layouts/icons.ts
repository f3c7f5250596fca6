// What stands for a layout.
import type { Layout } from "../../../sdk";
import type { IconName } from "../../../ui/icons";

export const LAYOUT_ICONS: Record<Layout, IconName> = {
  board: "board", table: "fields", list: "checklist", calendar: "calendar", timeline: "rows", dashboard: "priority",
};
