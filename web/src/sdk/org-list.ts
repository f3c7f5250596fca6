//! A list of an organization that stays true: its boards that the person may see, or their channels. The server hints that it may have changed;
//! the list is then read over REST. Hints may be lost: it is read again after each join, after waking, and now and then. It must
//! never read more often than its gap allows, however busy the organization is.

import type { OrganizationView } from "../gen/protocol";
import { backoff } from "./backoff";
import { Box, type Unsubscribe } from "./cells";
import type { Environment, TimerId } from "./environment";
import { same } from "./layer";
import { Problem } from "./problem";
import type { ViewHandle } from "./types";

/** Between two reads, and the most by which a hint is put off so that not all who got it read at once. */
const GAP_MS = 1_000;
const SPREAD_MS = 150;
/** Without any hint. */
const AGAIN_MS = 300_000;

interface Source<T> {
  readonly organization: ViewHandle<OrganizationView, never>;
  hints(fn: (position: string | undefined) => void): Unsubscribe;
  read(min_position: string | undefined): Promise<readonly T[]>;
  self(): string | undefined;
}

export class OrgList<T> {
  /** Undefined until the first answer. */
  readonly items = new Box<readonly T[] | undefined>(undefined);
  readonly failed = new Box(false);
  readonly organization: ViewHandle<OrganizationView, never>;
  readonly #env: Environment;
  readonly #source: Source<T>;
  readonly #ends: Unsubscribe[];
  #wanted = false;
  #position: string | undefined;
  #reading = false;
  #read_at_ms = Number.NEGATIVE_INFINITY;
  #tries = 0;
  #timer: TimerId | undefined;
  #closed = false;

  constructor(env: Environment, source: Source<T>) {
    this.#env = env;
    this.#source = source;
    this.organization = source.organization;
    let role = this.#role();
    this.#ends = [
      source.hints((position) => this.#want(position, SPREAD_MS)),
      env.onWake(() => this.refresh()),
      source.organization.phase.subscribe((phase) => {
        // After a connection was lost: what was hinted meanwhile went nowhere.
        if (phase === "ready") this.refresh();
      }),
      source.organization.view.subscribe(() => {
        const now = this.#role();
        if (now === role) return;
        role = now;
        this.refresh();
      }),
    ];
    this.refresh();
  }

  refresh(min_position?: string): void {
    this.#want(min_position, 0);
  }

  close(): void {
    this.#closed = true;
    this.#env.clearTimer(this.#timer);
    for (const end of this.#ends) end();
    this.organization.close();
  }

  #role(): string | undefined {
    const self = this.#source.self();
    return this.#source.organization.view.get()?.members.find((member) => member.account_id === self)?.role;
  }

  #want(position: string | undefined, spread_ms: number): void {
    this.#wanted = true;
    this.#position = position ?? this.#position;
    if (this.#reading) return;
    const gap_ms = Math.max(0, this.#read_at_ms + GAP_MS - this.#env.now_ms());
    this.#later(gap_ms + Math.round(this.#env.random() * spread_ms));
  }

  #later(delay_ms: number): void {
    this.#env.clearTimer(this.#timer);
    this.#timer = this.#env.setTimer(() => void this.#read(), delay_ms);
  }

  async #read(): Promise<void> {
    const position = this.#position;
    this.#wanted = false;
    this.#position = undefined;
    this.#reading = true;
    this.#read_at_ms = this.#env.now_ms();
    let again_ms = AGAIN_MS * (0.75 + this.#env.random() / 2);
    try {
      const items = await this.#source.read(position);
      if (this.#closed) return;
      this.#tries = 0;
      this.failed.set(false);
      if (!same(items, this.items.get())) this.items.set(items);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (this.#closed) return;
      this.failed.set(this.items.get() === undefined);
      this.#position ??= position;
      again_ms = backoff(this.#tries, this.#env.random);
      this.#tries += 1;
    } finally {
      this.#reading = false;
    }
    if (this.#wanted) this.#want(undefined, SPREAD_MS);
    else this.#later(again_ms);
  }
}
