//! What was said, as a screen reads it: a window over the history that is loaded by pages, lives on by events, and shows own commands in
//! advance. One question at a time; what a newer one makes useless is thrown away. It must never show a gap as if there was none.

import type { ChannelEvent, Happened, MessageView } from "../gen/protocol";
import { backoff } from "./backoff";
import { Box } from "./cells";
import { messageOf, reduceMessage, touched } from "./channel-reduce";
import type { MessagesQuery } from "./channels";
import type { Environment, TimerId } from "./environment";
import { apply, type Belongs, bounded, join, type MessagePage, type Window, windowOf } from "./message-window";
import { Problem } from "./problem";

/** A message as it is shown. */
export interface ShownMessage extends MessageView {
  /** Some of it is not confirmed yet; its seq is 0 while it is not posted. */
  readonly pending?: true;
}

export interface Effect {
  readonly event: ChannelEvent;
  readonly at: number;
  readonly by: string;
}

export interface FeedSource {
  readonly env: Environment;
  read(query: MessagesQuery, signal: AbortSignal): Promise<MessagePage>;
  belongs: Belongs;
  /** How a message is named in a question: by its number, or by its seq. */
  place(message: MessageView): number;
  /** The confirmed seq of the channel. */
  seq(): number | undefined;
  /** The effects of own commands under way, in order. */
  effects(): readonly Effect[];
}

export type FeedPhase = "loading" | "ready" | "missing" | "failed";
type Want = { readonly way: "newest" } | { readonly way: "before" } | { readonly way: "after" } | { readonly way: "around"; readonly place: number };

export const PAGE_MESSAGES = 60;
/** So many are held at most. */
export const WINDOW_MAX = 480;
const TRIES_MAX = 5;

export class Feed {
  readonly phase = new Box<FeedPhase>("loading");
  readonly messages = new Box<readonly ShownMessage[]>([]);
  readonly more_before = new Box(false);
  readonly more_after = new Box(false);
  /** What is being asked for. */
  readonly busy = new Box<Want["way"] | undefined>(undefined);
  readonly #source: FeedSource;
  #window: Window | undefined;
  #since: Happened<ChannelEvent>[] = [];
  #reading: { readonly want: Want; readonly control: AbortController; readonly done: Promise<void> } | undefined;
  #timer: TimerId | undefined;
  #tries = 0;
  #closed = false;
  /** Whoever looks at the newest wants them kept; whoever reads back, the older ones. */
  #keep: "first" | "last" = "last";
  #looked: number | undefined;

  constructor(source: FeedSource) {
    this.#source = source;
  }

  newest(): Promise<void> {
    if (this.#window !== undefined && !this.#window.more_after && this.#window.items.length > 0) return Promise.resolve();
    return this.#until({ way: "newest" });
  }

  /** Older ones, or newer ones, put to what is there. */
  more(way: "before" | "after"): Promise<void> {
    const window = this.#window;
    if (window === undefined || (way === "before" ? !window.more_before : !window.more_after)) return Promise.resolve();
    if (this.#reading !== undefined) return this.#reading.done;
    return this.#ask({ way });
  }

  /** Until a message of this place is there, with those around it. */
  around(place: number): Promise<void> {
    if (this.has(place)) return Promise.resolve();
    return this.#until({ way: "around", place });
  }

  /** Asked anew meanwhile, it is waited for that answer. */
  async #until(want: Want): Promise<void> {
    await this.#ask(want);
    while (this.#reading !== undefined) await this.#reading.done;
  }

  has(place: number): boolean {
    return this.#window?.items.some((item) => this.#source.place(item.view) === place) ?? false;
  }

  /** All anew: events were missed. What is shown stays until the answer is there. */
  reload(): void {
    this.#tries = 0;
    const window = this.#window;
    const asked = this.#reading?.want;
    if (asked?.way === "newest" || asked?.way === "around") {
      void this.#ask(asked, true);
      return;
    }
    const middle = window?.items[window.items.length >> 1]?.view;
    const looked = this.#looked !== undefined && this.has(this.#looked) ? this.#looked : window?.more_after && middle !== undefined ? this.#source.place(middle) : undefined;
    void this.#ask(looked === undefined ? { way: "newest" } : { way: "around", place: looked }, true);
  }

  /** Events that the channel just applied. */
  apply(events: readonly Happened<ChannelEvent>[]): void {
    if (this.#reading !== undefined) this.#since.push(...events);
    if (this.#window === undefined) return;
    this.#window = bounded(apply(this.#window, events, this.#source.belongs), WINDOW_MAX, this.#keep);
  }

  /** Which end is looked at: when there are too many, those at the other go. And the message that is looked at, where that is not the end. */
  looking(at: "first" | "last", place?: number): void {
    this.#keep = at;
    this.#looked = place;
  }

  /** What is shown, anew: after events, and when own commands came or went. */
  refresh(): void {
    const window = this.#window;
    if (window === undefined) return;
    const confirmed: readonly ShownMessage[] = window.items.map((item) => item.view);
    let shown = confirmed;
    for (const effect of this.#source.effects()) shown = foreseen(shown, effect, this.#source.belongs, !window.more_after);
    const before = this.messages.get();
    const unchanged = before.length === shown.length && shown.every((message, at) => message === before[at]);
    if (!unchanged) this.messages.set(shown);
    this.more_before.set(window.more_before);
    this.more_after.set(window.more_after);
  }

  close(): void {
    this.#closed = true;
    this.#reading?.control.abort();
    this.#reading = undefined;
    this.#source.env.clearTimer(this.#timer);
  }

  #ask(want: Want, fresh = false): Promise<void> {
    this.#reading?.control.abort();
    this.#source.env.clearTimer(this.#timer);
    const control = new AbortController();
    this.#since = [];
    if (this.#window === undefined) this.phase.set("loading");
    this.busy.set(want.way);
    const done = this.#read(want, control, fresh);
    this.#reading = { want, control, done };
    return done;
  }

  async #read(want: Want, control: AbortController, fresh: boolean): Promise<void> {
    // In a task of its own, so that `#reading` names it before it ends.
    await Promise.resolve();
    const seq = this.#source.seq();
    const asked = this.#window;
    try {
      const page = await this.#source.read({ ...this.#query(want, asked), limit: PAGE_MESSAGES, ...(seq !== undefined && { min_seq: seq }) }, control.signal);
      if (this.#reading?.control !== control) return;
      this.#reading = undefined;
      const found = windowOf(page, this.#since, this.#source.belongs);
      this.#since = [];
      this.#tries = 0;
      const follows = want.way === "before" || want.way === "after" ? want.way : undefined;
      this.#keep = want.way === "before" ? "first" : "last";
      this.#window = bounded(fresh ? found : join(this.#window, found, follows), WINDOW_MAX, this.#keep);
      this.busy.set(undefined);
      this.refresh();
      this.phase.set("ready");
    } catch (error) {
      if (this.#reading?.control !== control) return;
      this.#reading = undefined;
      this.busy.set(undefined);
      this.#failed(error, want, fresh);
    }
  }

  #query(want: Want, window: Window | undefined): MessagesQuery {
    const edge = want.way === "before" ? window?.items[0] : want.way === "after" ? window?.items.at(-1) : undefined;
    if (want.way === "around") return { around: want.place };
    return edge === undefined ? {} : { [want.way]: this.#source.place(edge.view) };
  }

  #failed(error: unknown, want: Want, fresh: boolean): void {
    if (!(error instanceof Problem)) throw error;
    if (this.#closed) return;
    if ((error.temporary || error.unreachable) && this.#tries < TRIES_MAX) {
      this.#tries += 1;
      this.#timer = this.#source.env.setTimer(() => void this.#ask(want, fresh), error.retry_after_ms ?? backoff(this.#tries, this.#source.env.random));
    } else if (error.code === "not_found") this.phase.set("missing");
    else if (this.#window === undefined) this.phase.set("failed");
  }
}

/** With what an own command will come to. */
function foreseen(shown: readonly ShownMessage[], { event, at, by }: Effect, belongs: Belongs, at_end: boolean): readonly ShownMessage[] {
  const posted = messageOf({ event, seq: 0, at, by });
  if (posted !== undefined) {
    const known = shown.some((message) => message.message.message_id === posted.message.message_id);
    const grown: readonly ShownMessage[] = at_end && !known && belongs(posted) ? [...shown, { ...posted, pending: true }] : shown;
    const root = posted.thread?.seq;
    return root === undefined || known ? grown : grown.map((message) => (message.message.seq === root ? { ...reduceMessage(message, { event, at, by }), pending: true } : message));
  }
  const seq = touched(event)?.seq;
  if (seq === undefined || !shown.some((message) => message.message.seq === seq)) return shown;
  return shown.map((message) => (message.message.seq === seq ? { ...reduceMessage(message, { event, at, by }), pending: true } : message));
}
