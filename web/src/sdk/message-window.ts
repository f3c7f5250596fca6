//! A stretch of what was said, without gaps: pages of the history put together, kept true by the events of the channel. Pure data. Each
//! message knows up to which seq it is folded, for pages and events come in any order; nothing is folded twice. It must never hold more
//! than it is told to.

import type { ChannelEvent, Happened, MessageView } from "../gen/protocol";
import { messageOf, reduceMessage, touched, answered } from "./channel-reduce";

/** Messages ascending, whether there are any on either side, and the seq up to which they are folded. */
export interface MessagePage {
  readonly items: readonly MessageView[];
  readonly more_before: boolean;
  readonly more_after: boolean;
  readonly seq: number;
}

interface Item {
  readonly view: MessageView;
  readonly folded: number;
}

export interface Window {
  readonly items: readonly Item[];
  readonly more_before: boolean;
  readonly more_after: boolean;
}

/** Which messages belong into a stretch. */
export type Belongs = (message: MessageView) => boolean;
type Said = Happened<ChannelEvent>;

/** A page with what happened after it, as far as that is known here. */
export function windowOf(page: MessagePage, since: readonly Said[], belongs: Belongs): Window {
  const begun: Window = { items: page.items.map((view) => ({ view, folded: page.seq })), more_before: page.more_before, more_after: page.more_after };
  return apply(begun, since.filter((happened) => happened.seq > page.seq), belongs);
}

/** The next events. Where the end of the stretch is the end of what was said, it grows. */
export function apply(window: Window, events: readonly Said[], belongs: Belongs): Window {
  let { items } = window;
  for (const happened of events) {
    items = folded(items, touched(happened.event)?.seq, happened);
    items = folded(items, answered(happened.event)?.seq, happened);
    const message = window.more_after ? undefined : messageOf(happened);
    const last = items.at(-1)?.view.message.seq ?? 0;
    if (message !== undefined && message.message.seq > last && belongs(message)) items = [...items, { view: message, folded: happened.seq }];
  }
  return items === window.items ? window : { ...window, items };
}

function folded(items: readonly Item[], seq: number | undefined, happened: Said): readonly Item[] {
  if (seq === undefined) return items;
  const at = find(items, seq);
  const item = items[at];
  if (item === undefined || item.view.message.seq !== seq || item.folded >= happened.seq) return items;
  return items.with(at, { view: reduceMessage(item.view, happened), folded: happened.seq });
}

/** Where a message of this seq is, or would be. */
function find(items: readonly Item[], seq: number): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((items[middle]?.view.message.seq ?? 0) < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * What was asked for before or after a stretch, or around a message in it or beside it, put to it. Where the two neither share a message
 * nor are known to follow each other, the newer answer stands alone.
 */
export function join(window: Window | undefined, other: Window, follows: "before" | "after" | undefined): Window {
  if (window === undefined || window.items.length === 0) return follows === undefined || window === undefined ? other : beside(window, other, follows);
  if (other.items.length === 0) return follows === undefined ? other : beside(window, other, follows);
  const seqs = new Set(window.items.map((item) => item.view.message.seq));
  const shares = other.items.some((item) => seqs.has(item.view.message.seq));
  if (!shares && follows === undefined) return other;
  const all = new Map<number, Item>();
  for (const item of [...window.items, ...other.items]) {
    const { seq } = item.view.message;
    const known = all.get(seq);
    if (known === undefined || known.folded < item.folded) all.set(seq, item);
  }
  const items = [...all.values()].sort((a, b) => a.view.message.seq - b.view.message.seq);
  const first = (one: Window): number => one.items[0]?.view.message.seq ?? 0;
  const last = (one: Window): number => one.items.at(-1)?.view.message.seq ?? 0;
  const [earliest, latest] = [first(other) <= first(window) ? other : window, last(other) >= last(window) ? other : window];
  return { items, more_before: earliest.more_before, more_after: latest.more_after };
}

/** Of an empty answer only what it says of its side counts. */
const beside = (window: Window, other: Window, follows: "before" | "after"): Window => {
  const items = window.items.length === 0 ? other.items : window.items;
  return { items, more_before: follows === "before" ? other.more_before : window.more_before, more_after: follows === "after" ? other.more_after : window.more_after };
};

/** At most so many messages: those farthest from the end that is looked at go. */
export function bounded(window: Window, most: number, keep: "first" | "last"): Window {
  if (window.items.length <= most) return window;
  return keep === "last" ? { ...window, items: window.items.slice(-most), more_before: true } : { ...window, items: window.items.slice(0, most), more_after: true };
}
