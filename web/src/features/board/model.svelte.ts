// One open board as the screen sees it: the sync client's handle, what is focused, grabbed and dragged, and undo.
// It sends commands and never touches the DOM but through `flights`.
import { getContext, setContext } from "svelte";
import { SvelteMap } from "svelte/reactivity";
import type { Applied, BoardCommand, BoardEvent, BoardHandle, BoardRole, Card, ColumnId, CommandResult, MemberEntry, Saw, Sent, TaskId } from "../../sdk";
import { LIMITS, Problem } from "../../sdk";
import { client } from "../../app/client";
import { directory } from "../../app/directory.svelte";
import { t } from "../../app/i18n/index.svelte";
import { type Live, live } from "../../app/live.svelte";
import { nameFields, takeOverlaps } from "../../app/notices";
import { paths, router } from "../../app/router.svelte";
import { session } from "../../app/session.svelte";
import { toasts } from "../../app/toasts.svelte";
import { announcements, isAnnouncement } from "./announcements";
import { Announcer } from "./announcer.svelte";
import { rememberFlight } from "./flights";
import { Looks } from "./look.svelte";
import { Grab } from "./grab.svelte";
import { Selection } from "./selection.svelte";
import { placeAt, without } from "./places";
import type { Drop } from "./touch";
import { type Part, UndoStack } from "./undo";

/** How long a remote change stays tinted. */
const TINT_MS = 1_400;
/** How long a card that is to take the focus is waited for. */
const WISH_MS = 400;

/** What only the server knows how to take back. */
const TAKEN_BACK_BY_SERVER: readonly string[] = ["task.revert", "task.transfer", "comment.delete"];
/** Kinds of changes that are undone by putting a card away. */
const PUT_AWAY_BY_UNDO: readonly string[] = ["task.created", "task.restored", "task.unarchived"];

export class Board {
  readonly handle: BoardHandle;
  readonly phase;
  readonly info;
  readonly stale;
  readonly members;
  readonly labels;
  readonly categories;
  readonly fields;
  readonly columnIds;
  readonly archivedColumnIds;
  readonly taskCount;
  readonly people;
  readonly drags;
  readonly announcer = new Announcer();
  readonly grab: Grab;
  readonly undo: UndoStack;
  readonly redo: UndoStack;
  /** What only the server can take back, and that it has not got yet. */
  readonly #arriving = new Map<number, Promise<CommandResult>>();
  readonly selection: Selection;
  readonly looks: Looks;
  /** The row that the focused card stands in, where the board has rows. */
  lane = $state("");
  /** The card that the keyboard is on. */
  focused: TaskId | undefined = $state();
  /** Raised when the focused card should be scrolled into view. */
  wanted = $state(0);
  /** The card that is to take the browser's focus once, as soon as it is mounted. */
  wants: TaskId | undefined = $state();
  /** The card under the mouse or finger while it is dragged. */
  dragged: TaskId | undefined = $state();
  /** The column whose inline composer is open, and at which end. */
  composing: { column: ColumnId; end: "top" | "bottom" } | undefined = $state();
  /** In one order and not in columns: the cards as they are laid out, for the keys. */
  order: (() => readonly TaskId[]) | undefined;
  /** Who changed a card a moment ago. */
  readonly tints = new SvelteMap<TaskId, string>();
  /** Who wrote a card's description last, as far as was seen since the board was opened. */
  readonly wrote = new SvelteMap<TaskId, string>();
  /** Who drags a card right now. */
  readonly dragging = new SvelteMap<TaskId, string>();
  readonly #cards = new Map<TaskId, Live<Card | undefined>>();
  /** The lists that take a card, by the names of their elements. */
  readonly drops = new Map<string, Drop>();
  #group: Sent[] | undefined;
  readonly #stops: Array<() => void> = [];

  constructor(org: string, board: string) {
    const handle = client.openBoard(org, board);
    this.handle = handle;
    this.phase = live(handle.phase);
    this.info = live(handle.info);
    this.stale = live(handle.stale);
    this.members = live(handle.members);
    this.labels = live(handle.labels);
    this.categories = live(handle.categories);
    this.fields = live(handle.fields);
    this.columnIds = live(handle.columnIds);
    this.archivedColumnIds = live(handle.archivedColumnIds);
    this.taskCount = live(handle.taskCount);
    this.people = live(handle.presence.people);
    this.drags = live(handle.presence.drags);
    this.looks = new Looks(handle);
    this.grab = new Grab(this);
    this.undo = new UndoStack("undo", board);
    this.redo = new UndoStack("redo", board);
    this.selection = new Selection(handle, (task) => this.looks.arrangement.shows(task));
    this.#stops.push(handle.applied.subscribe((applied) => this.#applied(applied)));
    this.#stops.push(handle.presence.drags.subscribe((drags) => {
      const now = new Map(drags.map((drag) => [drag.task_id, drag.account_id]));
      for (const task of this.dragging.keys()) if (!now.has(task)) this.dragging.delete(task);
      for (const [task, account] of now) this.dragging.set(task, account);
    }));
    this.#stops.push(takeOverlaps(handle.topic, ({ task_id, field, theirs }) => void this.send({ type: "task.update", task_id, [field]: theirs })));
    this.#stops.push(nameFields(handle.topic, (field) => this.fields.value.find((each) => each.field_id === field)?.name));
    directory.open(org);
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.looks.close();
    this.handle.close();
  }

  card(id: TaskId): Card | undefined {
    let found = this.#cards.get(id);
    if (!found) {
      found = live(this.handle.card(id));
      this.#cards.set(id, found);
    }
    return found.value;
  }

  /** The address of a card, with what of the board is shown around it. */
  link(task: TaskId): string {
    const { query } = this.looks;
    return paths.board(this.handle.org_id, this.handle.board_id, task) + (query ? `&${query}` : "");
  }

  /** "OPS-42", or nothing while the server has not given a number. */
  key(card: Card): string {
    return card.number > 0 ? `${this.info.value?.key ?? ""}-${card.number}` : "";
  }

  /** What this person may do; the server decides, this only hides what it would refuse. */
  get role(): BoardRole {
    const me = session.accountId;
    const own = this.members.value.find((member) => member.account_id === me)?.role;
    const org = session.orgs.find((each) => each.org_id === this.handle.org_id)?.role;
    // Of a private board the organization gives nobody a role.
    if (this.info.value?.visibility === "private") return own ?? "viewer";
    if (org === "owner" || org === "admin") return "owner";
    return own ?? (org === "member" ? "editor" : "viewer");
  }
  get canEdit(): boolean {
    return this.canShape || this.role === "contributor";
  }
  /** Columns, their rules, labels. */
  get canShape(): boolean {
    return this.role === "owner" || this.role === "editor";
  }
  /** Archive and delete cards. */
  get canPutAway(): boolean {
    return this.canShape;
  }
  /** What would undo it, where this person may do that too. */
  #inverse(sent: Sent): readonly BoardCommand[] {
    const away = (command: BoardCommand) => command.type === "task.archive" || command.type === "task.delete";
    return !this.canPutAway && sent.inverse.some(away) ? [] : sent.inverse;
  }
  get canComment(): boolean {
    return this.role !== "viewer";
  }

  /** Who may be given tasks here, of those whose names are known. The server decides; whoever it would refuse is only left out here. */
  get assignable(): readonly MemberEntry[] {
    return directory.among(this.handle.org_id).filter((person) => this.sees(person));
  }

  /** Whether somebody may see the board, as far as is known here. */
  sees({ account_id, role, status, team_ids }: MemberEntry): boolean {
    const info = this.info.value;
    if (status !== "active") return false;
    if (this.members.value.some((member) => member.account_id === account_id)) return true;
    if (role === "guest" || info?.visibility === "private") return false;
    const open = info?.visibility === "organization" || info?.visibility === "public";
    const team = info?.visibility === "team" ? info.team_id : undefined;
    return open || role === "owner" || role === "admin" || (team !== undefined && team_ids.includes(team));
  }

  /** The cards of a column that are shown in a row; "" where there are no rows. */
  listed(lane: string, column: ColumnId): readonly TaskId[] {
    return this.looks.arrangement.list(lane, column).get();
  }

  /** Puts a card at this place of the list as it is shown, and gives it what the row stands for. False where the row cannot say what. */
  settle(task: TaskId, from: string, to: { lane: string; column: ColumnId; index: number }): boolean {
    const card = this.handle.card(task).get();
    if (!card) return false;
    const { sorted } = this.looks;
    if (sorted && card.column_id === to.column && from === to.lane) return this.refuseOrder();
    const changes = this.looks.change(card, from, to.lane);
    if (!changes) {
      const why = t(this.looks.look.lanes?.by === "field" ? "lane.fixed_field" : "lane.fixed");
      this.announcer.say(why);
      toasts.show(why);
      return false;
    }
    const ids = this.listed(to.lane, to.column);
    const commands = [...changes];
    // Where it stands among sorted cards is not for whoever moves it: it comes last in the order of the board.
    if (sorted && card.column_id !== to.column) commands.push({ type: "task.move", task_id: task, column_id: to.column });
    else if (!sorted && (card.column_id !== to.column || ids.indexOf(task) !== to.index)) {
      const place = placeAt(without(ids, task), to.index);
      // Into an empty row of its own column: where it stands in that says nothing here.
      if (card.column_id !== to.column || place) commands.push({ type: "task.move", task_id: task, column_id: to.column, ...(place ? { place } : {}) });
    }
    const [only] = commands;
    if (only) this.send(commands.length === 1 ? only : { type: "board.bulk", commands }, { flight: false });
    this.lane = to.lane;
    return true;
  }

  /** Says why a card is not put before or after another. */
  refuseOrder(): false {
    this.announcer.say(t("sort.fixed"));
    toasts.show(t("sort.fixed"));
    return false;
  }

  /** Sends a command, remembers how to undo it, and lets what it moves fly. */
  send(command: BoardCommand, how: { undoable?: boolean; flight?: boolean; saw?: Saw } = {}): Sent {
    if (command.type === "task.move" && how.flight !== false) rememberFlight(command.task_id, undefined);
    const sent = this.handle.send(command, how.saw);
    if (how.undoable !== false) {
      if (this.#group) this.#group.push(sent);
      else this.#did([sent], TAKEN_BACK_BY_SERVER.includes(command.type));
    }
    return sent;
  }

  /** Several changes that do not build on each other: one moment for everybody, undone in one go. What cannot be is left out and told. */
  sendAll(commands: readonly BoardCommand[]): void {
    this.together(() => {
      for (let at = 0; at < commands.length; at += LIMITS.bulk_commands_max) {
        const part = commands.slice(at, at + LIMITS.bulk_commands_max);
        const [only] = part;
        if (only) this.send(part.length === 1 ? only : { type: "board.bulk", commands: part, on_failure: "rest" });
      }
    });
  }

  /** What is sent in here is undone in one go. */
  together(work: () => void): void {
    const group: Sent[] = [];
    this.#group = group;
    try {
      work();
    } finally {
      this.#group = undefined;
      this.#did(group);
    }
  }

  #did(sents: readonly Sent[], known = false): void {
    if (known) for (const sent of sents) this.#await(sent);
    this.undo.push(sents.map((sent) => ({ ...sent, inverse: this.#inverse(sent) })), known);
    if (sents.length > 0) this.redo.clear();
  }

  /** What only the server can take back is taken back once it is there. */
  #await({ client_seq, result }: Sent): void {
    this.#arriving.set(client_seq, result);
    void result.then(() => this.#arriving.delete(client_seq));
  }

  undoLast(): Promise<void> {
    return this.#turn(this.undo, this.redo, "undo");
  }
  redoLast(): Promise<void> {
    return this.#turn(this.redo, this.undo, "redo");
  }

  /** What was done in this tab, else what was done elsewhere. */
  async #turn(from: UndoStack, to: UndoStack, word: "undo" | "redo"): Promise<void> {
    const parts = from.pop();
    if (parts) {
      to.push(parts.flatMap((part) => this.#takeBack(part)));
      this.announcer.say(t(`${word}.done`));
      return;
    }
    const seq = await this.#elsewhere(word);
    if (seq === undefined) {
      toasts.show(t(`${word}.nothing`));
      return;
    }
    const result = await this.handle.send({ type: "board.undo", seq }).result;
    if (result.kind === "ok") this.announcer.say(t(`${word}.done`));
  }

  /** What has arrived is taken back by the server, which knows what others did since; what is on its way is sent back after it. */
  #takeBack({ client_seq, seq, inverse }: Part): Sent[] {
    void this.#arriving.get(client_seq)?.then((result) => result.kind === "ok" && this.handle.send({ type: "board.undo", seq: result.seq }));
    if (seq === undefined) return inverse.map((command) => this.send(command, { undoable: false }));
    for (const command of inverse) if (command.type === "task.move") rememberFlight(command.task_id, undefined);
    return [this.handle.send({ type: "board.undo", seq }, undefined, inverse)];
  }

  async #elsewhere(word: "undo" | "redo"): Promise<number | undefined> {
    try {
      const change = (await client.rest.ownChanges(this.handle.org_id, this.handle.board_id, this.handle.seq()))[word];
      // What would be undone by putting a card away is not for everybody.
      const away = change?.events.some((event) => PUT_AWAY_BY_UNDO.includes(event)) === true;
      return away && !this.canPutAway ? undefined : change?.seq;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return undefined;
    }
  }

  /** Takes something away and offers to bring it back. */
  sendWithUndo(command: BoardCommand, text: string): void {
    const sent = this.send(command);
    const inverse = this.#inverse(sent);
    if (inverse.length === 0 && !TAKEN_BACK_BY_SERVER.includes(command.type)) return;
    let seq: number | undefined;
    void sent.result.then((result) => {
      if (result.kind === "ok") seq = result.seq;
    });
    toasts.show(text, {
      action: {
        label: t("undo.action"),
        run: () => {
          this.undo.forget(sent);
          this.#takeBack({ client_seq: sent.client_seq, inverse, ...(seq !== undefined && { seq }) });
        },
      },
    });
  }

  focus(id: TaskId | undefined): void {
    this.focused = id;
    this.wants = id;
    if (!id) return;
    const column = this.handle.card(id).get()?.column_id;
    const stands = (lane: string) => column !== undefined && this.listed(lane, column).includes(id);
    if (this.lane !== "" || this.looks.look.lanes) this.lane = stands(this.lane) ? this.lane : (this.looks.rows.find(stands) ?? "");
    this.wanted += 1;
    // A wish that nothing fulfilled must not steal the focus later.
    setTimeout(() => {
      if (this.wants === id) this.wants = undefined;
    }, WISH_MS);
  }

  #announce(events: readonly BoardEvent[]): void {
    for (const { text, task_id } of announcements(events, (id) => this.handle.card(id).get()?.title)) {
      const open = () => router.go(paths.board(this.handle.org_id, this.handle.board_id, task_id));
      toasts.show(text, task_id === undefined ? {} : { action: { label: t("announce.open"), run: open } });
    }
  }

  /** A card of a row. */
  focusIn(lane: string, id: TaskId): void {
    this.focus(id);
    this.lane = lane;
  }

  #applied(applied: Applied): void {
    for (const { event, by } of applied.events) {
      if (event.type === "task.updated" && event.description !== undefined) this.wrote.set(event.task_id, by);
    }
    if (applied.own || applied.catching_up) return;
    this.#announce(applied.events.map(({ event }) => event));
    for (const { event, by } of applied.events) {
      const task = taskOf(event);
      // What a card says by itself changes nothing of it.
      if (!task || isAnnouncement(event)) continue;
      if (event.type === "task.moved") {
        rememberFlight(task, by);
        // In another column it is another element: the focus goes along.
        if (document.activeElement?.getAttribute("data-task") === task) this.focus(task);
      }
      this.tints.set(task, by);
      setTimeout(() => {
        if (this.tints.get(task) === by) this.tints.delete(task);
      }, TINT_MS);
    }
  }
}

function taskOf(event: BoardEvent): TaskId | undefined {
  return event.type.startsWith("task.") && "task_id" in event ? event.task_id : undefined;
}

const KEY = Symbol("board");
export const provideBoard = (board: () => Board): void => void setContext(KEY, board);
export const useBoard = (): Board => getContext<() => Board>(KEY)();
