//! What an event changes in what is shown of a channel: its head, its members, one message. Pure; the rules are those of the server
//! (`domain/src/channel`). It must never show the text of a message that was deleted.

import type { AccountId, ChannelEvent, ChannelMemberView, ChannelView, Happened, MessageRef, MessageView, ReactionView, ThreadView } from "../gen/protocol";

export interface ChannelState {
  readonly channel: ChannelView;
  readonly members: readonly ChannelMemberView[];
  readonly deleted: boolean;
}

/** Of how many people in a thread it is said that they are. */
const PEOPLE_SHOWN = 5;
/** Of so many numbers it is known which were deleted. */
const NUMBERS_KNOWN = 10_000;

const inOrder = (members: readonly ChannelMemberView[], member: ChannelMemberView): ChannelMemberView[] =>
  [...members.filter((one) => one.account_id !== member.account_id), member].sort((a, b) => (a.account_id < b.account_id ? -1 : 1));

export function reduceChannel(state: ChannelState, { event, by, at }: Pick<Happened<ChannelEvent>, "event" | "by" | "at">): ChannelState {
  const { channel } = state;
  const head = (change: Partial<ChannelView>): ChannelState => ({ ...state, channel: { ...channel, ...change } });
  switch (event.type) {
    case "channel.updated":
      return head({ ...(event.name !== undefined && { name: event.name }), ...(event.purpose !== undefined && { purpose: event.purpose }) });
    case "channel.archived":
      return head({ archived: true });
    case "channel.unarchived":
      return head({ archived: false });
    case "channel.deleted":
      return { ...state, deleted: true };
    case "channel.member.added":
    case "channel.member.role.changed":
      return { ...state, members: inOrder(state.members, { account_id: event.account_id, role: event.role }) };
    case "channel.member.removed":
      return { ...state, members: state.members.filter((one) => one.account_id !== event.account_id) };
    case "message.posted":
      return event.number === undefined ? state : head(numbered(channel, event.number));
    case "message.deleted": {
      const pins = channel.pins.filter((pin) => pin.message.seq !== event.message.seq);
      const { number } = event;
      const known = number !== undefined && number >= channel.known_from && !channel.deleted_numbers.includes(number);
      return head({ pins, ...(known && { deleted_numbers: [...channel.deleted_numbers, number].sort((a, b) => a - b) }) });
    }
    case "message.pinned":
      return head({ pins: [...channel.pins.filter((pin) => pin.message.seq !== event.message.seq), { message: event.message, author_id: event.author_id, by, at }] });
    case "message.unpinned":
      return head({ pins: channel.pins.filter((pin) => pin.message.seq !== event.message.seq) });
    default:
      return state;
  }
}

function numbered(channel: ChannelView, last_number: number): Partial<ChannelView> {
  const known_from = Math.max(channel.known_from, last_number - NUMBERS_KNOWN + 1);
  const forgets = channel.deleted_numbers.some((number) => number < known_from);
  return { last_number, known_from, ...(forgets && { deleted_numbers: channel.deleted_numbers.filter((number) => number >= known_from) }) };
}

/** A message as it was posted; undefined for other events. */
export function messageOf({ event, seq, at, by }: Pick<Happened<ChannelEvent>, "event" | "seq" | "at" | "by">): MessageView | undefined {
  if (event.type !== "message.posted") return undefined;
  const { message_id, number, text, thread, mentions } = event;
  return { message: { message_id, seq }, author_id: by, at, text, ...(number !== undefined && { number }), ...(thread !== undefined && { thread }), ...(mentions !== undefined && { mentions }) };
}

/** The message that an event changes, its thread aside. */
export function touched(event: ChannelEvent): MessageRef | undefined {
  switch (event.type) {
    case "message.edited":
    case "message.deleted":
    case "message.reacted":
    case "message.unreacted":
      return event.message;
    default:
      return undefined;
  }
}

/** The message whose thread an event makes longer or shorter. */
export const answered = (event: ChannelEvent): MessageRef | undefined => (event.type === "message.posted" || event.type === "message.deleted" ? event.thread : undefined);

/** Folds an event that is about a message, by `touched` or by `answered`. */
export function reduceMessage(message: MessageView, happened: Pick<Happened<ChannelEvent>, "event" | "at" | "by">): MessageView {
  const { event, at, by } = happened;
  let next = message;
  if (touched(event)?.seq === message.message.seq) next = touch(next, event, at, by);
  if (answered(event)?.seq === message.message.seq) next = { ...next, replies: answer(next.replies, event.type === "message.deleted", at, by) };
  return next;
}

function touch(message: MessageView, event: ChannelEvent, at: number, by: AccountId): MessageView {
  if (message.deleted === true) return message;
  switch (event.type) {
    case "message.edited": {
      const { mentions: _before, ...rest } = message;
      return { ...rest, text: event.text, edited_at: at, ...(event.mentions !== undefined && { mentions: event.mentions }) };
    }
    case "message.deleted": {
      const { mentions: _whom, edited_at: _when, reactions: _given, ...rest } = message;
      return { ...rest, text: "", deleted: true };
    }
    case "message.reacted":
      return withReactions(message, given(message.reactions ?? [], event.emoji, by));
    case "message.unreacted":
      return withReactions(message, taken(message.reactions ?? [], event.emoji, by));
    default:
      return message;
  }
}

function withReactions(message: MessageView, reactions: ReactionView[]): MessageView {
  const { reactions: _before, ...rest } = message;
  return reactions.length === 0 ? rest : { ...rest, reactions };
}

function given(reactions: readonly ReactionView[], emoji: string, by: AccountId): ReactionView[] {
  if (!reactions.some((reaction) => reaction.emoji === emoji)) return [...reactions, { emoji, by: [by] }];
  return reactions.map((reaction) => (reaction.emoji === emoji && !reaction.by.includes(by) ? { emoji, by: [...reaction.by, by] } : reaction));
}

const taken = (reactions: readonly ReactionView[], emoji: string, by: AccountId): ReactionView[] =>
  reactions.map((reaction) => (reaction.emoji === emoji ? { emoji, by: reaction.by.filter((one) => one !== by) } : reaction)).filter((reaction) => reaction.by.length > 0);

function answer(replies: ThreadView | undefined, deleted: boolean, at: number, by: AccountId): ThreadView {
  const { count, last_at, people } = replies ?? { count: 0, last_at: 0, people: [] };
  if (deleted) return { count: Math.max(0, count - 1), last_at, people };
  return { count: count + 1, last_at: at, people: people.length < PEOPLE_SHOWN && !people.includes(by) ? [...people, by] : people };
}
