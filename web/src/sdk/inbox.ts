//! One's inbox: what one was told of, how far one has read each channel, and what one wants to be told. The same on all devices. It folds
//! events as the server does (`domain/src/inbox/evolve.rs`).

import type { AccountId, BoardId, BoardLevel, ChannelId, ChannelLevel, Delivery, Digest, EntryView, InboxCommand, InboxEvent, MarkerView, NotifyReason, PreferenceChange, QuietHours, Seen, TaskId } from "../gen/protocol";
import type { ViewHandle } from "./types";
import type { Folding } from "./view-topic";

export interface Inbox {
  readonly account_id: AccountId;
  /** How far each channel was read. */
  readonly of: ReadonlyMap<ChannelId, MarkerView>;
  /** By their numbers, ascending. */
  readonly entries: ReadonlyMap<number, EntryView>;
  /** Entries that are neither read, nor put away, nor put off. */
  readonly unread: number;
  readonly last_number: number;
  readonly deliveries: ReadonlyMap<NotifyReason, Delivery>;
  readonly quiet: QuietHours | undefined;
  readonly digest: Digest;
  readonly channels: ReadonlyMap<ChannelId, ChannelLevel>;
  readonly boards: ReadonlyMap<BoardId, BoardLevel>;
  readonly muted: ReadonlySet<TaskId>;
}
export type InboxHandle = ViewHandle<Inbox, InboxCommand>;

/** So many entries are held, here as there. */
const ENTRIES_KEPT = 1_000;

export const isUnread = (entry: EntryView): boolean => !entry.read && !entry.archived && entry.snoozed_until === undefined;

export const inboxFolding: Folding<Inbox> = {
  of(parts) {
    let head: Omit<Inbox, "of" | "entries" | "channels" | "boards" | "muted"> | undefined;
    const of = new Map<ChannelId, MarkerView>();
    const entries = new Map<number, EntryView>();
    const channels = new Map<ChannelId, ChannelLevel>();
    const boards = new Map<BoardId, BoardLevel>();
    const muted = new Set<TaskId>();
    for (const part of parts) {
      if (part.kind !== "inbox") return undefined;
      if (part.part === "inbox") {
        const { account_id, unread, last_number, quiet, digest } = part;
        head = { account_id, unread, last_number, quiet, digest, deliveries: new Map(part.deliveries.map(({ reason, delivery }) => [reason, delivery])) };
      } else if (part.part === "entries") for (const entry of part.entries) entries.set(entry.number, entry);
      else if (part.part === "markers") for (const marker of part.markers) of.set(marker.channel_id, marker);
      else {
        for (const { channel_id, level } of part.channels) channels.set(channel_id, level);
        for (const { board_id, level } of part.boards) boards.set(board_id, level);
        for (const task of part.muted_tasks) muted.add(task);
      }
    }
    return head && { ...head, of, entries, channels, boards, muted };
  },
  reduce: (inbox, event, at) => reduce(inbox, event as InboxEvent, at),
};

type Change = (entry: EntryView) => EntryView;

function reduce(inbox: Inbox, event: InboxEvent, at: number): Inbox {
  switch (event.type) {
    case "inbox.opened":
      return inbox;
    case "notification.sent": {
      if (event.number === undefined) return inbox;
      const { number, entry } = event;
      const told: EntryView = { number, at, entry, ...(hasRead(inbox, entry.subject) && { read: true }) };
      const entries = new Map(inbox.entries).set(number, told);
      for (const oldest of entries.keys()) {
        if (entries.size <= ENTRIES_KEPT) break;
        entries.delete(oldest);
      }
      return counted({ ...inbox, last_number: number, entries });
    }
    case "notification.read":
      return each(inbox, event.numbers, (entry) => ({ ...entry, read: true }));
    case "notification.unread":
      return each(inbox, event.numbers, (entry) => ({ ...entry, read: false }));
    case "notification.all_read":
      return those(inbox, (entry) => entry.number <= event.through);
    case "notification.archived":
      return each(inbox, event.numbers, ({ snoozed_until: _, ...entry }) => ({ ...entry, read: true, archived: true }));
    case "notification.unarchived":
      return each(inbox, event.numbers, (entry) => ({ ...entry, archived: false }));
    case "notification.deleted": {
      const entries = new Map(inbox.entries);
      for (const number of event.numbers) entries.delete(number);
      return counted({ ...inbox, entries });
    }
    case "notification.snoozed":
      return each(inbox, event.numbers, (entry) => ({ ...entry, archived: false, snoozed_until: event.until }));
    case "notification.woken":
      return each(inbox, event.numbers, ({ snoozed_until: _, ...entry }) => ({ ...entry, read: false, woken_at: at }));
    case "notification.failed":
      return each(inbox, event.numbers, (entry) => (entry.failed?.includes(event.outlet) ? entry : { ...entry, failed: [...(entry.failed ?? []), event.outlet] }));
    case "notification.seen":
      return those(inbox, (entry) => entry.number <= event.through && isAbout(entry, event.what));
    case "inbox.marked": {
      const { channel_id, read_to, unread } = event;
      const of = new Map(inbox.of).set(channel_id, { channel_id, read_to, ...(unread !== undefined && { unread }) });
      const marked = { ...inbox, of };
      return those(marked, ({ entry: { subject } }) => subject.kind === "message" && subject.channel_id === channel_id && hasRead(marked, subject));
    }
    case "inbox.preferences.changed":
      return event.changes.reduce(prefer, inbox);
  }
}

function counted(inbox: Inbox): Inbox {
  let unread = 0;
  for (const entry of inbox.entries.values()) if (isUnread(entry)) unread += 1;
  return { ...inbox, unread };
}

function each(inbox: Inbox, numbers: readonly number[], change: Change): Inbox {
  const entries = new Map(inbox.entries);
  for (const number of numbers) {
    const entry = entries.get(number);
    if (entry) entries.set(number, change(entry));
  }
  return counted({ ...inbox, entries });
}

/** Reads all of these that count. */
function those(inbox: Inbox, which: (entry: EntryView) => boolean): Inbox {
  const numbers = [...inbox.entries.values()].filter((entry) => isUnread(entry) && which(entry)).map(({ number }) => number);
  return numbers.length === 0 ? inbox : each(inbox, numbers, (entry) => ({ ...entry, read: true }));
}

/** Readers may be faster than whoever tells them. */
function hasRead(inbox: Inbox, subject: EntryView["entry"]["subject"]): boolean {
  if (subject.kind !== "message" || subject.number === undefined) return false;
  const marker = inbox.of.get(subject.channel_id);
  return marker !== undefined && subject.number <= marker.read_to && !marker.unread?.includes(subject.number);
}

/** Whether whoever looked at this has seen what an entry is about. */
export function isAbout({ entry: { subject } }: EntryView, what: Seen): boolean {
  switch (what.kind) {
    case "task":
      return subject.kind === "task" && subject.task_id === what.task_id;
    case "thread":
      return subject.kind === "message" && subject.channel_id === what.channel_id && (subject.thread?.seq ?? subject.message.seq) === what.seq;
    case "board":
      return subject.kind === "board" && subject.board_id === what.board_id;
    case "team":
      return subject.kind === "team" && subject.team_id === what.team_id;
    case "channel":
      return subject.kind === "channel" && subject.channel_id === what.channel_id;
    case "organization":
      return subject.kind === "organization" && subject.org_id === what.org_id;
  }
}

function put<K, V>(map: ReadonlyMap<K, V>, key: K, value: V | undefined): ReadonlyMap<K, V> {
  const changed = new Map(map);
  if (value === undefined) changed.delete(key);
  else changed.set(key, value);
  return changed;
}

/** What is as for anybody is not held. */
function prefer(inbox: Inbox, change: PreferenceChange): Inbox {
  switch (change.set) {
    case "reason": {
      const before = inbox.deliveries.get(change.reason);
      if (!before) return inbox;
      const { in_app = before.in_app, email = before.email, push = before.push, sms = before.sms } = change;
      return { ...inbox, deliveries: put(inbox.deliveries, change.reason, { in_app, email, push, sms }) };
    }
    case "channel":
      return { ...inbox, channels: put(inbox.channels, change.channel_id, change.level === "mentions" ? undefined : change.level) };
    case "board":
      return { ...inbox, boards: put(inbox.boards, change.board_id, change.level === "involved" ? undefined : change.level) };
    case "task": {
      const muted = new Set(inbox.muted);
      if (change.muted) muted.add(change.task_id);
      else muted.delete(change.task_id);
      return { ...inbox, muted };
    }
    case "quiet":
      return { ...inbox, quiet: change.hours };
    case "digest":
      return { ...inbox, digest: change.digest };
  }
}
