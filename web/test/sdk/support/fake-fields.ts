//! Custom fields of the fake board: what is said to commands, and the fold of their events, without any of the client's code.

import type { BoardCommand, BoardEvent, FieldValue, FieldView } from "../../../src/gen/protocol";
import type { FakeBoard } from "./fake-board";
import { Refused, failure } from "./fake-board";

type Of<T extends BoardCommand["type"]> = Extract<BoardCommand, { type: T }>;

const refuse = (code: Parameters<typeof failure>[0], field: string): never => {
  throw new Refused(failure(code, field));
};

export const fieldsOf = (board: FakeBoard): FieldView[] =>
  [...board.fields.values()].sort((a, b) => (a.rank === b.rank ? (a.field_id < b.field_id ? -1 : 1) : a.rank < b.rank ? -1 : 1));

export function decideField(board: FakeBoard, command: BoardCommand, rank: (place: Of<"field.move">["place"], id: string) => string): BoardEvent[] {
  if (command.type === "field.create") {
    const { type: _type, place, ...fields } = command;
    if (board.fields.has(command.field_id)) refuse("already_exists", "field_id");
    return [{ type: "field.created", rank: rank(place, command.field_id), ...fields }];
  }
  if (!("field_id" in command)) return refuse("malformed", "type");
  const field = board.fields.get(command.field_id) ?? refuse("not_found", "field_id");
  switch (command.type) {
    case "field.update":
      return [{ ...command, type: "field.updated" }];
    case "field.move":
      return [{ type: "field.moved", field_id: command.field_id, rank: rank(command.place, command.field_id) }];
    case "field.delete":
      return [{ ...command, type: "field.deleted" }];
    case "task.field.set": {
      const { value } = command;
      if (value !== undefined && value.kind !== field.kind) refuse("field_invalid", "value.kind");
      if (value?.kind === "select" && field.options?.some((option) => option.option_id === value.option_id) !== true) refuse("not_found", "value.option_id");
      return [{ ...command, type: "task.field.changed", kind: field.kind }];
    }
    default:
      return refuse("malformed", "type");
  }
}

/** Takes values of a field away. */
function clear(board: FakeBoard, field_id: string, goes: (value: FieldValue) => boolean): void {
  for (const task of board.tasks.values()) {
    const value = task.fields.get(field_id);
    if (value !== undefined && goes(value)) task.fields.delete(field_id);
  }
}

export function foldField(board: FakeBoard, event: BoardEvent): void {
  switch (event.type) {
    case "field.created": {
      const { field_id, name, kind, rank, options } = event;
      board.fields.set(field_id, { field_id, name, kind, rank, ...(options !== undefined && options.length > 0 && { options }) });
      return;
    }
    case "field.updated": {
      const field = board.fields.get(event.field_id);
      if (field === undefined) return;
      if (event.name !== undefined) field.name = event.name;
      const { options } = event;
      if (options === undefined) return;
      if (options.length > 0) field.options = options;
      else delete field.options;
      clear(board, event.field_id, (value) => value.kind === "select" && !options.some((option) => option.option_id === value.option_id));
      return;
    }
    case "field.moved": {
      const field = board.fields.get(event.field_id);
      if (field !== undefined) field.rank = event.rank;
      return;
    }
    case "field.deleted":
      board.fields.delete(event.field_id);
      clear(board, event.field_id, () => true);
      for (const column of board.columns.values()) {
        const { workflow } = column;
        const left = workflow?.required_fields?.filter((id) => id !== event.field_id);
        if (workflow === undefined || left === undefined) continue;
        if (left.length > 0) workflow.required_fields = left;
        else delete workflow.required_fields;
        if (Object.keys(workflow).length === 0) delete column.workflow;
      }
      return;
    case "task.field.changed": {
      const fields = board.tasks.get(event.task_id)?.fields;
      if (event.value === undefined) fields?.delete(event.field_id);
      else fields?.set(event.field_id, event.value);
      return;
    }
    default:
  }
}
