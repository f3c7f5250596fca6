//! An open board, put together: the store fed by its topic, predictions of own commands, open details, presence, and keeping the
//! confirmed state for reading offline. One per board, however many handles there are.

import type { AccountId, BoardCommand, BoardEvent, Command, Events, Happened, Held, OrgId, ServerMessage, TaskDetail, TaskId, Topic, ViewPart } from "../gen/protocol";
import { assemble, BoardStore } from "./board";
import type { Effect } from "./board-reduce";
import { Box, Emitter } from "./cells";
import type { Commands, Optimist, PendingCommand } from "./commands";
import { Detail } from "./detail";
import type { Environment, TimerId } from "./environment";
import { inverseOf } from "./inverse";
import { type Known, predict } from "./predict";
import type { Presence } from "./presence";
import type { KeptBoard } from "./storage";
import type { Consumer } from "./topics";
import type { Applied, Notice, Saw, Sent, TopicPhase } from "./types";

export interface BoardContext {
  readonly env: Environment;
  readonly commands: Commands;
  readonly presence: Presence;
  /** Whether this person is not seen here, and sees nobody. */
  readonly unseen?: boolean;
  seq(): number | undefined;
  held(): Held | undefined;
  readDetail(task_id: TaskId, min_seq: number | undefined, signal: AbortSignal): Promise<TaskDetail>;
  keep(board: Omit<KeptBoard, "account_id" | "topic">): void;
  notify(notice: Notice): void;
}

/** A change is kept so long after it happened, and longer on large boards: keeping copies the whole board. */
const KEEP_MS = 2_000;

/** Effects that are shown to nobody, only to see what would follow from them. */
const TRIAL = -1;

export class BoardTopic implements Consumer, Optimist {
  readonly presence: boolean;
  readonly phaseBox = new Box<TopicPhase>("loading");
  readonly staleBox = new Box(false);
  readonly applied = new Emitter<Applied>();
  readonly store = new BoardStore();
  readonly topic: Topic;
  readonly org_id: OrgId;
  readonly #context: BoardContext;
  readonly #effects = new Map<number, readonly Effect[]>();
  readonly #details = new Map<TaskId, { detail: Detail; holders: number }>();
  readonly #known: Known;
  readonly #changedBy = new Map<string, AccountId>();
  /** What own commands come to whose effect only the server works out, by client seq: what is shown until it has. */
  readonly #shown = new Map<number, readonly BoardCommand[]>();
  #showing: readonly BoardCommand[] | undefined;
  #keepTimer: TimerId | undefined;
  #dirty = false;

  constructor(topic: Topic, org_id: OrgId, context: BoardContext) {
    this.topic = topic;
    this.org_id = org_id;
    this.presence = context.unseen !== true;
    this.#context = context;
    this.#known = { store: this.store, detail: (task_id) => this.#details.get(task_id)?.detail.shown };
  }

  /** What was kept of the board: shown at once, resumed later. */
  restore(kept: KeptBoard): void {
    this.store.replace(kept.snapshot);
    this.#predictAnew();
    this.store.flush();
    this.phaseBox.set("cached");
  }

  send(command: BoardCommand, saw: Saw = { seq: this.#context.seq() }, shown?: readonly BoardCommand[]): Sent {
    const inverse = this.inverseOf(shown === undefined ? command : { type: "board.bulk", commands: [...shown] });
    this.#showing = shown;
    const { client_seq, result } = this.#context.commands.send(this.topic, command, saw);
    this.#showing = undefined;
    if (shown !== undefined) {
      this.#shown.set(client_seq, shown);
      void result.then(() => this.#shown.delete(client_seq));
    }
    return { client_seq, inverse, result };
  }

  inverseOf(command: BoardCommand): readonly BoardCommand[] {
    if (command.type !== "board.bulk") return inverseOf(command, this.#known);
    // Each is taken back from what those before it leave.
    const back: BoardCommand[] = [];
    const parts = command.commands.flatMap((each) => (each.type === "board.bulk" ? each.commands : [each]));
    for (const part of parts) {
      back.unshift(...inverseOf(part, this.#known));
      this.store.push(TRIAL, this.#effectsOf(part, Date.now() * 1000));
    }
    this.store.drop(TRIAL);
    return back.length < 2 ? back : [{ type: "board.bulk", commands: back, on_failure: "rest" }];
  }

  /** Who last changed what a command is about, as far as was seen since the board was opened. */
  lastChangedBy(command: Command): AccountId | undefined {
    return this.#changedBy.get(subjectOf(command));
  }

  openDetail(task_id: TaskId): Detail {
    const open = this.#details.get(task_id);
    if (open !== undefined) {
      open.holders += 1;
      return open.detail;
    }
    const detail = new Detail(task_id, {
      env: this.#context.env,
      read: this.#context.readDetail,
      seq: () => this.#context.seq(),
      effects: () => [...this.#effects.entries()].sort(([a], [b]) => a - b).flatMap(([, effects]) => effects),
      card: (id) => this.store.tasks.visible(id),
      loaded: () => this.#onDetailLoaded(task_id),
    });
    this.#details.set(task_id, { detail, holders: 1 });
    return detail;
  }

  closeDetail(task_id: TaskId): void {
    const open = this.#details.get(task_id);
    if (open === undefined) return;
    open.holders -= 1;
    if (open.holders > 0) return;
    open.detail.close();
    this.#details.delete(task_id);
  }

  close(): void {
    for (const { detail } of this.#details.values()) detail.close();
    this.#details.clear();
    this.#context.presence.down();
    this.#keepNow();
  }

  // What the topic says.

  replace(parts: readonly ViewPart[]): boolean {
    const snapshot = assemble(parts);
    if (snapshot === undefined) return false;
    this.store.replace(snapshot);
    this.#predictAnew();
    this.#flush();
    for (const { detail } of this.#details.values()) detail.reload();
    this.#keepLater();
    return true;
  }

  apply(message: Events, catching_up: boolean): void {
    const events = message.events as Happened<BoardEvent>[];
    for (const happened of events) this.#notifyOverlap(happened);
    for (const happened of events) {
      this.store.apply(happened);
      this.#changedBy.set(subjectOf(happened.event), happened.by);
      if (happened.event.type === "task.moved") this.#context.presence.landed(happened.event.task_id, happened.by);
    }
    for (const { detail } of this.#details.values()) detail.apply(events);
    const own = this.#echoes(events);
    // Ranks spread anew: what was predicted between the old ones would jump.
    if (events.some((happened) => happened.event.type === "tasks.reranked")) this.#predictAnew();
    this.#context.commands.echoed(this.topic, own, { epoch: message.epoch, seq: message.seq });
    this.#flush();
    this.#emitApplied(events, own, catching_up);
    this.#keepLater();
  }

  phase(phase: TopicPhase): void {
    if (phase === "missing" || phase === "revoked") this.#clear();
    if (phase !== "ready") this.#context.presence.down();
    this.phaseBox.set(phase);
  }

  stale(stale: boolean): void {
    this.staleBox.set(stale);
  }

  caughtUp(changes: number): void {
    if (changes > 0) this.#context.notify({ kind: "caught_up", topic: this.topic, changes });
  }

  moment(message: ServerMessage): void {
    this.#context.presence.handle(message);
  }

  // What own commands do.

  add(pending: PendingCommand): void {
    this.#predict(pending);
    this.#flush();
  }

  drop(pending: PendingCommand): void {
    if (!this.#effects.delete(pending.client_seq)) return;
    this.store.drop(pending.client_seq);
    this.#flush();
  }

  #echoes(events: readonly Happened<BoardEvent>[]): Set<number> {
    const own = new Set<number>();
    for (const { client_id, client_seq } of events) {
      if (client_seq !== undefined && client_id === this.#context.commands.client_id) own.add(client_seq);
    }
    // Taken back before the flush, so that nobody sees the change gone or doubled.
    for (const client_seq of own) {
      this.#effects.delete(client_seq);
      this.store.drop(client_seq);
    }
    return own;
  }

  #emitApplied(events: readonly Happened<BoardEvent>[], own: ReadonlySet<number>, catching_up: boolean): void {
    const mine = (happened: Happened<BoardEvent>): boolean => happened.client_id === this.#context.commands.client_id && happened.client_seq !== undefined && own.has(happened.client_seq);
    const theirs = events.filter((happened) => !mine(happened));
    const ours = events.filter(mine);
    if (theirs.length > 0) this.applied.emit({ events: theirs, own: false, catching_up });
    if (ours.length > 0) this.applied.emit({ events: ours, own: true, catching_up });
  }

  #predict({ client_seq, command, created_at_ms }: PendingCommand): void {
    const shown = this.#showing ?? this.#shown.get(client_seq) ?? [command as BoardCommand];
    const parts = shown.flatMap((each) => (each.type === "board.bulk" ? each.commands : [each]));
    const all: Effect[] = [];
    for (const part of parts) {
      const effects = this.#effectsOf(part, created_at_ms * 1000);
      all.push(...effects);
      this.store.push(client_seq, effects);
    }
    this.#effects.set(client_seq, all);
  }

  #effectsOf(command: BoardCommand, at: number): Effect[] {
    const by = this.#context.commands.account_id ?? "";
    const events = this.store.info.get() === undefined && this.store.taskCount.get() === 0 ? [] : predict(command, this.#known);
    return events.map((event) => ({ event, at, by }));
  }

  /** All predictions of this board again, in order, over what is confirmed now. */
  #predictAnew(): void {
    for (const client_seq of this.store.pending()) this.store.drop(client_seq);
    this.#effects.clear();
    // The lists that predictions look at must be those of the new state.
    this.store.publish();
    for (const pending of this.#context.commands.of(this.topic)) this.#predict(pending);
  }

  #onDetailLoaded(task_id: TaskId): void {
    const needs = (command: Command): boolean => command.type.startsWith("checklist.") && "task_id" in command && command.task_id === task_id;
    if (!this.#context.commands.of(this.topic).some((pending) => needs(pending.command))) return;
    this.#predictAnew();
    this.#flush();
  }

  #notifyOverlap({ event, by, at, client_id }: Happened<BoardEvent>): void {
    if (event.type !== "task.updated" || client_id === this.#context.commands.client_id) return;
    for (const { command, saw } of this.#context.commands.of(this.topic)) {
      // Refused instead, where it says so.
      if (saw.if_changed === "refuse") continue;
      if (command.type !== "task.update" || command.task_id !== event.task_id) continue;
      for (const field of ["title", "description"] as const) {
        const mine = command[field];
        const theirs = event[field];
        if (mine === undefined || theirs === undefined || mine === theirs) continue;
        this.#context.notify({ kind: "overlap", topic: this.topic, task_id: event.task_id, field, by, at, theirs, mine });
      }
    }
  }

  #flush(): void {
    for (const { detail } of this.#details.values()) detail.refresh();
    this.store.flush();
  }

  #clear(): void {
    this.store.clear();
    this.#effects.clear();
    this.store.flush();
    this.#dirty = false;
    this.#context.env.clearTimer(this.#keepTimer);
  }

  #keepLater(): void {
    if (this.#dirty) return;
    this.#dirty = true;
    this.#keepTimer = this.#context.env.setTimer(() => this.#keepNow(), KEEP_MS + this.store.tasks.size);
  }

  #keepNow(): void {
    this.#context.env.clearTimer(this.#keepTimer);
    const snapshot = this.store.snapshot();
    const held = this.#context.held();
    if (!this.#dirty || snapshot === undefined || held === undefined) return;
    this.#dirty = false;
    this.#context.keep({ org_id: this.org_id, held, snapshot, saved_at_ms: this.#context.env.now_ms() });
  }
}

/** The id of what a command or an event is about; empty for the board itself. */
function subjectOf(about: Command | BoardEvent): string {
  for (const field of ["task_id", "column_id", "label_id", "category_id", "field_id", "account_id"] as const) {
    const id = (about as Partial<Record<typeof field, string>>)[field];
    if (id !== undefined) return id;
  }
  return "";
}
