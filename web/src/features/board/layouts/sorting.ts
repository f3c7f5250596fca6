// The rows of a table in the order of one of its columns. What has nothing there comes last, whichever way; what is equal stays as the
// board has it.
import { type FieldValue, type FieldView, PRIORITY_LANES, type TaskFace, valueIn } from "../../../sdk";

export type Way = "ascending" | "descending";
export interface Sort {
  readonly by: string;
  readonly way: Way;
}

/** What the ids of a card are called here. */
export interface Names {
  /** In the language of whoever looks. */
  readonly locale: string;
  readonly columns: readonly string[];
  readonly person: (account_id: string) => string;
  readonly label: (label_id: string) => string;
  readonly fields: readonly FieldView[];
}

type Value = string | number | undefined;
const list = (names: readonly string[]): Value => (names.length > 0 ? names.join(", ") : undefined);

function fieldValue(field: FieldView, value: FieldValue | undefined, names: Names): Value {
  switch (value?.kind) {
    case undefined:
      return undefined;
    case "text":
      return value.text;
    case "number":
      return Number(value.number);
    case "date":
      return value.date.at;
    case "select":
      return field.options?.findIndex((option) => option.option_id === value.option_id);
    case "person":
      return names.person(value.account_id);
    case "checkbox":
      return 0;
    case "url":
      return value.url;
  }
}

function cellOf(card: TaskFace, by: string, names: Names): Value {
  switch (by) {
    case "key":
      return card.number > 0 ? card.number : undefined;
    case "title":
      return card.title;
    case "column":
      return names.columns.indexOf(card.column_id);
    case "assignees":
      return list((card.assignees ?? []).map(names.person));
    case "priority":
      // None is nothing.
      return card.priority === undefined || card.priority === "none" ? undefined : PRIORITY_LANES.length - PRIORITY_LANES.indexOf(card.priority);
    case "due":
      return card.due?.at;
    case "labels":
      return list((card.labels ?? []).map(names.label));
    case "estimate":
      return card.minutes ?? card.points;
    case "tracked":
      return card.tracked_s;
    default: {
      const field = names.fields.find((one) => one.field_id === by);
      return field && fieldValue(field, valueIn(card, by), names);
    }
  }
}

export function sorted<T extends TaskFace>(cards: readonly T[], sort: Sort | undefined, names: Names): readonly T[] {
  if (!sort) return cards;
  const texts = new Intl.Collator(names.locale, { numeric: true, sensitivity: "base" });
  const sign = sort.way === "ascending" ? 1 : -1;
  const rows = cards.map((card, at) => ({ card, at, value: cellOf(card, sort.by, names) }));
  rows.sort((a, b) => {
    if (a.value === undefined || b.value === undefined) return Number(a.value === undefined) - Number(b.value === undefined) || a.at - b.at;
    const order = typeof a.value === "number" && typeof b.value === "number" ? a.value - b.value : texts.compare(String(a.value), String(b.value));
    return order * sign || a.at - b.at;
  });
  return rows.map(({ card }) => card);
}

/** A click on a head: up, down, and as the board has it again. */
export function nextSort(now: Sort | undefined, by: string): Sort | undefined {
  if (now?.by !== by) return { by, way: "ascending" };
  return now.way === "ascending" ? { by, way: "descending" } : undefined;
}
