//! Who else is here, what they have open, and moments (typing, dragging, pointers) that pass by themselves. Nothing here is kept, and
//! all of it may be lost.

import type { AccountId, ConnectionId, Ephemeral, MessageId, PresenceEntry, PresenceMeta, ServerMessage, TaskId, Topic } from "../gen/protocol";
import { Box, type Cell, KeyedListeners } from "./cells";
import type { Environment, TimerId } from "./environment";
import { same } from "./layer";
import type { Transport } from "./transport";
import type { Drag, Pointer, Present, PresenceHandle } from "./types";

/** How long a moment shows without being said again. */
export const MOMENT_MS = 3_000;
/** Twenty messages a second at most. */
export const GAP_MS = 50;
/** "Still typing" is said this often. */
const TYPING_GAP_MS = 1_500;

interface Moment {
  readonly account_id: AccountId;
  readonly connection_id: ConnectionId;
  readonly body: Ephemeral;
  readonly until_ms: number;
}

export class Presence implements PresenceHandle {
  readonly people = new Box<readonly Present[]>([]);
  readonly count = new Box(0);
  readonly drags = new Box<readonly Drag[]>([]);
  readonly pointers = new Box<readonly Pointer[]>([]);
  readonly #env: Environment;
  readonly #transport: Transport;
  readonly #topic: Topic;
  readonly #self: () => ConnectionId | undefined;
  readonly #entries = new Map<ConnectionId, PresenceEntry>();
  /** By connection and kind: a person drags one thing at a time. */
  readonly #moments = new Map<string, Moment>();
  readonly #openCells = new KeyedListeners<TaskId, readonly AccountId[]>();
  readonly #typingCells = new KeyedListeners<TaskId, readonly AccountId[]>();
  readonly #open = new Map<TaskId, readonly AccountId[]>();
  readonly #typing = new Map<TaskId, readonly AccountId[]>();
  readonly #writingCells = new KeyedListeners<MessageId, readonly AccountId[]>();
  readonly #writing = new Map<MessageId, readonly AccountId[]>();
  #meta: PresenceMeta = {};
  #said: PresenceMeta = {};
  #joined = false;
  #expiry: TimerId | undefined;
  /** The newest of each kind that waits for its turn. */
  readonly #outgoing = new Map<Ephemeral["kind"] | "meta", Ephemeral | undefined>();
  #turn: TimerId | undefined;
  #last_sent_ms = Number.NEGATIVE_INFINITY;
  #typed: { about: string; at_ms: number } | undefined;

  constructor(env: Environment, transport: Transport, topic: Topic, self: () => ConnectionId | undefined) {
    this.#env = env;
    this.#transport = transport;
    this.#topic = topic;
    this.#self = self;
  }

  on(task_id: TaskId): Cell<readonly AccountId[]> {
    return this.#openCells.cell(task_id, () => this.#open.get(task_id) ?? NOBODY);
  }

  typing(task_id: TaskId): Cell<readonly AccountId[]> {
    return this.#typingCells.cell(task_id, () => this.#typing.get(task_id) ?? NOBODY);
  }

  setOpenTask(task_id: TaskId | undefined): void {
    const { task_id: _before, ...rest } = this.#meta;
    this.#setMeta(task_id === undefined ? rest : { ...rest, task_id });
  }

  setAway(away: boolean): void {
    const { away: _before, ...rest } = this.#meta;
    this.#setMeta(away ? { ...rest, away } : rest);
  }

  sendTyping(task_id: TaskId): void {
    if (this.#types(task_id)) this.#queue("typing", { kind: "typing", task_id });
  }

  /** Who writes in the channel, or in the thread that a message began. */
  writing(thread: MessageId = ""): Cell<readonly AccountId[]> {
    return this.#writingCells.cell(thread, () => this.#writing.get(thread) ?? NOBODY);
  }

  sendWriting(thread?: MessageId): void {
    if (this.#types(thread ?? "")) this.#queue("writing", { kind: "writing", ...(thread !== undefined && { thread }) });
  }

  /** What somebody wrote is said: they write no more. */
  wrote(account_id: AccountId, thread: MessageId | undefined): void {
    let changed = false;
    for (const [key, { account_id: who, body }] of this.#moments) if (who === account_id && body.kind === "writing" && body.thread === thread) changed = this.#moments.delete(key);
    if (changed) this.#publishMoments();
  }

  /** Whether it is time to say again that somebody writes here. */
  #types(about: string): boolean {
    const now_ms = this.#env.now_ms();
    if (this.#typed?.about === about && now_ms - this.#typed.at_ms < TYPING_GAP_MS) return false;
    this.#typed = { about, at_ms: now_ms };
    return true;
  }

  sendDragging(task_id: TaskId, column_id?: string): void {
    this.#queue("dragging", { kind: "dragging", task_id, ...(column_id !== undefined && { column_id }) });
  }

  stopDragging(): void {
    this.#outgoing.delete("dragging");
  }

  sendPointer(x: number, y: number): void {
    const clamp = (value: number): number => Math.min(1000, Math.max(0, Math.round(value)));
    this.#queue("cursor", { kind: "cursor", x: clamp(x), y: clamp(y) });
  }

  /** From the server. The state after a join means that this connection is seen: say what it is doing. */
  handle(message: ServerMessage): void {
    switch (message.type) {
      case "presence_state":
        this.#entries.clear();
        for (const entry of message.entries) this.#entries.set(entry.connection_id, entry);
        this.count.set(message.count);
        this.#joined = true;
        this.#said = {};
        this.#setMeta(this.#meta);
        break;
      case "presence_diff":
        for (const entry of message.joined ?? []) this.#entries.set(entry.connection_id, entry);
        for (const connection_id of message.left ?? []) this.#leave(connection_id);
        this.count.set(message.count);
        break;
      case "ephemeral":
        this.#moment(message.connection_id, message.account_id, message.body);
        return;
      default:
        return;
    }
    this.#publishPeople();
    this.#publishMoments();
  }

  /** A person put the card down: what they did with it shows now, and they drag it no more. */
  landed(task_id: TaskId, account_id: AccountId): void {
    let changed = false;
    for (const [key, { account_id: who, body }] of this.#moments) {
      if (who === account_id && body.kind === "dragging" && body.task_id === task_id) changed = this.#moments.delete(key);
    }
    if (changed) this.#publishMoments();
  }

  /** The connection is gone: nobody is known to be here. */
  down(): void {
    this.#joined = false;
    this.#entries.clear();
    this.#moments.clear();
    this.#outgoing.clear();
    this.#env.clearTimer(this.#turn);
    this.#turn = undefined;
    this.#env.clearTimer(this.#expiry);
    this.count.set(0);
    this.#publishPeople();
    this.#publishMoments();
  }

  #leave(connection_id: ConnectionId): void {
    this.#entries.delete(connection_id);
    for (const [key, moment] of this.#moments) if (moment.connection_id === connection_id) this.#moments.delete(key);
  }

  #setMeta(meta: PresenceMeta): void {
    this.#meta = meta;
    if (!this.#joined || same(meta, this.#said)) return;
    this.#queue("meta", undefined);
  }

  #queue(kind: Ephemeral["kind"] | "meta", body: Ephemeral | undefined): void {
    if (!this.#joined) return;
    this.#outgoing.set(kind, body);
    if (this.#turn !== undefined) return;
    const wait_ms = Math.max(0, this.#last_sent_ms + GAP_MS - this.#env.now_ms());
    if (wait_ms === 0) this.#sendNext();
    else this.#turn = this.#env.setTimer(() => this.#sendNext(), wait_ms);
  }

  #sendNext(): void {
    this.#turn = undefined;
    const next = this.#outgoing.entries().next().value;
    if (next === undefined) return;
    const [kind, body] = next;
    this.#outgoing.delete(kind);
    this.#last_sent_ms = this.#env.now_ms();
    if (body !== undefined) this.#transport.send({ type: "ephemeral", topic: this.#topic, body });
    else {
      this.#said = this.#meta;
      this.#transport.send({ type: "presence", topic: this.#topic, meta: this.#meta });
    }
    if (this.#outgoing.size > 0) this.#turn = this.#env.setTimer(() => this.#sendNext(), GAP_MS);
  }

  #moment(connection_id: ConnectionId, account_id: AccountId, body: Ephemeral): void {
    if (connection_id === this.#self()) return;
    this.#moments.set(`${connection_id} ${body.kind}`, { connection_id, account_id, body, until_ms: this.#env.now_ms() + MOMENT_MS });
    this.#publishMoments();
    this.#scheduleExpiry();
  }

  #scheduleExpiry(): void {
    this.#env.clearTimer(this.#expiry);
    const first_ms = Math.min(...[...this.#moments.values()].map((moment) => moment.until_ms));
    if (!Number.isFinite(first_ms)) return;
    this.#expiry = this.#env.setTimer(() => {
      const now_ms = this.#env.now_ms();
      for (const [key, moment] of this.#moments) if (moment.until_ms <= now_ms) this.#moments.delete(key);
      this.#publishMoments();
      this.#scheduleExpiry();
    }, Math.max(1, first_ms - this.#env.now_ms()));
  }

  #publishPeople(): void {
    const self = this.#self();
    const by_account = new Map<AccountId, PresenceEntry[]>();
    const open = new Map<TaskId, Set<AccountId>>();
    for (const entry of this.#entries.values()) {
      if (entry.connection_id === self) continue;
      by_account.set(entry.account_id, [...(by_account.get(entry.account_id) ?? []), entry]);
      if (entry.task_id !== undefined) open.set(entry.task_id, (open.get(entry.task_id) ?? new Set()).add(entry.account_id));
    }
    const people = [...by_account].sort(([a], [b]) => (a < b ? -1 : 1)).map(([account_id, entries]): Present => ({
      account_id,
      connections: entries.map((entry) => entry.connection_id),
      task_ids: [...new Set(entries.flatMap((entry) => (entry.task_id === undefined ? [] : [entry.task_id])))],
      away: entries.every((entry) => entry.away === true),
    }));
    if (!same(people, this.people.get())) this.people.set(people);
    publishKeyed(open, this.#open, this.#openCells);
  }

  #publishMoments(): void {
    const drags: Drag[] = [];
    const pointers: Pointer[] = [];
    const typing = new Map<TaskId, Set<AccountId>>();
    const writing = new Map<MessageId, Set<AccountId>>();
    for (const { account_id, connection_id, body } of this.#moments.values()) {
      if (body.kind === "dragging") {
        const { task_id, column_id } = body;
        drags.push({ account_id, connection_id, task_id, ...(column_id !== undefined && { column_id }) });
      } else if (body.kind === "cursor") pointers.push({ account_id, connection_id, x: body.x, y: body.y });
      else if (body.kind === "typing") typing.set(body.task_id, (typing.get(body.task_id) ?? new Set()).add(account_id));
      else writing.set(body.thread ?? "", (writing.get(body.thread ?? "") ?? new Set()).add(account_id));
    }
    if (!same(drags, this.drags.get())) this.drags.set(drags);
    if (!same(pointers, this.pointers.get())) this.pointers.set(pointers);
    publishKeyed(typing, this.#typing, this.#typingCells);
    publishKeyed(writing, this.#writing, this.#writingCells);
  }
}

/** Brings `shown` to `next` and tells the keys whose people changed; the others keep their very array. */
function publishKeyed(next: Map<TaskId, Set<AccountId>>, shown: Map<TaskId, readonly AccountId[]>, cells: KeyedListeners<TaskId, readonly AccountId[]>): void {
  const changed: TaskId[] = [];
  for (const task_id of [...shown.keys()]) {
    if (next.has(task_id)) continue;
    shown.delete(task_id);
    changed.push(task_id);
  }
  for (const [task_id, accounts] of next) {
    const sorted = [...accounts].sort();
    if (same(shown.get(task_id), sorted)) continue;
    shown.set(task_id, sorted);
    changed.push(task_id);
  }
  for (const task_id of changed) cells.emit(task_id, shown.get(task_id) ?? NOBODY);
}

const NOBODY: readonly AccountId[] = [];
