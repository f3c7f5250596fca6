//! The board's own fields as events change them. It knows nothing of what stands on the board.

import type { BoardHead } from "../gen/protocol";
import type { Effect } from "./board-reduce";
import type { BoardInfo } from "./types";

export function reduceInfo(info: BoardInfo | undefined, { event }: Effect): BoardInfo | undefined {
  if (info === undefined) return undefined;
  switch (event.type) {
    case "board.created": {
      const { org_id, name, key, visibility, team_id } = event;
      return { ...info, org_id, name, key, visibility, lifecycle: "active", ...(team_id !== undefined && { team_id }) };
    }
    case "board.updated": {
      const { name, visibility } = event;
      return { ...info, ...(name !== undefined && { name }), ...(visibility !== undefined && { visibility }) };
    }
    case "board.template.changed": {
      const { template: _before, ...rest } = info;
      return event.template ? { ...rest, template: true } : rest;
    }
    case "board.escalations.changed": {
      const { escalations: _before, ...rest } = info;
      return event.escalations.length > 0 ? { ...rest, escalations: event.escalations } : rest;
    }
    case "board.archived":
      return { ...info, lifecycle: "archived" };
    case "board.deleted":
      return { ...info, lifecycle: "deleted" };
    case "board.unarchived":
    case "board.restored":
      return { ...info, lifecycle: "active" };
    default:
      return info;
  }
}

export function infoOf(head: BoardHead): BoardInfo {
  const { board_id, org_id, team_id, name, key, visibility, lifecycle, template, escalations = [] } = head;
  return { board_id, org_id, name, key, visibility, lifecycle, ...(team_id !== undefined && { team_id }), ...(template === true && { template }), ...(escalations.length > 0 && { escalations }) };
}
