//! What a filter means, by the same rules and vectors as the server's: whether a card meets all of its conditions. Who looks, the day and
//! the zone come from whoever asks. What this program does not know it never takes for met.

import type { AccountId, CategoryId, Condition, Due, DueWhen, FieldId, FieldView, Lanes, Layout, Look, TaskFace } from "../gen/protocol";
import { DATE_WHENS, fieldHolds, FIELD_TESTS } from "./filter-field";
import { DECIMAL, valueIn } from "./field-values";
import { SORT_BY } from "./sort";

/** Who looks, and when. */
export interface Looker {
  /** Nobody, for the public. */
  readonly me: AccountId | undefined;
  /** Microseconds. */
  readonly now: number;
  /** The day of a moment where they are, as `2026-11-22`. */
  day(micros: number): string;
  /** Who somebody is now who was a stand-in once. */
  resolve(account_id: AccountId): AccountId;
  /** A custom field of the board; none where it is gone. */
  field(field_id: FieldId): FieldView | undefined;
}

/** A card, with what its face does not hold. */
export interface Seen {
  readonly face: TaskFace;
  /** `OPS-42`. */
  readonly key: string;
  /** Another card, not done yet, blocks it. */
  blocked(): boolean;
  /** Whoever looks follows it. */
  watched(): boolean;
}

const MICROS_PER_MS = 1_000;
const DAY_MS = 86_400_000;

/** A date without a time is midnight UTC of that date, and that date everywhere. */
export const utcDay = (micros: number): string => new Date(Math.floor(micros / MICROS_PER_MS)).toISOString().slice(0, 10);
export const daysAfter = (day: string, days: number): string => new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
export const dueDay = (due: Due, looker: Looker): string => (due.has_time ? looker.day(due.at) : utcDay(due.at));

/** What a field holds. One that has to be there ends in `!`. */
type Kind = "ids" | "ids!" | "flag" | "flag!" | "text!" | "number!" | "decimal" | "whens!" | "dates!" | "test!" | "by!";
export type Fields = Readonly<Record<string, Kind>>;

const FIELDS: Record<Condition["on"], Fields> = {
  assignee: { me: "flag", nobody: "flag", people: "ids" },
  label: { any: "ids", bare: "flag", all: "ids", none: "ids" },
  priority: { priorities: "ids!" },
  category: { none: "flag", categories: "ids" },
  column: { columns: "ids!" },
  parent: { none: "flag", parents: "ids" },
  due: { any: "whens!" },
  completed: { is: "flag!" },
  text: { words: "text!" },
  watched: {},
  blocked: { is: "flag!" },
  field: { field_id: "text!", test: "test!" },
};
const WHENS: Record<DueWhen["when"], Fields> = { overdue: {}, today: {}, next_days: { days: "number!" }, before: { day: "text!" }, after: { day: "text!" }, never: {} };
const LANES: Record<Lanes["by"], Fields> = { assignee: {}, label: {}, priority: {}, category: {}, parent: {}, due: {}, field: { field_id: "text!" } };
const SORT: Fields = { by: "by!", descending: "flag" };

const isList = (value: unknown, each: (one: unknown) => boolean): boolean => Array.isArray(value) && value.every(each);

function holds(kind: Kind, value: unknown): boolean {
  if (value === undefined) return !kind.endsWith("!");
  switch (kind) {
    case "flag":
    case "flag!":
      return typeof value === "boolean";
    case "text!":
      return typeof value === "string";
    case "number!":
      return typeof value === "number" && Number.isSafeInteger(value) && Math.abs(value) < 100_000;
    case "decimal":
      return typeof value === "string" && DECIMAL.test(value);
    case "whens!":
      return isList(value, (one) => isOne(one, "when", WHENS));
    case "dates!":
      return isList(value, (one) => isOne(one, "when", DATE_WHENS));
    case "test!":
      return isOne(value, "is", FIELD_TESTS);
    case "by!":
      return isOne(value, "on", SORT_BY);
    default:
      return isList(value, (one) => typeof one === "string");
  }
}

/** Whether this is one of these, named by its field `own`, and holds what those hold and nothing else. */
function isOne(value: unknown, own: string, kinds: Readonly<Record<string, Fields>>): boolean {
  if (typeof value !== "object" || value === null) return false;
  const given = value as Record<string, unknown>;
  const name = given[own];
  const fields = typeof name === "string" && Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  return fields !== undefined && hasOnly(given, fields, own);
}

function hasOnly(given: Record<string, unknown>, fields: Fields, own?: string): boolean {
  return Object.keys(given).every((key) => key === own || Object.hasOwn(fields, key)) && Object.entries(fields).every(([key, kind]) => holds(kind, given[key]));
}

export const LAYOUTS: readonly Layout[] = ["board", "table", "list", "calendar", "timeline", "dashboard"];

/** Whether this program knows all that a look asks for: one of a newer server may ask for more, and an address may hold anything. */
export function understands(look: Look): boolean {
  const { filter = [], lanes, sort = [], layout = "board", ...more } = look;
  const rows = lanes === undefined || isOne(lanes, "by", LANES);
  const sorts = isList(sort, (key) => typeof key === "object" && key !== null && hasOnly(key as Record<string, unknown>, SORT));
  return rows && sorts && LAYOUTS.includes(layout) && Object.keys(more).length === 0 && isList(filter, (condition) => isOne(condition, "on", FIELDS));
}

function dueIs(when: DueWhen, { due, completed_at }: TaskFace, looker: Looker): boolean {
  if (due === undefined) return when.when === "never";
  const day = dueDay(due, looker);
  const today = looker.day(looker.now);
  switch (when.when) {
    case "overdue":
      return completed_at === undefined && (due.has_time ? due.at <= looker.now : day < today);
    case "today":
      return day === today;
    case "next_days":
      return today <= day && day <= daysAfter(today, when.days);
    case "before":
      return isDay(when.day) && day < when.day;
    case "after":
      return isDay(when.day) && day > when.day;
    default:
      return false;
  }
}

export const isDay = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`)) && daysAfter(text, 0) === text;

const any = <T>(wanted: readonly T[] | undefined, found: readonly T[]): boolean => wanted?.some((one) => found.includes(one)) === true;
const oneOf = (wanted: readonly CategoryId[] | undefined, found: CategoryId | undefined, none: boolean | undefined): boolean =>
  found === undefined ? none === true : wanted?.includes(found) === true;

/** Capitals do not matter. */
export const eachWord = (words: string, found: (word: string) => boolean): boolean => words.toLowerCase().split(" ").every((word) => word === "" || found(word));

function meets(condition: Condition, { face, key, blocked, watched }: Seen, looker: Looker): boolean {
  switch (condition.on) {
    case "assignee": {
      const people = (face.assignees ?? []).map((id) => looker.resolve(id));
      if (people.length === 0) return condition.nobody === true;
      return (condition.me === true && looker.me !== undefined && people.includes(looker.me)) || any(condition.people?.map((id) => looker.resolve(id)), people);
    }
    case "label": {
      const worn = face.labels ?? [];
      const asks = condition.bare === true || (condition.any?.length ?? 0) > 0;
      const some = !asks || any(condition.any, worn) || (condition.bare === true && worn.length === 0);
      return some && (condition.all ?? []).every((label) => worn.includes(label)) && !any(condition.none, worn);
    }
    case "priority":
      return condition.priorities.includes(face.priority ?? "none");
    case "category":
      return oneOf(condition.categories, face.category_id, condition.none);
    case "column":
      return condition.columns.includes(face.column_id);
    case "parent":
      return oneOf(condition.parents, face.parent_id, condition.none);
    case "due":
      return condition.any.some((when) => dueIs(when, face, looker));
    case "completed":
      return (face.completed_at !== undefined) === condition.is;
    case "text": {
      const [title, short] = [face.title.toLowerCase(), key.toLowerCase()];
      return eachWord(condition.words, (word) => title.includes(word) || short.includes(word));
    }
    case "watched":
      return watched();
    case "blocked":
      return blocked() === condition.is;
    case "field": {
      const field = looker.field(condition.field_id);
      return field !== undefined && fieldHolds(field.kind, condition.test, valueIn(face, condition.field_id), looker);
    }
    default:
      return false;
  }
}

/** Whether a card meets all of these. */
export const sees = (filter: readonly Condition[], seen: Seen, looker: Looker): boolean => filter.every((condition) => meets(condition, seen, looker));
