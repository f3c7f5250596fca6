// Comments as they belong together: what answers a comment stands under it, one level deep, also when the comment is gone.
import type { DetailComment } from "../../sdk";

export interface Thread {
  /** The comment that began it. */
  readonly id: string;
  /** Undefined when it was deleted. */
  readonly root: DetailComment | undefined;
  readonly replies: readonly DetailComment[];
}

/** In the order in which they were begun. */
export function threads(comments: readonly DetailComment[]): Thread[] {
  const known = new Map(comments.map((comment) => [comment.comment_id, comment]));
  const found = new Map<string, { id: string; root: DetailComment | undefined; replies: DetailComment[] }>();
  for (const comment of comments) {
    const id = beginning(comment, known);
    const thread = found.get(id) ?? { id, root: known.get(id), replies: [] };
    found.set(id, thread);
    if (comment.comment_id !== id) thread.replies.push(comment);
  }
  return inPlace([...found.values()]);
}

/**
 * A comment that is gone does not say any more when it was said, but ids are of the time in which they are made: it stands before the
 * first that is younger, and no later than its first answer.
 */
function inPlace(all: Thread[]): Thread[] {
  const placed: Thread[] = [];
  for (const thread of all) {
    const younger = thread.root === undefined ? placed.findIndex((other) => other.id > thread.id) : -1;
    placed.splice(younger < 0 ? placed.length : younger, 0, thread);
  }
  return placed;
}

/** Older comments may answer answers; a circle of them ends where it began. */
function beginning(comment: DetailComment, known: ReadonlyMap<string, DetailComment>): string {
  const seen = new Set<string>();
  let id = comment.comment_id;
  let next = comment.reply_to;
  while (next !== undefined && !seen.has(next)) {
    seen.add(next);
    id = next;
    next = known.get(next)?.reply_to;
  }
  return id;
}
