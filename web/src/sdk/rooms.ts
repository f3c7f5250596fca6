//! The channels that are open on this page: each followed once, however many hold it.

import type { ChannelCommand, ChannelId, ChannelMemberView, ChannelView, ConnectionId, OrgId, Topic } from "../gen/protocol";
import type { Cell, Signal } from "./cells";
import { type ChannelSaid, ChannelTopic, type FailedPost, type PostCommand } from "./channel-topic";
import type { Channels } from "./channels";
import type { Commands, PendingCommand } from "./commands";
import type { Environment } from "./environment";
import { channelTopic } from "./ids";
import type { Feed } from "./message-feed";
import { Presence } from "./presence";
import type { Topics } from "./topics";
import type { Transport } from "./transport";
import type { PresenceHandle, Refusal, Sent, TopicPhase } from "./types";

/** An open channel. What is said is read through feeds; a feed that is opened is to be closed. */
export interface ChannelHandle {
  readonly channel_id: ChannelId;
  readonly org_id: OrgId;
  readonly topic: Topic;
  readonly phase: Cell<TopicPhase>;
  readonly view: Cell<ChannelView | undefined>;
  readonly members: Cell<readonly ChannelMemberView[]>;
  /** What the server refused to say for this person, until it is tried again or thrown away. */
  readonly failed: Cell<readonly FailedPost[]>;
  /** What was just applied. */
  readonly said: Signal<ChannelSaid>;
  readonly presence: PresenceHandle;
  send(command: ChannelCommand): Sent;
  post(command: PostCommand): Sent;
  discard(message_id: string): void;
  /** What was refused before a reload is there again. */
  bringBack(failed: readonly FailedPost[]): void;
  feed(): Feed;
  thread(root_seq: number): Feed;
  /** The message that began a thread, alone. */
  message(seq: number): Feed;
  closeFeed(feed: Feed): void;
  /** Is seen there, and sees others, until the answer is called. */
  watch(): () => void;
  seq(): number;
  close(): void;
}

export interface RoomsContext {
  readonly env: Environment;
  readonly transport: Transport;
  readonly topics: Topics;
  readonly commands: Commands;
  readonly channels: Channels;
  connection_id(): ConnectionId | undefined;
  closed(): void;
}

export class Rooms {
  readonly #context: RoomsContext;
  readonly #open = new Map<Topic, { readonly value: ChannelTopic; readonly presence: Presence; holders: number }>();

  constructor(context: RoomsContext) {
    this.#context = context;
  }

  values(): ChannelTopic[] {
    return [...this.#open.values()].map((held) => held.value);
  }

  refused(entry: PendingCommand, refusal: Refusal): void {
    this.#open.get(entry.topic)?.value.refused(entry, refusal);
  }

  open(org_id: OrgId, channel_id: ChannelId): ChannelHandle {
    const { topics } = this.#context;
    const topic = channelTopic(channel_id);
    let held = this.#open.get(topic);
    if (held === undefined) {
      const presence = new Presence(this.#context.env, this.#context.transport, topic, () => this.#context.connection_id());
      held = { value: this.#make(topic, org_id, channel_id, presence), presence, holders: 0 };
      this.#open.set(topic, held);
      this.#context.commands.attach(topic, held.value);
      topics.open(topic, held.value, undefined);
    }
    held.holders += 1;
    const { value, presence } = held;
    let closed = false;
    return {
      channel_id, org_id, topic, presence,
      phase: value.phaseBox, view: value.view, members: value.members, failed: value.failed, said: value.said,
      send: (command) => value.send(command),
      post: (command) => value.post(command),
      discard: (message_id) => value.discard(message_id),
      bringBack: (failed) => value.bringBack(failed),
      feed: () => value.feed(),
      thread: (root_seq) => value.thread(root_seq),
      message: (seq) => value.message(seq),
      closeFeed: (feed) => value.closeFeed(feed),
      watch: () => value.watch(),
      seq: () => topics.held(topic)?.seq ?? 0,
      close: () => {
        if (closed) return;
        closed = true;
        this.#release(topic);
      },
    };
  }

  #make(topic: Topic, org_id: OrgId, channel_id: ChannelId, presence: Presence): ChannelTopic {
    const { env, commands, channels, topics } = this.#context;
    const room: ChannelTopic = new ChannelTopic(topic, org_id, channel_id, {
      env, commands, channels, presence,
      seq: () => topics.held(topic)?.seq,
      rejoin: () => {
        if (this.#open.get(topic)?.value === room) topics.open(topic, room, topics.held(topic));
      },
    });
    return room;
  }

  #release(topic: Topic): void {
    const held = this.#open.get(topic);
    if (held === undefined) return;
    held.holders -= 1;
    if (held.holders > 0) return;
    this.#open.delete(topic);
    held.value.close();
    this.#context.topics.close(topic);
    this.#context.commands.detach(topic);
    this.#context.closed();
  }
}
