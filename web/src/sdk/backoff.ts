//! Waiting longer after each failure, never all at the same moment. Half a second, doubling to 30 seconds, each between half and the
//! whole of it (docs/SYNC-SPEC.md, "What to do about an error").

export const BACKOFF_FIRST_MS = 500;
export const BACKOFF_MAX_MS = 30_000;

export function backoff(tries: number, random: () => number): number {
  const whole = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** Math.min(tries, 16));
  return Math.round(whole * (0.5 + random() * 0.5));
}

/** A token bucket: so many at once, then so many a second. */
export class Bucket {
  readonly #burst: number;
  readonly #per_second: number;
  #tokens: number;
  #at_ms: number;

  constructor(burst: number, per_second: number, now_ms: number) {
    this.#burst = burst;
    this.#per_second = per_second;
    this.#tokens = burst;
    this.#at_ms = now_ms;
  }

  /** Takes one; otherwise gives the milliseconds until there is one. */
  take(now_ms: number): number {
    const passed_ms = Math.max(0, now_ms - this.#at_ms);
    this.#tokens = Math.min(this.#burst, this.#tokens + (passed_ms / 1000) * this.#per_second);
    this.#at_ms = now_ms;
    if (this.#tokens >= 1) {
      this.#tokens -= 1;
      return 0;
    }
    return Math.ceil(((1 - this.#tokens) / this.#per_second) * 1000);
  }
}
