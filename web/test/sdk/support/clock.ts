//! A clock that moves only when told to, with its timers.

import type { TimerId } from "../../../src/sdk/environment";

interface Timer {
  readonly at_ms: number;
  readonly order: number;
  readonly fn: () => void;
}

export class Clock {
  now_ms = 1_700_000_000_000;
  #timers = new Map<number, Timer>();
  #next = 1;

  setTimer = (fn: () => void, delay_ms: number): TimerId => {
    const id = this.#next;
    this.#next += 1;
    this.#timers.set(id, { at_ms: this.now_ms + Math.max(0, delay_ms), order: id, fn });
    return id as unknown as TimerId;
  };

  clearTimer = (id: TimerId | undefined): void => {
    this.#timers.delete(id as unknown as number);
  };

  get waiting(): number {
    return this.#timers.size;
  }

  /** When the next timer is due, from now. */
  nextIn(): number | undefined {
    const times = [...this.#timers.values()].map((timer) => timer.at_ms - this.now_ms);
    return times.length === 0 ? undefined : Math.max(0, Math.min(...times));
  }

  /** Moves on, firing what is due in order, and lets everything that follows from it happen in between. */
  async advance(ms: number): Promise<void> {
    const until_ms = this.now_ms + ms;
    await settle();
    for (;;) {
      const due = [...this.#timers].filter(([, timer]) => timer.at_ms <= until_ms).sort(([, a], [, b]) => a.at_ms - b.at_ms || a.order - b.order)[0];
      if (due === undefined) break;
      const [id, timer] = due;
      this.#timers.delete(id);
      this.now_ms = Math.max(this.now_ms, timer.at_ms);
      timer.fn();
      await settle();
    }
    this.now_ms = until_ms;
  }
}

/** All promises that can go on without time or network have done so. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}

/** Small seeded randomness (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

let ids = 0;
/** Ids for tests: valid text, in order of making. */
export function testId(kind = 0): string {
  ids += 1;
  return `0190${kind.toString(16).padStart(4, "0")}-0000-7000-8000-${ids.toString(16).padStart(12, "0")}`;
}
