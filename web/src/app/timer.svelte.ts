// The timer of this person: one over all boards and devices. Their account says when it begins and ends, here or elsewhere.
import { newId, Problem, type TimerView } from "../sdk";
import { client } from "./client";
import { t } from "./i18n/index.svelte";
import { problemText } from "./problem-text";
import { session } from "./session.svelte";
import { toasts } from "./toasts.svelte";
import { durationText, MICROS_PER_MS } from "./time";

const TICK_MS = 1_000;

class Timer {
  /** The one that counts. */
  current: TimerView | undefined = $state.raw();
  /** The position of the last time that was noted from here: lists that are given it hold that time. */
  noted_at: string | undefined;
  /** Something is on its way to the server. */
  busy = $state(false);
  #now = $state(Date.now());
  /** How far the server's clock is ahead of this one. */
  #ahead_ms = 0;
  #account: string | undefined;
  #end: (() => void) | undefined;

  /** Called once, where effects may be made. */
  start(): void {
    $effect.root(() => {
      $effect(() => this.#follow(session.accountId));
      $effect(() => {
        if (!this.current) return;
        this.#now = Date.now();
        const tick = setInterval(() => (this.#now = Date.now()), TICK_MS);
        return () => clearInterval(tick);
      });
    });
  }

  /** Seconds since it began. */
  get seconds(): number {
    return this.current ? Math.max(0, Math.floor((this.#now + this.#ahead_ms - this.current.started_at / MICROS_PER_MS) / 1_000)) : 0;
  }

  on(task: string): boolean {
    return this.current?.task_id === task;
  }

  /** Begins on a task; what counts elsewhere is stopped and noted first. */
  async begin(org_id: string, board_id: string, task_id: string): Promise<void> {
    await this.#ask(async () => {
      if (this.current) await this.#stop(this.current);
      const begun = await client.rest.startTimer({ entry_id: newId(), org_id, board_id, task_id });
      this.#take(begun.timer, begun.now);
    });
  }

  /** `how`: what was done, and when it was really over, where that is not now. False: it still counts. */
  async stop(how: { note?: string; ended_at?: number } = {}): Promise<boolean> {
    const { current } = this;
    return current !== undefined && (await this.#ask(() => this.#stop(current, how)));
  }

  /** The server's clock. */
  get now(): number {
    return (this.#now + this.#ahead_ms) * MICROS_PER_MS;
  }

  async discard(): Promise<void> {
    await this.#ask(async () => {
      await client.rest.discardTimer();
      this.current = undefined;
      toasts.show(t("timer.discarded"));
    });
  }

  async #stop({ entry_id }: TimerView, how: { note?: string; ended_at?: number } = {}): Promise<void> {
    const { duration_s, lost, position } = await client.rest.stopTimer({ entry_id, ...how });
    this.noted_at = position ?? this.noted_at;
    this.current = undefined;
    const time = durationText(duration_s);
    if (lost === undefined) toasts.show(t("timer.noted", { time }), { kind: "good" });
    else toasts.show(t("timer.lost", { time }), { kind: "bad" });
  }

  async #ask(what: () => Promise<void>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    try {
      await what();
      return true;
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      // Another device was first: what is so now is shown.
      await this.#read();
      toasts.show(problemText(problem), { kind: "bad" });
      return false;
    } finally {
      this.busy = false;
    }
  }

  #take(timer: TimerView | undefined, now: number): void {
    this.#ahead_ms = now / MICROS_PER_MS - Date.now();
    this.current = timer;
  }

  async #read(): Promise<void> {
    const account = this.#account;
    try {
      const { timer, now } = await client.rest.timer();
      if (account === this.#account) this.#take(timer, now);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
    }
  }

  #follow(account: string | undefined): void {
    if (account === this.#account) return;
    this.#account = account;
    this.#end?.();
    this.#end = undefined;
    this.current = undefined;
    if (account === undefined) return;
    const handle = client.openAccount(account);
    let seen: string | undefined;
    const end = handle.view.subscribe((view) => {
      if (view === undefined) return;
      this.current = view.timer;
      // Once for each: by whose clock it counts.
      if (view.timer !== undefined && view.timer.entry_id !== seen) void this.#read();
      seen = view.timer?.entry_id;
    });
    this.#end = () => {
      end();
      handle.close();
    };
  }
}

export const timer = new Timer();
