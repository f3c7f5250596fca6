// The code of dialogs and layouts, loaded when first opened and fetched ahead once the board stands, so that they open without a connection too.
import type { Layout } from "../../sdk";
import type { BoardDialog } from "./dialogs.svelte";

const picker = () => import("../palette/TaskPicker.svelte");

export const LAZY = {
  members: () => import("./MembersDialog.svelte"),
  access: () => import("./AccessDialog.svelte"),
  labels: () => import("./LabelsDialog.svelte"),
  categories: () => import("./CategoriesDialog.svelte"),
  fields: () => import("./FieldsDialog.svelte"),
  rename: () => import("./RenameDialog.svelte"),
  saveView: () => import("./SaveViewDialog.svelte"),
  views: () => import("./ViewsDialog.svelte"),
  archive: () => import("./ArchiveDialog.svelte"),
  time: () => import("./TimeDialog.svelte"),
  escalations: () => import("./EscalationsDialog.svelte"),
  past: () => import("./PastDialog.svelte"),
  transfer: () => import("./TransferDialog.svelte"),
  workflow: () => import("./WorkflowDialog.svelte"),
  shortcuts: () => import("../palette/ShortcutsDialog.svelte"),
  palette: () => import("../palette/Palette.svelte"),
  move: picker,
  assign: picker,
  label: picker,
  priority: picker,
  due: () => import("../palette/DueDialog.svelte"),
} satisfies Record<BoardDialog["kind"], () => Promise<unknown>>;

/** Layouts beside that of a board. */
export const LAID = {
  table: () => import("./layouts/TableLayout.svelte"),
  list: () => import("./layouts/ListLayout.svelte"),
  calendar: () => import("./layouts/CalendarLayout.svelte"),
  timeline: () => import("./layouts/TimelineLayout.svelte"),
  dashboard: () => import("./layouts/DashboardLayout.svelte"),
} satisfies Record<Exclude<Layout, "board">, () => Promise<unknown>>;

/** What cannot be fetched now is fetched when it is opened. */
export const prefetch = (): Promise<unknown> => Promise.allSettled([...Object.values(LAZY), ...Object.values(LAID)].map((load) => load()));
