//! Mentions as they stand in a text: `@[account_id]`. Names are never in it: whoever shows the text puts in the name of that moment.

const ID = "[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}";
/** One mention; its group `person` is the id. */
export const MENTION = new RegExp(`@\\[(?<person>${ID})\\]`);

/** In channels besides: a team, or everybody; its group `wide` is `team:ID` or `channel`. */
export const WIDE_MENTION = new RegExp(`@\\[(?<wide>team:${ID}|channel)\\]`);

/** Whoever a text mentions, each once, in its order. */
export function mentionsIn(text: string): string[] {
  const found = text.matchAll(new RegExp(MENTION.source, "g"));
  return [...new Set([...found].map((match) => (match.groups?.person ?? "").toLowerCase()))];
}

/** The field for a command that brings this text: those mentioned in it; absent when there is nobody. `among`: of these alone. */
export function mentioning(text: string, among?: readonly string[]): { mentions?: string[] } {
  const mentions = mentionsIn(text).filter((id) => among === undefined || among.includes(id));
  return mentions.length === 0 ? {} : { mentions };
}
