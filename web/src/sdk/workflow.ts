//! The rules of columns, as far as this client sees what they ask for. The server decides: what is surely refused is not shown as if
//! it were done, and nothing more hangs on this.

import type { ColumnId, ColumnView, Requirement, TaskFace, Workflow } from "../gen/protocol";
import type { BoardStore } from "./board";
import { valueIn } from "./fields";

type Seen = Pick<TaskFace, "assignees" | "due" | "has_description" | "points" | "minutes" | "labels" | "priority" | "checklist">;

const HAS: Record<Requirement, (face: Seen) => boolean> = {
  assignee: (face) => (face.assignees?.length ?? 0) > 0,
  due: (face) => face.due !== undefined,
  description: (face) => face.has_description === true,
  estimate: (face) => face.points !== undefined || face.minutes !== undefined,
  label: (face) => (face.labels?.length ?? 0) > 0,
  priority: (face) => (face.priority ?? "none") !== "none",
  checklists: ({ checklist }) => checklist === undefined || checklist[0] === checklist[1],
};

/** Whether there is a limit that lets nobody in any more. */
export const isFull = (column: ColumnView | undefined, count: number): boolean =>
  column?.workflow?.wip?.mode === "refuse" && count >= column.workflow.wip.limit;

/** Whether the rules let a task that is in one column into the other, whoever brings it. */
export function letsIn(store: BoardStore, face: TaskFace, column_id: ColumnId): boolean {
  const column = store.columns.visible(column_id);
  const next = store.columns.visible(face.column_id)?.workflow?.next;
  if (next !== undefined && !next.includes(column_id)) return false;
  if (column?.workflow?.required?.some((one) => !HAS[one](face)) === true) return false;
  if (column?.workflow?.required_fields?.some((field_id) => valueIn(face, field_id) === undefined) === true) return false;
  return !isFull(column, store.order(column_id).length);
}

/** Without any rule: as a column has it that never had one. */
export const isFree = (workflow: Workflow | undefined): boolean =>
  workflow === undefined || (workflow.wip === undefined && workflow.next === undefined && (workflow.required?.length ?? 0) === 0 && (workflow.required_fields?.length ?? 0) === 0 && (workflow.enter ?? { by: "editors" }).by === "editors");
