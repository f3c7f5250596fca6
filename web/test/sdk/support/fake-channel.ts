//! A channel as the server keeps it, in memory: every event, and what a naive fold of them shows at any seq.

import type { ChannelCommand, ChannelEvent, ChannelView, Happened, MessageView } from "../../../src/gen/protocol";
import { messageOf, reduceMessage } from "../../../src/sdk/channel-reduce";
import type { MessagesQuery } from "../../../src/sdk/channels";
import type { MessagePage } from "../../../src/sdk/message-window";
import { failure, Refused } from "./fake-board";

export class FakeChannel {
  readonly log: Happened<ChannelEvent>[] = [];
  readonly epoch = 1;

  constructor(readonly channel_id: string, readonly org_id: string, readonly members: string[]) {
    this.commit("ana", { type: "channel.created", org_id, kind: "open", name: "General", members });
  }

  get seq(): number {
    return this.log.length;
  }

  commit(by: string, event: ChannelEvent, client?: { client_id: string; client_seq: number }): Happened<ChannelEvent> {
    const happened: Happened<ChannelEvent> = { seq: this.seq + 1, at: (this.seq + 1) * 1_000_000, by, event, ...client };
    this.log.push(happened);
    return happened;
  }

  /** Every message as it is at a seq, ascending. */
  messages(seq = this.seq): MessageView[] {
    let all: MessageView[] = [];
    for (const happened of this.log.slice(0, seq)) {
      all = all.map((message) => reduceMessage(message, happened));
      const posted = messageOf(happened);
      if (posted !== undefined) all.push(posted);
    }
    return all;
  }

  get last_number(): number {
    return this.log.filter(({ event }) => event.type === "message.posted" && event.number !== undefined).length;
  }

  decide(command: ChannelCommand, by: string): ChannelEvent[] {
    const known = (seq: number): MessageView => {
      const found = this.messages().find((message) => message.message.seq === seq);
      if (found === undefined || found.deleted === true) throw new Refused(failure("not_found"));
      return found;
    };
    switch (command.type) {
      case "message.post": {
        if (!this.members.includes(by)) throw new Refused(failure("forbidden"));
        const { message_id, text, thread, broadcast } = command;
        if (thread !== undefined) known(thread.seq);
        const numbered = thread === undefined || broadcast === true;
        return [{ type: "message.posted", message_id, text, ...(numbered && { number: this.last_number + 1 }), ...(thread !== undefined && { thread }) }];
      }
      case "message.edit":
        return [{ type: "message.edited", message: command.message, author_id: known(command.message.seq).author_id, text: command.text }];
      case "message.delete": {
        const { author_id, number, thread } = known(command.message.seq);
        return [{ type: "message.deleted", message: command.message, author_id, ...(number !== undefined && { number }), ...(thread !== undefined && { thread }) }];
      }
      case "message.react":
      case "message.unreact":
        return [{ type: command.type === "message.react" ? "message.reacted" : "message.unreacted", message: command.message, author_id: known(command.message.seq).author_id, emoji: command.emoji }];
      case "message.pin":
      case "message.unpin":
        return [{ type: command.type === "message.pin" ? "message.pinned" : "message.unpinned", message: command.message, author_id: known(command.message.seq).author_id }];
      default:
        throw new Refused(failure("forbidden"));
    }
  }

  head(): ChannelView {
    const deleted_numbers = this.messages().flatMap((message) => (message.deleted === true && message.number !== undefined ? [message.number] : []));
    return { channel_id: this.channel_id, org_id: this.org_id, channel_kind: "open", name: "General", purpose: "", archived: false, last_number: this.last_number, known_from: 1, deleted_numbers, pins: [] };
  }

  /** What the server answers at a seq, to a question by numbers, or of a thread by seqs. */
  page({ before, after, around, limit = 50 }: MessagesQuery, seq = this.seq, root?: number): MessagePage {
    const place = (message: MessageView): number => (root === undefined ? (message.number ?? 0) : message.message.seq);
    const all = this.messages(seq).filter((message) => (root === undefined ? message.number !== undefined : message.thread?.seq === root));
    const less = (at: number): number => all.filter((message) => place(message) < at).length;
    let [from, to] = [Math.max(0, all.length - limit), all.length];
    if (before !== undefined) [from, to] = [Math.max(0, less(before) - limit), less(before)];
    else if (after !== undefined) [from, to] = [less(after + 1), Math.min(all.length, less(after + 1) + limit)];
    else if (around !== undefined) {
      to = Math.min(all.length, Math.max(0, less(around) - Math.floor(limit / 2)) + limit);
      from = Math.max(0, to - limit);
    }
    return { items: structuredClone(all.slice(from, to)), more_before: from > 0, more_after: to < all.length, seq };
  }
}
