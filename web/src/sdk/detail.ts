//! An open task: read once over REST, then folded forward with the board's events, with own commands shown in advance. It never
//! shows events twice: what the read already answered for is skipped by its seq.

import type { BoardEvent, Happened, TaskDetail, TaskId } from "../gen/protocol";
import { backoff } from "./backoff";
import type { Effect } from "./board-reduce";
import { Box } from "./cells";
import { concerns, reduceDetail } from "./detail-reduce";
import type { Environment, TimerId } from "./environment";
import { Problem } from "./problem";
import type { Card, DetailView } from "./types";

export interface DetailSource {
  readonly env: Environment;
  /** The read; it answers for at least this seq. */
  read(task_id: TaskId, min_seq: number | undefined, signal: AbortSignal): Promise<TaskDetail>;
  /** The confirmed seq of the board. */
  seq(): number | undefined;
  /** The effects of own commands under way, in order. */
  effects(): Iterable<Effect>;
  /** The card as the board shows it. */
  card(task_id: TaskId): Card | undefined;
  /** The detail became known: predictions that need it can be made. */
  loaded(): void;
}

export type DetailPhase = "loading" | "ready" | "missing" | "failed";

/** Reads that failed for the moment are tried so often. */
const TRIES_MAX = 5;

export class Detail {
  readonly phase = new Box<DetailPhase>("loading");
  readonly view = new Box<DetailView | undefined>(undefined);
  readonly task_id: TaskId;
  readonly #source: DetailSource;
  #confirmed: TaskDetail | undefined;
  #shown: TaskDetail | undefined;
  /** Events since the read was asked for: it may not have seen them. */
  #since: Happened<BoardEvent>[] = [];
  #reading: AbortController | undefined;
  #timer: TimerId | undefined;
  #tries = 0;

  constructor(task_id: TaskId, source: DetailSource) {
    this.task_id = task_id;
    this.#source = source;
    this.reload();
  }

  /** With own changes: what a prediction builds on. */
  get shown(): TaskDetail | undefined {
    return this.#shown;
  }

  reload(): void {
    this.#tries = 0;
    void this.#read();
  }

  /** Events that the board just applied. */
  apply(events: readonly Happened<BoardEvent>[]): void {
    const mine = events.filter((happened) => concerns(happened.event, this.task_id));
    if (this.#reading !== undefined) this.#since.push(...mine);
    if (this.#confirmed !== undefined) this.#confirmed = fold(this.#confirmed, mine);
    const last = mine.findLast(({ event }) => event.type === "task.transferred" || event.type === "task.received")?.event.type;
    if (last === "task.transferred") this.#leave();
    else if (last === "task.received" && this.phase.get() === "missing") this.reload();
  }

  /** It is on another board now: what is shown here would be no longer so. */
  #leave(): void {
    this.close();
    this.#confirmed = undefined;
    this.#shown = undefined;
    this.view.set(undefined);
    this.phase.set("missing");
  }

  /** What is shown, anew: after events, and when own commands came or went. */
  refresh(): void {
    const confirmed = this.#confirmed;
    if (confirmed === undefined) return;
    let shown = confirmed;
    for (const effect of this.#source.effects()) if (concerns(effect.event, this.task_id)) shown = reduceDetail(shown, effect);
    const card = this.#source.card(this.task_id);
    if (shown === this.#shown && (card === undefined || card === this.view.get()?.face)) return;
    this.#shown = shown;
    const confirmed_comments = new Set(confirmed.comments);
    const comments = shown.comments.map((comment) => (confirmed_comments.has(comment) ? comment : { ...comment, pending: true as const }));
    const { description, checklists, lifecycle, watchers, reminders, time, created_by, created_at, face, original } = shown;
    this.view.set({ description, checklists, comments, lifecycle, watchers: watchers ?? [], reminders: reminders ?? [], time: time ?? [], created_by, created_at, face: card ?? face, ...(original !== undefined && { original }) });
  }

  close(): void {
    this.#reading?.abort();
    this.#reading = undefined;
    this.#source.env.clearTimer(this.#timer);
  }

  async #read(): Promise<void> {
    this.#reading?.abort();
    this.#source.env.clearTimer(this.#timer);
    const reading = new AbortController();
    this.#reading = reading;
    this.#since = [];
    if (this.#confirmed === undefined) this.phase.set("loading");
    try {
      const detail = await this.#source.read(this.task_id, this.#source.seq(), reading.signal);
      if (this.#reading !== reading) return;
      this.#reading = undefined;
      this.#confirmed = fold(detail, this.#since);
      this.#since = [];
      this.phase.set("ready");
      this.#source.loaded();
      this.refresh();
    } catch (error) {
      if (this.#reading !== reading) return;
      this.#reading = undefined;
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    if (!(error instanceof Problem)) throw error;
    const again = (error.temporary || error.unreachable) && this.#tries < TRIES_MAX;
    if (again) {
      this.#tries += 1;
      this.#timer = this.#source.env.setTimer(() => void this.#read(), error.retry_after_ms ?? backoff(this.#tries, this.#source.env.random));
    } else if (error.code === "not_found") this.phase.set("missing");
    else if (this.#confirmed === undefined) this.phase.set("failed");
  }
}

function fold(detail: TaskDetail, events: readonly Happened<BoardEvent>[]): TaskDetail {
  let next = detail;
  for (const happened of events) if (happened.seq > next.seq) next = { ...reduceDetail(next, happened), seq: happened.seq };
  return next;
}
