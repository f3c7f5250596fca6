//! In which order cards stand that a look sorts, by the server's rules and vectors. No two cards are without an order: their ranks
//! decide, then their ids.

import type { FieldView, Priority, SortBy, SortKey, TaskFace } from "../gen/protocol";
import { compareDecimals, valueIn } from "./field-values";
import { dueDay, type Fields, type Looker } from "./filter";

export const SORT_BY: Record<SortBy["on"], Fields> = {
  priority: {}, due: {}, start: {}, created: {}, title: {}, estimate: {}, points: {}, completed: {}, field: { field_id: "text!" },
};
const PRIORITIES: readonly (Priority | undefined)[] = ["low", "medium", "high", "urgent"];

/** Where a card stands by one key; undefined: it has nothing of the kind. All of one key have the same shape. */
type Stand = number | string | readonly [day: string, timeless: number, at: number] | undefined;
type Compare = (a: never, b: never) => number;

interface Way {
  readonly descending: boolean;
  stand(face: TaskFace): Stand;
  readonly compare: Compare;
}

/** A card in order: what it stands by, and what decides where that is equal. */
export interface Standing {
  readonly stands: readonly Stand[];
  readonly rank: string;
  readonly id: string;
}

const plain = (a: number | string, b: number | string): number => (a < b ? -1 : a > b ? 1 : 0);
const byDay = (a: readonly [string, number, number], b: readonly [string, number, number]): number => plain(a[0], b[0]) || a[1] - b[1] || a[2] - b[2];

/** By the numbers that Unicode gives to the letters, not by those of UTF-16, in which some letters are two. */
function byLetters(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) {
    const [one, other] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (one === other) continue;
    const [pair, other_pair] = [one >= 0xd800 && one < 0xe000, other >= 0xd800 && other < 0xe000];
    return pair === other_pair ? one - other : pair ? 1 : -1;
  }
  return a.length - b.length;
}

function fieldWay(field: FieldView | undefined, looker: Looker): Omit<Way, "descending"> | undefined {
  if (field === undefined || field.kind === "person") return undefined;
  const held = <T extends Stand>(read: (value: NonNullable<ReturnType<typeof valueIn>>) => T) => (face: TaskFace): Stand => {
    const value = valueIn(face, field.field_id);
    return value === undefined ? undefined : read(value);
  };
  switch (field.kind) {
    case "number":
      return { stand: held((value) => (value.kind === "number" ? value.number : undefined)), compare: compareDecimals as Compare };
    case "date":
      return { stand: held((value) => (value.kind === "date" ? day(value.date, looker) : undefined)), compare: byDay as Compare };
    case "select": {
      const places = new Map((field.options ?? []).map((option, at) => [option.option_id, at]));
      return { stand: held((value) => (value.kind === "select" ? places.get(value.option_id) : undefined)), compare: plain as Compare };
    }
    case "checkbox":
      return { stand: (face) => (valueIn(face, field.field_id) === undefined ? 0 : 1), compare: plain as Compare };
    default:
      return { stand: held((value) => (value.kind === "text" ? value.text : value.kind === "url" ? value.url : undefined)?.toLowerCase()), compare: byLetters as Compare };
  }
}

const day = (due: NonNullable<TaskFace["due"]>, looker: Looker) => [dueDay(due, looker), due.has_time ? 0 : 1, due.at] as const;

function way(by: SortBy, looker: Looker): Omit<Way, "descending"> | undefined {
  const compare = plain as Compare;
  switch (by.on) {
    case "priority":
      return { stand: ({ priority }) => (priority === undefined || priority === "none" ? undefined : PRIORITIES.indexOf(priority)), compare };
    case "due":
      return { stand: ({ due }) => due && day(due, looker), compare: byDay as Compare };
    case "start":
      return { stand: ({ start_at }) => start_at, compare };
    case "created":
      // One that has no number yet is the newest.
      return { stand: ({ number }) => (number > 0 ? number : Number.MAX_SAFE_INTEGER), compare };
    case "title":
      return { stand: ({ title }) => title.toLowerCase(), compare: byLetters as Compare };
    case "estimate":
      return { stand: ({ minutes }) => minutes, compare };
    case "points":
      return { stand: ({ points }) => points, compare };
    case "completed":
      return { stand: ({ completed_at }) => completed_at, compare };
    case "field":
      return fieldWay(looker.field(by.field_id), looker);
  }
}

/** Puts cards in order. By a field that is gone nothing is sorted, and people have no order. */
export class Sorter {
  readonly #ways: readonly Way[];

  constructor(sort: readonly SortKey[], looker: Looker) {
    this.#ways = sort.flatMap(({ by, descending = false }): Way[] => {
      const found = way(by, looker);
      return found === undefined ? [] : [{ ...found, descending }];
    });
  }

  standing(face: TaskFace): Standing {
    return { stands: this.#ways.map((one) => one.stand(face)), rank: face.rank, id: face.task_id };
  }

  readonly compare = (a: Standing, b: Standing): number => {
    for (const [at, { descending, compare }] of this.#ways.entries()) {
      const [one, other] = [a.stands[at], b.stands[at]];
      // What is not there is last, whichever way.
      if (one === undefined || other === undefined) {
        if (one !== other) return one === undefined ? 1 : -1;
        continue;
      }
      const said = compare(one as never, other as never);
      if (said !== 0) return descending ? -said : said;
    }
    return plain(a.rank, b.rank) || plain(a.id, b.id);
  };
}
