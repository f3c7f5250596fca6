//! What a condition on a custom field means, by the server's rules and vectors. It is never met where the field is gone, or where its kind
//! cannot be asked that: that a value is not there says nothing then.

import type { DateWhen, Due, FieldKind, FieldTest, FieldValue } from "../gen/protocol";
import { compareDecimals } from "./field-values";
import { daysAfter, dueDay, eachWord, type Fields, isDay, type Looker } from "./filter";

export const FIELD_TESTS: Record<FieldTest["is"], Fields> = {
  set: {},
  unset: {},
  words: { words: "text!" },
  number: { at_least: "decimal", at_most: "decimal" },
  date: { any: "dates!" },
  options: { none: "flag", options: "ids" },
  person: { me: "flag", nobody: "flag", people: "ids" },
  checked: { checked: "flag!" },
};
export const DATE_WHENS: Record<DateWhen["when"], Fields> = { past: {}, today: {}, next_days: { days: "number!" }, on: { day: "text!" }, before: { day: "text!" }, after: { day: "text!" } };

/** What can be asked of fields of a kind, besides whether there is a value. */
const ASKED: Record<FieldTest["is"], readonly FieldKind[]> = {
  set: ["text", "number", "date", "select", "person", "checkbox", "url"],
  unset: ["text", "number", "date", "select", "person", "checkbox", "url"],
  words: ["text", "url"],
  number: ["number"],
  date: ["date"],
  options: ["select"],
  person: ["person"],
  checked: ["checkbox"],
};

/** Whether this can be asked of fields of this kind. */
export const fitsField = (test: FieldTest, kind: FieldKind): boolean => Object.hasOwn(ASKED, test.is) && ASKED[test.is].includes(kind);

/** Whether what is in a field of this kind is what is asked for. */
export function fieldHolds(kind: FieldKind, test: FieldTest, value: FieldValue | undefined, looker: Looker): boolean {
  if (!fitsField(test, kind)) return false;
  switch (test.is) {
    case "set":
      return value !== undefined;
    case "unset":
      return value === undefined;
    case "checked":
      return (value !== undefined) === test.checked;
    case "words": {
      const held = (value?.kind === "text" ? value.text : value?.kind === "url" ? value.url : undefined)?.toLowerCase();
      return held !== undefined && eachWord(test.words, (word) => held.includes(word));
    }
    case "number": {
      if (value?.kind !== "number") return false;
      const least = test.at_least === undefined || compareDecimals(value.number, test.at_least) >= 0;
      return least && (test.at_most === undefined || compareDecimals(value.number, test.at_most) <= 0);
    }
    case "date":
      return value?.kind === "date" && test.any.some((when) => dateIs(when, value.date, looker));
    case "options":
      return value === undefined ? test.none === true : value.kind === "select" && test.options?.includes(value.option_id) === true;
    case "person": {
      if (value?.kind !== "person") return value === undefined && test.nobody === true;
      const who = looker.resolve(value.account_id);
      return (test.me === true && looker.me === who) || test.people?.some((id) => looker.resolve(id) === who) === true;
    }
  }
}

function dateIs(when: DateWhen, date: Due, looker: Looker): boolean {
  const [day, today] = [dueDay(date, looker), looker.day(looker.now)];
  switch (when.when) {
    case "past":
      return day < today;
    case "today":
      return day === today;
    case "next_days":
      return today <= day && day <= daysAfter(today, when.days);
    case "on":
      return isDay(when.day) && day === when.day;
    case "before":
      return isDay(when.day) && day < when.day;
    case "after":
      return isDay(when.day) && day > when.day;
    default:
      return false;
  }
}
