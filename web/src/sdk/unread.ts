//! How much of a channel somebody has not read: the rule of the server (`Channel::unread`), over what the channel's view says.

import type { ChannelView } from "../gen/protocol";

export interface Unread {
  readonly count: number;
  /** There are more: of those so far back it is not said which were deleted. */
  readonly or_more: boolean;
}

type Numbers = Pick<ChannelView, "last_number" | "known_from" | "deleted_numbers">;

/** Of one who has read up to this number, and has marked these before it as unread again. */
export function unread({ last_number, known_from, deleted_numbers }: Numbers, read_to: number, exceptions: readonly number[] = []): Unread {
  const behind = Math.max(read_to, known_from - 1);
  const gone = new Set(deleted_numbers);
  const deleted = deleted_numbers.filter((number) => number > behind).length;
  const again = exceptions.filter((number) => number >= 1 && number <= Math.min(read_to, last_number) && !gone.has(number)).length;
  return { count: Math.max(0, last_number - behind) - Math.min(deleted, Math.max(0, last_number - behind)) + again, or_more: read_to + 1 < known_from };
}

/** The first number that was not read; undefined where everything was. */
export function firstUnread({ last_number, known_from, deleted_numbers }: Numbers, read_to: number, exceptions: readonly number[] = []): number | undefined {
  const gone = new Set(deleted_numbers);
  const again = exceptions.filter((number) => number <= read_to && !gone.has(number)).sort((a, b) => a - b)[0];
  if (again !== undefined) return again;
  let number = Math.max(read_to, known_from - 1) + 1;
  while (number <= last_number && gone.has(number)) number += 1;
  return number <= last_number ? number : undefined;
}
