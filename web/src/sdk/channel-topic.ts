//! An open channel, put together: its head and members from the topic, windows over what was said, own commands shown in advance, and
//! what was refused kept until somebody decides. One per channel, however many handles there are.

import type { ChannelCommand, ChannelEvent, ChannelMemberView, ChannelView, Events, Happened, MessageRef, MessageView, ServerMessage, Topic, ViewPart } from "../gen/protocol";
import { Box, Emitter } from "./cells";
import { type ChannelState, reduceChannel } from "./channel-reduce";
import type { Channels, MessagesQuery } from "./channels";
import type { Commands, Optimist, PendingCommand } from "./commands";
import type { Environment } from "./environment";
import { type Effect, Feed } from "./message-feed";
import type { MessagePage } from "./message-window";
import type { Presence } from "./presence";
import type { Consumer } from "./topics";
import type { Refusal, Sent, TopicPhase } from "./types";

export type PostCommand = Extract<ChannelCommand, { type: "message.post" }>;
/** What could not be said, and why. */
export interface FailedPost {
  readonly command: PostCommand;
  readonly refusal: Refusal;
}
export interface ChannelSaid {
  readonly events: readonly Happened<ChannelEvent>[];
  readonly catching_up: boolean;
}

export interface ChannelContext {
  readonly env: Environment;
  readonly commands: Commands;
  readonly presence: Presence;
  readonly channels: Channels;
  seq(): number | undefined;
  /** Joins again, with presence or without. */
  rejoin(): void;
}

export class ChannelTopic implements Consumer, Optimist {
  readonly topic: Topic;
  readonly phaseBox = new Box<TopicPhase>("loading");
  readonly view = new Box<ChannelView | undefined>(undefined);
  readonly members = new Box<readonly ChannelMemberView[]>([]);
  readonly failed = new Box<readonly FailedPost[]>([]);
  readonly said = new Emitter<ChannelSaid>();
  readonly #org_id: string;
  readonly #channel_id: string;
  readonly #context: ChannelContext;
  readonly #feeds = new Set<Feed>();
  #state: ChannelState | undefined;
  #watchers = 0;

  constructor(topic: Topic, org_id: string, channel_id: string, context: ChannelContext) {
    this.topic = topic;
    this.#org_id = org_id;
    this.#channel_id = channel_id;
    this.#context = context;
  }

  /** Whoever only counts what is unread is not seen as reading. */
  get presence(): boolean {
    return this.#watchers > 0;
  }

  /** Somebody has it before their eyes until the answer is called. */
  watch(): () => void {
    this.#watchers += 1;
    if (this.#watchers === 1) this.#context.rejoin();
    let over = false;
    return () => {
      if (over) return;
      over = true;
      this.#watchers -= 1;
      if (this.#watchers > 0) return;
      this.#context.presence.down();
      this.#context.rejoin();
    };
  }

  /** What is shown in the channel, by numbers. */
  feed(): Feed {
    return this.#open((query, signal) => this.#context.channels.messages(this.#org_id, this.#channel_id, query, signal), (message) => message.number !== undefined, (message) => message.number ?? 0);
  }

  /** A thread, by seqs. */
  thread(root: number): Feed {
    return this.#open((query, signal) => this.#context.channels.replies(this.#org_id, this.#channel_id, root, query, signal), (message) => message.thread?.seq === root, (message) => message.message.seq);
  }

  /** One message that began a thread, however old: a feed of it alone. */
  message(seq: number): Feed {
    const { channels } = this.#context;
    let number: number | undefined;
    const read = async ({ min_seq }: MessagesQuery, signal: AbortSignal): Promise<MessagePage> => {
      number ??= (await channels.message(this.#org_id, this.#channel_id, seq)).number;
      return channels.messages(this.#org_id, this.#channel_id, { around: number ?? 0, limit: 1, ...(min_seq !== undefined && { min_seq }) }, signal);
    };
    return this.#open(read, (message) => message.message.seq === seq, (message) => message.number ?? 0);
  }

  closeFeed(feed: Feed): void {
    feed.close();
    this.#feeds.delete(feed);
  }

  send(command: ChannelCommand): Sent {
    return { ...this.#context.commands.send(this.topic, command, { seq: undefined }), inverse: [] };
  }

  post(command: PostCommand): Sent {
    this.discard(command.message_id);
    return this.send(command);
  }

  discard(message_id: string): void {
    this.failed.set(this.failed.get().filter((failed) => failed.command.message_id !== message_id));
  }

  /** What was kept elsewhere, from before a reload. */
  bringBack(failed: readonly FailedPost[]): void {
    const known = new Set(this.failed.get().map((each) => each.command.message_id));
    this.failed.set([...failed.filter((each) => !known.has(each.command.message_id)), ...this.failed.get()]);
  }

  /** The server will not do it: what was written must not be lost. */
  refused({ command }: PendingCommand, refusal: Refusal): void {
    if (command.type === "message.post") this.failed.set([...this.failed.get().filter((failed) => failed.command.message_id !== command.message_id), { command, refusal }]);
  }

  close(): void {
    for (const feed of this.#feeds) feed.close();
    this.#feeds.clear();
    this.#context.presence.down();
  }

  // What the topic says.

  replace(parts: readonly ViewPart[]): boolean {
    let channel: ChannelView | undefined;
    const members: ChannelMemberView[] = [];
    for (const part of parts) {
      if (part.kind !== "channel") return false;
      if (part.part === "members") members.push(...part.members);
      else {
        const { kind: _kind, part: _part, ...view } = part;
        channel = view;
      }
    }
    if (channel === undefined) return false;
    this.#state = { channel, members, deleted: false };
    this.#publish();
    for (const feed of this.#feeds) feed.reload();
    return true;
  }

  apply(message: Events, catching_up: boolean): void {
    const events = message.events as Happened<ChannelEvent>[];
    const own = new Set<number>();
    for (const happened of events) {
      if (this.#state !== undefined) this.#state = reduceChannel(this.#state, happened);
      if (happened.event.type === "message.posted") this.#context.presence.wrote(happened.by, happened.event.thread?.message_id);
      if (happened.client_seq !== undefined && happened.client_id === this.#context.commands.client_id) own.add(happened.client_seq);
    }
    for (const feed of this.#feeds) feed.apply(events);
    // What was foreseen goes before anybody looks: nobody sees it twice.
    this.#context.commands.echoed(this.topic, own, { epoch: message.epoch, seq: message.seq });
    this.#refresh();
    this.#publish();
    this.said.emit({ events, catching_up });
  }

  phase(phase: TopicPhase): void {
    if (phase === "missing" || phase === "revoked") {
      this.#state = undefined;
      this.#publish();
    }
    if (phase !== "ready") this.#context.presence.down();
    this.phaseBox.set(phase);
  }

  stale(): void {
    // The connection's state tells it.
  }

  caughtUp(): void {
    // What was said meanwhile shows by itself, and as unread.
  }

  moment(message: ServerMessage): void {
    this.#context.presence.handle(message);
  }

  // What own commands do.

  add(): void {
    this.#refresh();
  }

  drop(): void {
    this.#refresh();
  }

  #open(read: ConstructorParameters<typeof Feed>[0]["read"], belongs: (message: MessageView) => boolean, place: (message: MessageView) => number): Feed {
    const feed = new Feed({ env: this.#context.env, read, belongs, place, seq: () => this.#context.seq(), effects: () => this.#effects() });
    this.#feeds.add(feed);
    return feed;
  }

  #effects(): Effect[] {
    const by = this.#context.commands.account_id ?? "";
    return this.#context.commands.of(this.topic).flatMap(({ command, created_at_ms }) => {
      const event = foresee(command as ChannelCommand, by);
      return event === undefined ? [] : [{ event, at: created_at_ms * 1000, by }];
    });
  }

  #refresh(): void {
    for (const feed of this.#feeds) feed.refresh();
  }

  #publish(): void {
    const state = this.#state;
    if (state === undefined || state.deleted) {
      this.view.set(undefined);
      this.members.set([]);
      return;
    }
    this.view.set(state.channel);
    this.members.set(state.members);
  }
}

/** The event that a command will come to, where that shows in what was said. */
function foresee(command: ChannelCommand, author_id: string): ChannelEvent | undefined {
  const about = (message: MessageRef): { message: MessageRef; author_id: string } => ({ message, author_id });
  switch (command.type) {
    case "message.post": {
      const { message_id, text, thread } = command;
      // Whatever shows in the channel has a number; which one, only the server knows.
      const shown = thread === undefined || command.broadcast === true;
      return { type: "message.posted", message_id, text, ...(shown && { number: Number.MAX_SAFE_INTEGER }), ...(thread !== undefined && { thread }) };
    }
    case "message.edit":
      return { type: "message.edited", ...about(command.message), text: command.text };
    case "message.delete":
      return { type: "message.deleted", ...about(command.message) };
    case "message.react":
      return { type: "message.reacted", ...about(command.message), emoji: command.emoji };
    case "message.unreact":
      return { type: "message.unreacted", ...about(command.message), emoji: command.emoji };
    default:
      return undefined;
  }
}
