// What was said, in the rows in which it is shown: days, what is new, and messages, of which one that follows another of the same person
// at once stands under it without a head.
import { dayField, toDate } from "../../app/time";
import type { ShownMessage } from "../../sdk";

/** Within it somebody goes on talking. */
const TOGETHER_MICROS = 5 * 60 * 1_000_000;

export type Row =
  | { readonly kind: "day"; readonly id: string; readonly at: number }
  | { readonly kind: "new"; readonly id: string }
  | { readonly kind: "message"; readonly id: string; readonly message: ShownMessage; readonly head: boolean };

/** `unread`: the first number that was not read when this was opened. */
export function rowsOf(messages: readonly ShownMessage[], unread?: number): Row[] {
  const rows: Row[] = [];
  let before: ShownMessage | undefined;
  let day = "";
  let told = false;
  for (const message of messages) {
    const today = dayField(toDate(message.at));
    let head = before === undefined || before.author_id !== message.author_id || message.at - before.at > TOGETHER_MICROS || before.deleted === true;
    if (today !== day) {
      rows.push({ kind: "day", id: `day ${today} ${message.message.message_id}`, at: message.at });
      day = today;
      head = true;
    }
    if (!told && unread !== undefined && message.number !== undefined && message.number >= unread && message.number !== Number.MAX_SAFE_INTEGER) {
      rows.push({ kind: "new", id: "new" });
      told = true;
      head = true;
    }
    rows.push({ kind: "message", id: message.message.message_id, message, head: head || message.thread !== undefined || message.deleted === true });
    before = message;
  }
  return rows;
}
