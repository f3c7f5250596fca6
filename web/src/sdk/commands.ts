//! Commands on their way: counted, queued, sent in order, sent again with the same number until their outcome is known, and confirmed
//! by their echo or their reply. It knows nothing of what they mean; whoever shows their effect is told to add and drop it.

import { CODES } from "../gen/protocol";
import type { AccountId, Acknowledged, ClientId, Command, Conflict, FailedPart, Failure, Reply, Topic } from "../gen/protocol";
import { backoff, Bucket } from "./backoff";
import { Box, type Cell } from "./cells";
import type { Environment, TimerId } from "./environment";
import { rangeOf } from "./problem";
import type { KeptCommand, Storage } from "./storage";
import type { Topics } from "./topics";
import type { Transport } from "./transport";
import type { CommandResult, QueuedCommand, Refusal, Saw } from "./types";

/** Shows the effects of a topic's commands in advance. */
export interface Optimist {
  add(entry: PendingCommand): void;
  drop(entry: PendingCommand): void;
}

export interface PendingCommand {
  readonly client_seq: number;
  readonly topic: Topic;
  readonly command: Command;
  readonly created_at_ms: number;
  readonly saw: Saw;
}

interface Entry extends PendingCommand {
  state: QueuedCommand["state"];
  tries: number;
  ref: number;
  /** It left this browser at least once: only the server knows its outcome. */
  sent: boolean;
  acknowledged: Acknowledged | undefined;
  timer: TimerId | undefined;
  readonly settle: (result: CommandResult) => void;
  readonly result: Promise<CommandResult>;
}

/** Client seqs are reserved so many at once, so that a crash never uses one twice. */
const RESERVE = 100;
/** Half of what the server lets await their reply. */
const IN_FLIGHT_MAX = 16;
/** A little under what the server allows (`commands_burst_max`, `commands_per_second_max`). */
const BURST = 50;
const PER_SECOND = 18;

interface Hooks {
  refused(entry: PendingCommand, refusal: Refusal): void;
  /** It took effect over changes that this client had not seen. */
  wentOver(entry: PendingCommand, conflicts: readonly Conflict[]): void;
  /** Of several commands in one these were refused. */
  failedIn(entry: PendingCommand, failed: readonly FailedPart[]): void;
}

export class Commands {
  readonly #queue = new Box<readonly QueuedCommand[]>([]);
  readonly #env: Environment;
  readonly #transport: Transport;
  readonly #topics: Topics;
  readonly #hooks: Hooks;
  /** Confirmed by their echo before their reply, which may yet tell of conflicts, by `ref`. */
  readonly #echoed = new Map<number, PendingCommand>();
  readonly #optimists = new Map<Topic, Optimist>();
  /** In order of client seq. */
  #entries = new Map<number, Entry>();
  #storage: Storage | undefined;
  #client_id: ClientId = "";
  #account_id: AccountId | undefined;
  #next_seq = 0;
  #reserved = 0;
  /** Under way when the server could not read a frame: sent one at a time until each is answered. */
  readonly #suspects = new Set<Entry>();
  #bucket: Bucket;
  #pace: TimerId | undefined;

  constructor(env: Environment, transport: Transport, topics: Topics, hooks: Hooks) {
    this.#env = env;
    this.#transport = transport;
    this.#topics = topics;
    this.#hooks = hooks;
    this.#bucket = new Bucket(BURST, PER_SECOND, env.now_ms());
  }

  get queue(): Cell<readonly QueuedCommand[]> {
    return this.#queue;
  }

  get client_id(): ClientId {
    return this.#client_id;
  }

  get account_id(): AccountId | undefined {
    return this.#account_id;
  }

  /** Takes up what a client id of this browser left unfinished for an account. */
  async load(storage: Storage, client_id: ClientId, next_seq: number, account_id: AccountId | undefined): Promise<void> {
    const kept = account_id === undefined ? [] : await storage.commands(client_id, account_id);
    this.clear();
    this.#storage = storage;
    this.#client_id = client_id;
    this.#account_id = account_id;
    const last = kept.at(-1)?.client_seq ?? 0;
    this.#next_seq = Math.max(this.#next_seq, next_seq, last + 1);
    this.#reserved = this.#next_seq + RESERVE;
    await storage.setClient({ client_id, next_seq: this.#reserved });
    for (const command of kept) this.#add(this.#entry(command, { seq: command.saw, if_changed: command.if_changed }, command.sent));
    this.#publish();
  }

  /** Forgets all of them here, without a word to the server: another account took over. */
  clear(): void {
    for (const entry of [...this.#entries.values()]) this.#end(entry, { kind: "removed" }, false);
    this.#publish();
  }

  /** Nobody is logged in. */
  disown(): void {
    this.#account_id = undefined;
  }

  /** Queues a command and sends it when it can. */
  send(topic: Topic, command: Command, saw: Saw): { client_seq: number; result: Promise<CommandResult> } {
    if (this.#storage === undefined || this.#account_id === undefined) throw new Error("commands can be sent after start(), with an account");
    const client_seq = this.#next_seq;
    this.#next_seq += 1;
    if (this.#next_seq > this.#reserved - RESERVE / 4) {
      this.#reserved += RESERVE;
      void this.#storage.setClient({ client_id: this.#client_id, next_seq: this.#reserved });
    }
    const entry = this.#entry({ client_seq, topic, command, created_at_ms: this.#env.now_ms() }, saw, false);
    this.#add(entry);
    this.#pump();
    // After the pump: one write when it left at once.
    this.#keep(entry);
    this.#publish();
    return { client_seq, result: entry.result };
  }

  /** Only what certainly never left can be taken back. */
  remove(client_seq: number): boolean {
    const entry = this.#entries.get(client_seq);
    if (entry === undefined || entry.sent) return false;
    this.#end(entry, { kind: "removed" });
    return true;
  }

  /** What is under way on a topic, in order. */
  of(topic: Topic): PendingCommand[] {
    return [...this.#entries.values()].filter((entry) => entry.topic === topic);
  }

  /** How many have no answer yet. */
  get unanswered(): number {
    return this.#entries.size;
  }

  attach(topic: Topic, optimist: Optimist): void {
    this.#optimists.set(topic, optimist);
  }

  detach(topic: Topic): void {
    this.#optimists.delete(topic);
    this.advanced(topic);
  }

  /** A new connection: the outcome of what was sent on the last one is not known; the same numbers go out again. */
  up(): void {
    this.#bucket = new Bucket(BURST, PER_SECOND, this.#env.now_ms());
    this.#echoed.clear();
    for (const entry of this.#entries.values()) {
      this.#env.clearTimer(entry.timer);
      if (entry.state !== "acknowledged") entry.state = "waiting";
    }
    this.#pump();
    this.#publish();
  }

  down(): void {
    this.#env.clearTimer(this.#pace);
    for (const entry of this.#entries.values()) {
      this.#env.clearTimer(entry.timer);
      if (entry.state !== "acknowledged") entry.state = "waiting";
    }
    this.#publish();
  }

  /**
   * The server could not read what was sent. With one command under way, and that one under suspicion already, it is this one: it is
   * given up, so that those behind it go on. Otherwise those under way go out again one at a time. False when none was.
   */
  unreadable(close_code: number): boolean {
    const flying = [...this.#entries.values()].filter((entry) => entry.state === "sent");
    const [first] = flying;
    if (first !== undefined && flying.length === 1 && this.#suspects.has(first)) {
      const code = close_code === 1009 ? "too_large" : "malformed";
      this.#refuse(first, { code, message: CODES[code].message });
    }
    for (const entry of flying) if (this.#entries.has(entry.client_seq)) this.#suspects.add(entry);
    return flying.length > 0;
  }

  /** The echo: events that these commands made were applied. */
  echoed(topic: Topic, client_seqs: ReadonlySet<number>, acknowledged: Acknowledged): void {
    for (const client_seq of client_seqs) {
      const entry = this.#entries.get(client_seq);
      if (entry === undefined || entry.topic !== topic) continue;
      if (entry.acknowledged === undefined && entry.ref !== 0) this.#echoed.set(entry.ref, entry);
      this.#end(entry, { kind: "ok", ...(entry.acknowledged ?? acknowledged) });
    }
    this.#pump();
  }

  /** The topic came further: what was acknowledged up to there is confirmed. */
  advanced(topic: Topic): void {
    for (const entry of [...this.#entries.values()]) {
      if (entry.topic === topic && entry.acknowledged !== undefined) this.#confirm(entry, entry.acknowledged);
    }
  }

  /** True when the reply was to a command. */
  reply(message: Reply): boolean {
    const echoed = this.#echoed.get(message.ref);
    if (echoed !== undefined) {
      this.#echoed.delete(message.ref);
      if ("ok" in message) this.#tellMore(echoed, message.ok);
      return true;
    }
    const entry = [...this.#entries.values()].find((one) => one.ref === message.ref);
    if (entry === undefined) return false;
    entry.ref = 0;
    this.#suspects.delete(entry);
    if ("ok" in message) this.#acknowledge(entry, message.ok);
    else this.#failed(entry, message.error);
    this.#pump();
    this.#publish();
    return true;
  }

  #entry(command: Pick<KeptCommand, "client_seq" | "topic" | "command" | "created_at_ms">, saw: Saw, sent: boolean): Entry {
    let settle: (result: CommandResult) => void = () => undefined;
    const result = new Promise<CommandResult>((resolve) => {
      settle = resolve;
    });
    const { client_seq, topic, created_at_ms } = command;
    return { client_seq, topic, command: command.command, created_at_ms, saw, state: "waiting", tries: 0, ref: 0, sent, acknowledged: undefined, timer: undefined, settle, result };
  }

  #add(entry: Entry): void {
    this.#entries.set(entry.client_seq, entry);
    this.#optimists.get(entry.topic)?.add(entry);
  }

  #acknowledge(entry: Entry, acknowledged: Acknowledged): void {
    entry.state = "acknowledged";
    entry.acknowledged = acknowledged;
    this.#tellMore(entry, acknowledged);
    // Committed: nothing to send again after a reload, even if its event is still to come.
    this.#forget(entry);
    this.#confirm(entry, acknowledged);
  }

  #confirm(entry: Entry, acknowledged: Acknowledged): void {
    if (this.#topics.reached(entry.topic, acknowledged)) this.#end(entry, { kind: "ok", ...acknowledged });
  }

  #failed(entry: Entry, failure: Failure): void {
    const range = rangeOf(failure.code);
    if (failure.temporary || range === "authenticate") {
      entry.state = "retrying";
      entry.tries += 1;
      this.#env.clearTimer(entry.timer);
      entry.timer = this.#env.setTimer(
        () => {
          entry.state = "waiting";
          this.#pump();
          this.#publish();
        },
        failure.retry_after_ms ?? backoff(entry.tries - 1, this.#env.random),
      );
      return;
    }
    // It was refused while an earlier one still has to be tried again, on which it may build: it is asked again after that one.
    if (this.#overtook(entry)) {
      entry.state = "waiting";
      return;
    }
    const { code, message, field, limit, conflicts } = failure;
    const refusal: Refusal = { code, message, ...(field !== undefined && { field }), ...(limit !== undefined && { limit }), ...(conflicts !== undefined && { conflicts }) };
    this.#refuse(entry, refusal);
  }

  #refuse(entry: Entry, refusal: Refusal): void {
    this.#end(entry, { kind: "refused", refusal });
    this.#hooks.refused(entry, refusal);
  }

  #tellMore(entry: PendingCommand, { conflicts, failed }: Acknowledged): void {
    if (conflicts !== undefined && conflicts.length > 0) this.#hooks.wentOver(entry, conflicts);
    if (failed !== undefined && failed.length > 0) this.#hooks.failedIn(entry, failed);
  }

  #overtook(entry: Entry): boolean {
    for (const earlier of this.#entries.values()) {
      if (earlier.client_seq >= entry.client_seq) return false;
      if (earlier.topic === entry.topic && earlier.tries > 0 && earlier.state !== "acknowledged") return true;
    }
    return false;
  }

  /** Sends what may be sent: in order within a topic, not too many at once, not too fast. */
  #pump(): void {
    if (!this.#transport.live) return;
    let in_flight = 0;
    for (const entry of this.#entries.values()) if (entry.state === "sent") in_flight += 1;
    const blocked = new Set<Topic>();
    for (const entry of this.#entries.values()) {
      if (entry.state === "retrying") blocked.add(entry.topic);
      if (entry.state !== "waiting" || blocked.has(entry.topic)) continue;
      if (in_flight >= (this.#suspects.size > 0 ? 1 : IN_FLIGHT_MAX)) return;
      const wait_ms = this.#bucket.take(this.#env.now_ms());
      if (wait_ms > 0) {
        this.#env.clearTimer(this.#pace);
        this.#pace = this.#env.setTimer(() => {
          this.#pump();
          this.#publish();
        }, wait_ms);
        return;
      }
      in_flight += 1;
      this.#transmit(entry);
    }
  }

  #transmit(entry: Entry): void {
    entry.state = "sent";
    entry.ref = this.#transport.ref();
    const kept = !entry.sent && entry.tries === 0;
    entry.sent = true;
    if (kept) this.#keep(entry);
    const { ref, topic, client_seq, command, saw } = entry;
    this.#transport.send({ type: "command", ref, topic, client_seq, body: command, ...wordsOf(saw) });
  }

  #end(entry: Entry, result: CommandResult, forget = true): void {
    this.#env.clearTimer(entry.timer);
    this.#entries.delete(entry.client_seq);
    this.#suspects.delete(entry);
    if (forget) this.#forget(entry);
    this.#optimists.get(entry.topic)?.drop(entry);
    entry.settle(result);
    this.#publish();
  }

  #keep(entry: Entry): void {
    if (this.#account_id === undefined || !this.#entries.has(entry.client_seq) || entry.acknowledged !== undefined) return;
    const { client_seq, topic, command, saw, created_at_ms, sent } = entry;
    const owner = { client_id: this.#client_id, account_id: this.#account_id };
    void this.#storage?.putCommand({ ...owner, client_seq, topic, command, created_at_ms, sent, ...wordsOf(saw) });
  }

  #forget(entry: Entry): void {
    void this.#storage?.removeCommand(this.#client_id, entry.client_seq);
  }

  #publish(): void {
    const queue = [...this.#entries.values()].map(({ client_seq, topic, command, state, created_at_ms, tries }) => ({ client_seq, topic, command, state, created_at_ms, tries }));
    if (queue.length > 0 || this.#queue.get().length > 0) this.#queue.set(queue);
  }
}

function wordsOf({ seq, if_changed }: Saw): { saw?: number; if_changed?: "apply" | "refuse" } {
  return { ...(seq !== undefined && { saw: seq }), ...(if_changed !== undefined && { if_changed }) };
}
