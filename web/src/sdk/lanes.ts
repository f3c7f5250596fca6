//! Rows of a board: in which a card stands, and what it takes to put it into another. A card with several labels or people stands in the
//! row of each; `none` is the row of those that have nothing of the kind.

import type { BoardCommand, FieldValue, FieldView, Lanes, Priority, TaskFace } from "../gen/protocol";
import { valueIn } from "./field-values";
import { daysAfter, dueDay, type Looker } from "./filter";

export const NO_LANE = "none";
/** The row of what is ticked in a field; what is not stands in `none`. */
export const CHECKED_LANE = "checked";
/** Kinds of fields of which there are rows. */
export const LANE_KINDS: readonly FieldView["kind"][] = ["select", "person", "checkbox"];
export const PRIORITY_LANES: readonly Priority[] = ["urgent", "high", "medium", "low", "none"];
/** By the day on which something is due; `week`: after tomorrow, within seven days. */
export const DUE_LANES = ["past", "today", "tomorrow", "week", "later", NO_LANE] as const;

function dueLane({ due }: TaskFace, looker: Looker): (typeof DUE_LANES)[number] {
  if (due === undefined) return NO_LANE;
  const [day, today] = [dueDay(due, looker), looker.day(looker.now)];
  if (day < today) return "past";
  if (day === today) return "today";
  if (day === daysAfter(today, 1)) return "tomorrow";
  return day <= daysAfter(today, 7) ? "week" : "later";
}

function fieldLane(value: FieldValue | undefined, looker: Looker): string {
  if (value?.kind === "select") return value.option_id;
  if (value?.kind === "person") return looker.resolve(value.account_id);
  return value?.kind === "checkbox" ? CHECKED_LANE : NO_LANE;
}

/** What a row of a field stands for; undefined where it stands for nothing, or the field has no rows. */
function laneValue(field: FieldView | undefined, lane: string): FieldValue | undefined {
  if (field?.kind === "select" && field.options?.some(({ option_id }) => option_id === lane)) return { kind: "select", option_id: lane };
  if (field?.kind === "person") return { kind: "person", account_id: lane };
  return field?.kind === "checkbox" && lane === CHECKED_LANE ? { kind: "checkbox" } : undefined;
}

const orNone = (ids: readonly string[]): readonly string[] => (ids.length > 0 ? ids : [NO_LANE]);

/** The rows that a card stands in. */
export function lanesOf(lanes: Lanes | undefined, face: TaskFace, looker: Looker): readonly string[] {
  switch (lanes?.by) {
    case undefined:
      return [""];
    case "assignee":
      return orNone([...new Set((face.assignees ?? []).map((id) => looker.resolve(id)))]);
    case "label":
      return orNone(face.labels ?? []);
    case "priority":
      return [face.priority ?? "none"];
    case "category":
      return [face.category_id ?? NO_LANE];
    case "parent":
      return [face.parent_id ?? NO_LANE];
    case "due":
      return [dueLane(face, looker)];
    case "field":
      return [fieldLane(looker.field(lanes.field_id) && valueIn(face, lanes.field_id), looker)];
    default:
      return [];
  }
}

/** What puts a card from one row into another; undefined where a row says too little: some day is no day. */
export function toLane(lanes: Lanes | undefined, face: TaskFace, from: string, to: string, looker: Looker): BoardCommand[] | undefined {
  const { task_id } = face;
  if (from === to) return [];
  switch (lanes?.by) {
    case "assignee": {
      // Those who turned out to be somebody else are on the card as who they were.
      const leaving = (face.assignees ?? []).filter((id) => to === NO_LANE || looker.resolve(id) === from);
      const has = (face.assignees ?? []).some((id) => looker.resolve(id) === to);
      return [
        ...leaving.map((account_id): BoardCommand => ({ type: "task.unassign", task_id, account_id })),
        ...(to === NO_LANE || has ? [] : [{ type: "task.assign", task_id, account_id: to } as const]),
      ];
    }
    case "label": {
      const leaving = (face.labels ?? []).filter((id) => to === NO_LANE || id === from);
      const has = face.labels?.includes(to) === true;
      return [
        ...leaving.map((label_id): BoardCommand => ({ type: "task.unlabel", task_id, label_id })),
        ...(to === NO_LANE || has ? [] : [{ type: "task.label", task_id, label_id: to } as const]),
      ];
    }
    case "priority":
      return [{ type: "task.prioritize", task_id, priority: to as Priority }];
    case "category":
      return [{ type: "task.categorize", task_id, ...(to !== NO_LANE && { category_id: to }) }];
    case "parent":
      // Nothing is a part of itself.
      return to === task_id ? undefined : [{ type: "task.parent.set", task_id, ...(to !== NO_LANE && { parent_id: to }) }];
    case "due": {
      const start = face.start_at === undefined ? {} : { start_at: face.start_at };
      if (to === NO_LANE) return [{ type: "task.schedule", task_id, ...start }];
      const days = to === "today" ? 0 : to === "tomorrow" ? 1 : undefined;
      if (days === undefined) return undefined;
      const at = Date.parse(`${daysAfter(looker.day(looker.now), days)}T00:00:00Z`) * 1_000;
      return [{ type: "task.schedule", task_id, ...start, due: { at, has_time: false } }];
    }
    case "field": {
      const field = looker.field(lanes.field_id);
      if (field === undefined) return undefined;
      const { field_id } = field;
      if (to === NO_LANE) return [{ type: "task.field.set", task_id, field_id }];
      const value = laneValue(field, to);
      return value && [{ type: "task.field.set", task_id, field_id, value }];
    }
    default:
      return undefined;
  }
}
