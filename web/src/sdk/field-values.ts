//! What cards have in custom fields, and how numbers in them are compared: by their digits, as the server does, never as floats.

import type { FieldId, FieldValue, TaskFace } from "../gen/protocol";

/** What a task has in a custom field. */
export const valueIn = (face: Pick<TaskFace, "fields">, field_id: FieldId): FieldValue | undefined =>
  face.fields?.find((held) => held.field_id === field_id)?.value;

/** The one form of a number. */
export const DECIMAL = /^(?!-0$)-?(0|[1-9]\d*)(\.\d*[1-9])?$/;

/** A number in that form: `007.50` is `7.5`, `-0` is `0`; undefined where it is none. */
export function decimal(text: string): string | undefined {
  const [, sign = "", whole = "", part = ""] = /^(-?)(\d*)\.?(\d*)$/.exec(text) ?? [];
  if (whole === "" && part === "") return undefined;
  const [front, back] = [whole.replace(/^0+/, ""), part.replace(/0+$/, "")];
  return `${front || back ? sign : ""}${front || "0"}${back && `.${back}`}`;
}

const order = (a: string | number, b: string | number): number => (a < b ? -1 : a > b ? 1 : 0);

/** Which of two numbers is less, each in the one form. */
export function compareDecimals(a: string, b: string): number {
  const [below, beyond] = [a.startsWith("-"), b.startsWith("-")];
  if (below !== beyond) return below ? -1 : 1;
  const [[one = "", one_part = ""], [other = "", other_part = ""]] = [a.replace("-", "").split("."), b.replace("-", "").split(".")];
  // Without zeros in front the longer one is the greater; after the point the digits decide from the left.
  const larger = order(one.length, other.length) || order(one, other) || order(one_part, other_part);
  return below ? 0 - larger : larger;
}
