//! Custom fields: what their events do, and what is probably said to their commands. As the rest of the fold these must equal the
//! server's, field by field.

import type { BoardCommand, BoardEvent, FieldId, FieldOption, FieldValue, FieldView, TaskFace } from "../gen/protocol";
import type { BoardStore } from "./board";
import type { Effect } from "./board-reduce";
import { valueIn } from "./field-values";
import { OrderedList } from "./ordered";

export { valueIn };

type Of<T extends BoardCommand["type"]> = Extract<BoardCommand, { type: T }>;

/** With this value in the field, or with none: values in the order of their fields' ids, and nothing where there are none. */
export function withValue(face: TaskFace, field_id: FieldId, value: FieldValue | undefined): TaskFace {
  const others = face.fields?.filter((held) => held.field_id !== field_id) ?? [];
  const fields = value === undefined ? others : [...others, { field_id, value }].sort((a, b) => (a.field_id < b.field_id ? -1 : 1));
  const { fields: _before, ...rest } = face;
  return fields.length === 0 ? rest : { ...rest, fields };
}

const isGone = (value: FieldValue | undefined, options: readonly FieldOption[]): boolean =>
  value?.kind === "select" && !options.some((option) => option.option_id === value.option_id);

/** A face after a field of the board changed: an option that is gone leaves it. */
export function withoutGone(face: TaskFace, event: Extract<BoardEvent, { type: "field.updated" | "field.deleted" }>): TaskFace {
  const value = valueIn(face, event.field_id);
  if (value === undefined) return face;
  const goes = event.type === "field.deleted" || (event.options !== undefined && isGone(value, event.options));
  return goes ? withValue(face, event.field_id, undefined) : face;
}

export function reduceField(field: FieldView | undefined, { event }: Effect): FieldView | undefined {
  if (event.type === "field.created") {
    const { field_id, name, kind, rank, options = [] } = event;
    return { field_id, name, kind, rank, ...(options.length > 0 && { options }) };
  }
  if (field === undefined || event.type === "field.deleted") return undefined;
  if (event.type === "field.moved") return { ...field, rank: event.rank };
  if (event.type !== "field.updated") return field;
  const { name, options } = event;
  const named = name === undefined ? field : { ...field, name };
  if (options === undefined) return named;
  const { options: _before, ...rest } = named;
  return options.length === 0 ? rest : { ...rest, options };
}

const orderOf = (store: BoardStore): OrderedList => OrderedList.of(store.fields.get().map(({ field_id, rank }) => ({ id: field_id, rank })));

/** What is probably said to a command about fields. */
export function predictField(command: BoardCommand, store: BoardStore): BoardEvent[] {
  switch (command.type) {
    case "field.create": {
      const { type: _type, place, ...fields } = command;
      return [{ type: "field.created", rank: orderOf(store).rankAt(place, command.field_id), ...fields }];
    }
    case "field.update":
      return [{ ...command, type: "field.updated" }];
    case "field.move": {
      const { field_id, place } = command;
      const order = orderOf(store);
      return order.isAt(place, field_id) ? [] : [{ type: "field.moved", field_id, rank: order.rankAt(place, field_id) }];
    }
    case "field.delete":
      return [{ ...command, type: "field.deleted" }];
    case "task.field.set": {
      const kind = store.field(command.field_id)?.kind;
      return kind === undefined ? [] : [{ ...command, type: "task.field.changed", kind }];
    }
    default:
      return [];
  }
}

/** What takes a command about the fields of a board back. What tasks had in a field or an option that is deleted is not put back. */
export function inverseOfField(command: BoardCommand, store: BoardStore): BoardCommand[] {
  if (command.type === "field.create") return [{ type: "field.delete", field_id: command.field_id }];
  const field = "field_id" in command ? store.field(command.field_id) : undefined;
  if (field === undefined) return [];
  const { field_id, name, options = [] } = field;
  if (command.type === "field.move") return [{ type: "field.move", field_id, place: orderOf(store).placeOf(field_id) }];
  if (command.type !== "field.update" || losesValues(command, store)) return [];
  return [{ type: "field.update", field_id, ...(command.name !== undefined && { name }), ...(command.options !== undefined && { options }) }];
}

function losesValues({ field_id, options }: Of<"field.update">, store: BoardStore): boolean {
  if (options === undefined) return false;
  for (const card of store.cards()) if (isGone(valueIn(card, field_id), options)) return true;
  return false;
}
