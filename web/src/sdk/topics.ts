//! What is joined: each topic with its bookmark. Joins, resumes, puts snapshots together, refuses gaps and repetitions. What a topic's
//! content means is its consumer's business.

import type { Acknowledged, Audience, Bookmark, Events, Failure, Heads, Held, Joined, ServerMessage, SnapshotPart, Topic, ViewPart } from "../gen/protocol";
import { CODES } from "../gen/protocol";
import { backoff } from "./backoff";
import type { Environment, TimerId } from "./environment";
import { Pulse, type Pulsed } from "./pulse";
import type { Transport } from "./transport";
import type { TopicPhase } from "./types";

/** Who holds a topic's content. */
export interface Consumer {
  /** Whether to see others, and be seen. */
  readonly presence: boolean;
  /** The whole view: forget what was held. False when it cannot be used: it is asked for again. */
  replace(parts: readonly ViewPart[], bookmark: Bookmark): boolean;
  /** Events in order, the next after what was held. */
  apply(message: Events, catching_up: boolean): void;
  phase(phase: TopicPhase): void;
  stale(stale: boolean): void;
  /** Up to the server's head after a join; `changes` since what was held before (0 for a first join). */
  caughtUp(changes: number): void;
  /** Presence, moments and hints. */
  moment(message: ServerMessage): void;
}

/** A head that is ahead of what is held must be reached within this: it may be in the frame behind. */
const HEADS_GRACE_MS = 1_000;
/** So many joins without progress: ask for everything. */
const FRUITLESS_MAX = 3;

interface Entry {
  readonly topic: Topic;
  readonly consumer: Consumer;
  held: Held | undefined;
  state: "idle" | "joining" | "snapshot" | "catching_up" | "joined" | "refused";
  ref: number;
  head: Bookmark | undefined;
  /** What was held when the connection began. */
  from: Held | undefined;
  /** For whose eyes what comes is made. */
  audience: Audience;
  parts: ViewPart[];
  /** Joins that were answered and led nowhere. */
  fruitless: number;
  /** Joins in a row that were refused for the moment. */
  refusals: number;
  timer: TimerId | undefined;
  /** What was told of the head while a timer waits for what is missing to come by itself. */
  behind: Bookmark | undefined;
}

export interface TopicHooks {
  /** The topic is not followed any more: there is none to be seen, or access was lost. */
  refused(topic: Topic, phase: "missing" | "revoked", code: Failure["code"]): void;
  /** What is held of the topic moved on. */
  advanced(topic: Topic): void;
  /** What is told besides events was not heard until now. */
  missed(): void;
}

export class Topics {
  readonly #env: Environment;
  readonly #transport: Transport;
  readonly #refused: (topic: Topic, phase: "missing" | "revoked", code: Failure["code"]) => void;
  readonly #advanced: (topic: Topic) => void;
  readonly #missed: () => void;
  readonly #entries = new Map<Topic, Entry>();
  readonly #stale = new Set<Topic>();
  readonly #pulses = new Map<Topic, Pulse>();

  constructor(env: Environment, transport: Transport, hooks: TopicHooks) {
    this.#env = env;
    this.#transport = transport;
    this.#refused = hooks.refused;
    this.#advanced = hooks.advanced;
    this.#missed = hooks.missed;
  }

  /** Starts to follow a topic from what is held of it. */
  open(topic: Topic, consumer: Consumer, held: Held | undefined): void {
    this.#env.clearTimer(this.#entries.get(topic)?.timer);
    const entry: Entry = { topic, consumer, held, state: "idle", ref: 0, head: undefined, from: held, audience: "member", parts: [], fruitless: 0, refusals: 0, timer: undefined, behind: undefined };
    this.#entries.set(topic, entry);
    if (this.#transport.live) this.#join(entry);
  }

  close(topic: Topic): void {
    const entry = this.#entries.get(topic);
    if (entry === undefined) return;
    this.#env.clearTimer(entry.timer);
    this.#entries.delete(topic);
    this.#stale.delete(topic);
    if (this.#transport.live && entry.state !== "refused") this.#transport.send({ type: "leave", ref: this.#transport.ref(), topic });
    const pulse = this.#pulses.get(topic);
    if (pulse !== undefined) this.open(topic, pulse, undefined);
  }

  /** Says when a topic changes until the answer is called, without holding it. Whoever opens it meanwhile has it alone: nothing is said until
   *  they close it. */
  watch(topic: Topic, listener: Pulsed): () => void {
    const pulse = this.#pulses.get(topic) ?? new Pulse();
    pulse.listeners.add(listener);
    this.#pulses.set(topic, pulse);
    if (!this.#entries.has(topic)) this.open(topic, pulse, undefined);
    return () => {
      pulse.listeners.delete(listener);
      if (pulse.listeners.size > 0 || this.#pulses.get(topic) !== pulse) return;
      this.#pulses.delete(topic);
      if (this.#entries.get(topic)?.consumer === pulse) this.close(topic);
    };
  }

  /** Of whoever opened it. */
  held(topic: Topic): Held | undefined {
    return this.follows(topic) ? this.#entries.get(topic)?.held : undefined;
  }

  /** Whether what is held of the topic has come this far. True as well when nobody follows it. */
  reached(topic: Topic, { epoch, seq }: Acknowledged): boolean {
    const entry = this.#entries.get(topic);
    if (entry === undefined || entry.state === "refused") return true;
    const { held } = entry;
    return held !== undefined && (held.epoch > epoch || (held.epoch === epoch && held.seq >= seq));
  }

  follows(topic: Topic): boolean {
    const entry = this.#entries.get(topic);
    return entry !== undefined && !(entry.consumer instanceof Pulse);
  }

  /** Some topic is not at the server's head yet. */
  get syncing(): boolean {
    return [...this.#entries.values()].some((entry) => !(entry.consumer instanceof Pulse) && entry.state !== "joined" && entry.state !== "refused");
  }

  get stale(): boolean {
    return this.#stale.size > 0;
  }

  /** A new connection: join everything from where it stands. */
  up(): void {
    for (const entry of this.#entries.values()) {
      if (entry.state === "refused") continue;
      entry.from = entry.held;
      entry.fruitless = 0;
      entry.refusals = 0;
      this.#join(entry);
    }
  }

  down(): void {
    this.#stale.clear();
    for (const entry of this.#entries.values()) {
      this.#still(entry);
      entry.parts = [];
      if (entry.state === "refused") continue;
      entry.state = "idle";
      entry.consumer.stale(false);
      entry.consumer.phase(entry.held === undefined ? "loading" : "cached");
    }
  }

  /** True when the message was for this room. */
  handle(message: ServerMessage): boolean {
    switch (message.type) {
      case "joined":
        this.#joined(message);
        return true;
      case "snapshot":
        this.#part(message);
        return true;
      case "events":
        this.#events(message);
        return true;
      case "reply":
        return "error" in message ? this.#joinRefused(message.ref, message.error) : false;
      case "resync":
        this.#with(message.topic, (entry) => this.#join(entry));
        return true;
      case "heads":
        this.#heads(message);
        return true;
      case "stale":
        this.#setStale(message.topic, message.stale);
        return true;
      case "revoked":
        this.#with(message.topic, (entry) => this.#refuse(entry, "revoked", message.code));
        return true;
      case "presence_state":
      case "presence_diff":
      case "ephemeral":
      case "lists_changed":
        this.#with(message.topic, (entry) => entry.consumer.moment(message));
        return true;
      default:
        return false;
    }
  }

  /** Asks for the topic anew: from the bookmark, or whole. */
  #join(entry: Entry, whole = false): void {
    this.#still(entry);
    if (!this.#transport.live) return;
    if (whole || entry.fruitless >= FRUITLESS_MAX) entry.held = undefined;
    entry.parts = [];
    entry.state = "joining";
    entry.ref = this.#transport.ref();
    const after = entry.held;
    const { topic, consumer, ref } = entry;
    this.#transport.send({ type: "join", ref, topic, ...(after !== undefined && { after }), ...(consumer.presence && { presence: true }) });
  }

  #joined({ topic, ref, head, resumed_from, audience }: Joined): void {
    this.#with(topic, (entry) => {
      if (entry.state !== "joining" || entry.ref !== ref) return;
      entry.head = head;
      entry.audience = audience;
      entry.fruitless += 1;
      entry.refusals = 0;
      entry.state = resumed_from === "snapshot" ? "snapshot" : "catching_up";
      if (resumed_from !== "snapshot") this.#arrived(entry);
    });
  }

  #part({ topic, bookmark, part, parts, view }: SnapshotPart): void {
    this.#with(topic, (entry) => {
      if (entry.state !== "snapshot") return;
      if (part !== entry.parts.length) {
        this.#join(entry, true);
        return;
      }
      entry.parts.push(view);
      if (entry.parts.length < parts) return;
      const whole = entry.parts;
      entry.parts = [];
      // All parts are there: only now does what is shown change, at once.
      if (!entry.consumer.replace(whole, bookmark)) {
        this.#later(entry, undefined);
        return;
      }
      entry.held = { ...bookmark, audience: entry.audience };
      entry.state = "catching_up";
      this.#advanced(topic);
      this.#arrived(entry);
    });
  }

  #events(message: Events): void {
    this.#with(message.topic, (entry) => {
      // Before `joined` they belong to the earlier join and come again; within a snapshot there are none.
      if (entry.state !== "catching_up" && entry.state !== "joined") return;
      const { held } = entry;
      if (held === undefined || held.epoch !== message.epoch) {
        this.#join(entry, true);
        return;
      }
      if (message.seq <= held.seq) return;
      if (message.after > held.seq) {
        this.#join(entry);
        return;
      }
      const fresh = message.events.filter((happened) => happened.seq > held.seq);
      entry.held = { ...held, seq: message.seq };
      entry.fruitless = 0;
      entry.consumer.apply({ ...message, events: fresh }, entry.state === "catching_up");
      this.#advanced(message.topic);
      if (entry.state === "catching_up") this.#arrived(entry);
    });
  }

  #arrived(entry: Entry): void {
    const { held, head, from } = entry;
    if (held === undefined || head === undefined || held.epoch !== head.epoch || held.seq < head.seq) return;
    entry.state = "joined";
    entry.fruitless = 0;
    const changes = from === undefined || from.epoch !== held.epoch ? 0 : held.seq - from.seq;
    entry.from = held;
    entry.consumer.phase("ready");
    entry.consumer.caughtUp(changes);
    this.#missed();
  }

  #joinRefused(ref: number, failure: Failure): boolean {
    for (const entry of this.#entries.values()) {
      if (entry.state !== "joining" || entry.ref !== ref) continue;
      const range = Math.floor((CODES[failure.code]?.number ?? 500) / 100);
      if (range === 1 || range === 3) this.#refuse(entry, "missing", failure.code);
      else this.#later(entry, failure.retry_after_ms);
      return true;
    }
    return false;
  }

  #later(entry: Entry, delay_ms: number | undefined): void {
    this.#still(entry);
    const wait_ms = delay_ms ?? backoff(entry.refusals, this.#env.random);
    entry.refusals += 1;
    entry.timer = this.#env.setTimer(() => this.#join(entry), wait_ms);
  }

  #refuse(entry: Entry, phase: "missing" | "revoked", code: Failure["code"]): void {
    this.#still(entry);
    entry.state = "refused";
    entry.held = undefined;
    this.#stale.delete(entry.topic);
    entry.consumer.phase(phase);
    if (!(entry.consumer instanceof Pulse)) this.#refused(entry.topic, phase, code);
  }

  #heads({ heads }: Heads): void {
    for (const [topic, head] of heads) {
      this.#with(topic, (entry) => {
        if (entry.state !== "joined" || !isBehind(entry.held, head)) return;
        const waits = entry.behind !== undefined;
        entry.behind = head;
        // Heads that come more often do not put it off.
        if (waits) return;
        entry.timer = this.#env.setTimer(() => {
          const told = entry.behind;
          entry.behind = undefined;
          if (entry.state === "joined" && told !== undefined && isBehind(entry.held, told)) this.#join(entry);
        }, HEADS_GRACE_MS);
      });
    }
  }

  #setStale(topic: Topic, stale: boolean): void {
    this.#with(topic, (entry) => {
      const was = this.#stale.has(topic);
      if (stale) this.#stale.add(topic);
      else this.#stale.delete(topic);
      entry.consumer.stale(stale);
      if (was && !stale) this.#missed();
    });
  }

  /** Whatever was to be done later is not. */
  #still(entry: Entry): void {
    this.#env.clearTimer(entry.timer);
    entry.behind = undefined;
  }

  #with(topic: Topic, fn: (entry: Entry) => void): void {
    const entry = this.#entries.get(topic);
    if (entry !== undefined) fn(entry);
  }
}

const isBehind = (held: Bookmark | undefined, head: Bookmark): boolean => held === undefined || held.epoch !== head.epoch || held.seq < head.seq;
