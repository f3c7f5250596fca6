//! The sync client of one page: wires transport, topics, commands, storage and log-in, and hands out handles. It holds no rules of
//! its own; each of them is in the file of its room.

import type { AccountId, AccountView, BoardId, ChannelId, Command, ConnectionId, InboxCommand, OrganizationCommand, OrganizationView, OrgId, ServerMessage, TaskId, TeamCommand, TeamId, TeamView, Topic, Welcome } from "../gen/protocol";
import { Auth, type AuthState } from "./auth";
import { BoardTopic } from "./board-topic";
import { type Cell, Emitter, type Signal } from "./cells";
import { Channels } from "./channels";
import { Commands, type PendingCommand } from "./commands";
import { browserEnvironment, type Environment } from "./environment";
import { boardHandle, detailHandle, viewHandle } from "./handles";
import { Devices } from "./devices";
import { Http } from "./http";
import { Identity } from "./identity";
import { Links } from "./links";
import { accountTopic, boardTopic, inboxTopic, makeId, organizationTopic, teamTopic } from "./ids";
import { type Inbox, type InboxHandle, inboxFolding } from "./inbox";
import { Organizations } from "./organizations";
import { OrgList } from "./org-list";
import { Tokens } from "./tokens";
import { Webhooks } from "./webhooks";
import { Presence } from "./presence";
import { type ChangedProfiles, Profiles } from "./profiles";
import { Rest } from "./rest";
import { type ChannelHandle, Rooms } from "./rooms";
import { Status } from "./status";
import { openStorage, type Storage } from "./storage";
import { type Consumer, Topics } from "./topics";
import { Transport } from "./transport";
import type { AccountHandle, BoardHandle, BoardListHandle, ChannelListHandle, ClientOptions, ConnectionStatus, Lockstep, Notice, OrganizationHandle, QueuedCommand, Refusal, TeamHandle } from "./types";
import { accountFolding, organizationFolding, teamFolding, ViewTopic } from "./view-topic";

interface Held<T> {
  readonly value: T;
  holders: number;
}

class Client implements Lockstep {
  readonly auth: Auth;
  readonly rest: Rest;
  readonly identity: Identity;
  readonly organizations: Organizations;
  readonly tokens: Tokens;
  readonly webhooks: Webhooks;
  readonly devices: Devices;
  readonly links: Links;
  readonly channels: Channels;
  readonly #env: Environment;
  readonly #transport: Transport;
  readonly #topics: Topics;
  readonly #commands: Commands;
  readonly #notices = new Emitter<Notice>();
  readonly #profiles = new Profiles();
  readonly #status = new Status();
  readonly #boards = new Map<Topic, Held<BoardTopic>>();
  readonly #organizations = new Map<Topic, Held<ViewTopic<OrganizationView>>>();
  readonly #teams = new Map<Topic, Held<ViewTopic<TeamView>>>();
  readonly #accounts = new Map<Topic, Held<ViewTopic<AccountView>>>();
  readonly #inboxes = new Map<Topic, Held<ViewTopic<Inbox>>>();
  readonly #rooms: Rooms;
  #quiet = false;
  #storage: Storage | undefined;
  #client_id = "";
  #next_seq = 1;
  #connection_id: ConnectionId | undefined;
  #started: Promise<void> | undefined;
  #loaded: Promise<void> = Promise.resolve();

  constructor(options: ClientOptions) {
    this.#env = options.environment ?? browserEnvironment(options.base_url ?? "");
    const http = new Http(this.#env);
    this.auth = new Auth(this.#env, http);
    this.rest = new Rest(http);
    this.identity = new Identity(http);
    this.organizations = new Organizations(http);
    this.tokens = new Tokens(http);
    this.webhooks = new Webhooks(http);
    this.devices = new Devices(http);
    this.links = new Links(http);
    this.channels = new Channels(http);
    this.#transport = new Transport(this.#env, this.auth, options.client_name ?? "lockstep web", {
      welcome: (welcome) => this.#up(welcome),
      message: (message) => this.#message(message),
      frameEnd: () => this.#updateStatus(),
      unreadable: (code) => this.#commands.unreadable(code),
      down: () => this.#down(),
    });
    this.#topics = new Topics(this.#env, this.#transport, {
      refused: (topic, phase, code) => {
        if (phase === "revoked") this.#notices.emit({ kind: "revoked", topic, code });
        this.#commands.advanced(topic);
        this.#discard(topic);
      },
      advanced: (topic) => this.#commands.advanced(topic),
      missed: () => this.#profiles.missed(),
    });
    this.#commands = new Commands(this.#env, this.#transport, this.#topics, {
      refused: (entry, refusal) => this.#refused(entry, refusal),
      failedIn: ({ topic, command }, failed) => this.#notices.emit({ kind: "failed_in", topic, command, failed }),
      wentOver: ({ topic, command }, conflicts) => this.#notices.emit({ kind: "went_over", topic, command, conflicts }),
    });
    this.#rooms = new Rooms({
      env: this.#env, transport: this.#transport, topics: this.#topics, commands: this.#commands, channels: this.channels,
      connection_id: () => this.#connection_id,
      closed: () => this.#updateStatus(),
    });
    this.#commands.queue.subscribe(() => this.#updateStatus());
    this.#transport.rtt.subscribe(() => this.#updateStatus());
    this.#transport.state.subscribe((state) => {
      this.#updateStatus();
      if (state.kind === "stopped" && state.reason === "superseded") this.#notices.emit({ kind: "superseded" });
    });
    this.auth.state.subscribe((state) => this.#authChanged(state));
  }

  get status(): Cell<ConnectionStatus> {
    return this.#status.cell;
  }

  get notices(): Signal<Notice> {
    return this.#notices;
  }

  get profiles(): Signal<ChangedProfiles> {
    return this.#profiles.changes;
  }

  get queue(): Cell<readonly QueuedCommand[]> {
    return this.#commands.queue;
  }

  start(): Promise<void> {
    this.#started ??= this.#start();
    return this.#started;
  }

  reconnect(): void {
    if (this.#started !== undefined) this.#transport.connect();
  }

  async removeQueued(client_seq: number): Promise<boolean> {
    return this.#commands.remove(client_seq);
  }

  stop(): void {
    this.#transport.stop();
    for (const { value } of this.#boards.values()) value.close();
    this.#storage?.close();
  }

  openBoard(org_id: OrgId, board_id: BoardId): BoardHandle {
    const topic = boardTopic(board_id);
    let held = this.#boards.get(topic);
    if (held === undefined) {
      held = { value: this.#makeBoard(topic, org_id, board_id), holders: 0 };
      this.#boards.set(topic, held);
      void this.#openBoardTopic(held.value);
    }
    held.holders += 1;
    const board = held.value;
    return boardHandle(board, board_id, {
      presence: this.#presences.get(board) as Presence,
      seq: () => this.#topics.held(topic)?.seq ?? 0,
      detail: (task_id) => detailHandle(board, task_id),
      close: () => this.#release(this.#boards, topic, (value) => value.close()),
    });
  }

  watchBoard: Lockstep["watchBoard"] = (board_id, changed) => this.#topics.watch(boardTopic(board_id), changed);

  openOrganization(org_id: OrgId): OrganizationHandle {
    return this.#openView<OrganizationView, OrganizationCommand>(this.#organizations, organizationTopic(org_id), organizationFolding);
  }

  openTeam(team_id: TeamId): TeamHandle {
    return this.#openView<TeamView, TeamCommand>(this.#teams, teamTopic(team_id), teamFolding);
  }

  openAccount(account_id: AccountId): AccountHandle {
    return this.#openView<AccountView, never>(this.#accounts, accountTopic(account_id), accountFolding);
  }

  openInbox(account_id: AccountId): InboxHandle {
    return this.#openView<Inbox, InboxCommand>(this.#inboxes, inboxTopic(account_id), inboxFolding);
  }

  openChannel(org_id: OrgId, channel_id: ChannelId): ChannelHandle {
    return this.#rooms.open(org_id, channel_id);
  }

  openBoardList(org_id: OrgId): BoardListHandle {
    const list = this.#openList(org_id, (min_position) => this.rest.boards(org_id, min_position));
    return { boards: list.items, failed: list.failed, organization: list.organization, refresh: (min_position) => list.refresh(min_position), close: () => list.close() };
  }

  openChannelList(org_id: OrgId): ChannelListHandle {
    return this.#openList(org_id, (min_position) => this.channels.mine(org_id, min_position));
  }

  #openList<T>(org_id: OrgId, read: (min_position: string | undefined) => Promise<readonly T[]>): OrgList<T> {
    const organization = this.openOrganization(org_id);
    const topic = this.#organizations.get(organizationTopic(org_id))?.value;
    return new OrgList<T>(this.#env, { organization, read, hints: (fn) => topic?.hints.subscribe(fn) ?? (() => undefined), self: () => this.#commands.account_id });
  }

  readonly #presences = new WeakMap<BoardTopic, Presence>();

  async #start(): Promise<void> {
    this.#storage = await openStorage(this.#env.indexed_db);
    await this.#claimClient(this.#storage);
    const last = await this.#storage.lastAccount();
    if (!this.#env.session_hint.get()) {
      // A first visit, or one right after a log-out: there is nothing to ask for, and nothing may stay.
      if (last !== undefined) await this.#storage.forget(last);
      this.auth.forget();
    } else {
      if (last !== undefined) {
        this.auth.remember(last);
        await this.#load(last);
      }
      // Also without an answer: the transport asks again, and says so in its state.
      await this.auth.restore();
    }
    const state = this.auth.state.get();
    await this.#loaded;
    if (state.kind !== "anonymous") this.#transport.start(this.#client_id);
    else this.#transport.stop("logged_out");
    this.#updateStatus();
  }

  /** Two tabs must not share a client id: the server would close the one for the other. A free one, with its queue, is taken over. */
  async #claimClient(storage: Storage): Promise<void> {
    const kept = await storage.clients();
    const unfinished = new Set(await storage.unfinished());
    // One that left something unsaid comes first: its tab is gone, and somebody has to say it.
    const order = [...kept].sort((a, b) => Number(unfinished.has(b.client_id)) - Number(unfinished.has(a.client_id)));
    for (const { client_id, next_seq } of order) {
      if (!(await this.#env.claim(`lockstep-client-${client_id}`))) continue;
      this.#client_id = client_id;
      this.#next_seq = next_seq;
      return;
    }
    this.#client_id = makeId(this.#env);
    await this.#env.claim(`lockstep-client-${this.#client_id}`);
  }

  #load(account_id: string): Promise<void> {
    const storage = this.#storage;
    if (storage === undefined) return Promise.resolve();
    this.#loaded = this.#loaded.then(async () => {
      if (this.#commands.account_id === account_id) return;
      await this.#commands.load(storage, this.#client_id, this.#next_seq, account_id);
      await storage.setLastAccount(account_id);
      for (const { value } of this.#boards.values()) await this.#restoreBoard(value);
    });
    return this.#loaded;
  }

  #authChanged(state: AuthState): void {
    if (this.#storage === undefined) return;
    if (state.kind !== "unknown") this.#env.session_hint.set(state.kind === "authenticated");
    if (state.kind === "authenticated") {
      void this.#load(state.account_id).then(() => {
        if (this.#transport.state.get().kind === "stopped") this.#transport.start(this.#client_id);
      });
    } else if (state.kind === "anonymous") this.#loggedOut();
  }

  #loggedOut(): void {
    const account_id = this.#commands.account_id;
    this.#transport.stop("logged_out");
    this.#commands.clear();
    this.#commands.disown();
    // What the next account may see is another matter: everything starts from nothing.
    for (const held of [...this.#boards.values(), ...this.#organizations.values(), ...this.#teams.values(), ...this.#accounts.values(), ...this.#inboxes.values(), ...this.#rooms.values().map((value) => ({ value }))]) {
      const { value } = held;
      value.phase("revoked");
      value.phase("loading");
      this.#topics.open(value.topic, value, undefined);
    }
    if (account_id === undefined) return;
    this.#notices.emit({ kind: "logged_out" });
    // In its turn: whoever logs in next is loaded, and remembered, after this.
    this.#loaded = this.#loaded.then(() => this.#storage?.forget(account_id));
  }

  #makeBoard(topic: Topic, org_id: OrgId, board_id: BoardId): BoardTopic {
    const presence = new Presence(this.#env, this.#transport, topic, () => this.#connection_id);
    const board = new BoardTopic(topic, org_id, {
      env: this.#env,
      commands: this.#commands,
      presence,
      seq: () => this.#topics.held(topic)?.seq,
      held: () => this.#topics.held(topic),
      readDetail: (task_id: TaskId, min_seq, signal) => this.rest.task(org_id, board_id, task_id, min_seq, signal),
      keep: (kept) => {
        const account_id = this.#commands.account_id;
        if (account_id !== undefined) void this.#storage?.putBoard({ ...kept, account_id, topic });
      },
      notify: (notice) => this.#notices.emit(notice),
    });
    this.#presences.set(board, presence);
    this.#commands.attach(topic, board);
    return board;
  }

  async #openBoardTopic(board: BoardTopic): Promise<void> {
    // The storage and the account come with `start()`.
    if (this.#storage !== undefined) {
      await this.#loaded;
      await this.#restoreBoard(board);
    }
    if (this.#boards.get(board.topic)?.value === board && !this.#topics.follows(board.topic)) this.#topics.open(board.topic, board, undefined);
    this.#updateStatus();
  }

  /** Shows what was kept of a board, and follows it from there. */
  async #restoreBoard(board: BoardTopic): Promise<void> {
    const account_id = this.#commands.account_id;
    if (account_id === undefined || this.#topics.held(board.topic) !== undefined) return;
    const kept = await this.#storage?.board(account_id, board.topic);
    const open = this.#boards.get(board.topic)?.value === board;
    if (!open || kept?.held === undefined || this.#topics.held(board.topic) !== undefined) return;
    board.restore(kept);
    this.#topics.open(board.topic, board, kept.held);
  }

  #openView<V, C extends Command>(kept: Map<Topic, Held<ViewTopic<V>>>, topic: Topic, folding: ConstructorParameters<typeof ViewTopic<V>>[1]) {
    let held = kept.get(topic);
    if (held === undefined) {
      held = { value: new ViewTopic<V>(topic, folding, this.#commands), holders: 0 };
      kept.set(topic, held);
      this.#topics.open(topic, held.value, undefined);
    }
    held.holders += 1;
    const send = (command: C) => ({ ...this.#commands.send(topic, command, { seq: this.#topics.held(topic)?.seq }), inverse: [] });
    return viewHandle<V, C>(held.value, send, () => this.#release(kept, topic, () => undefined));
  }

  #release<T extends Consumer>(kept: Map<Topic, Held<T>>, topic: Topic, closed: (value: T) => void): void {
    const held = kept.get(topic);
    if (held === undefined) return;
    held.holders -= 1;
    if (held.holders > 0) return;
    kept.delete(topic);
    closed(held.value);
    this.#topics.close(topic);
    this.#commands.detach(topic);
    this.#updateStatus();
  }

  #discard(topic: Topic): void {
    const account_id = this.#commands.account_id;
    if (account_id !== undefined) void this.#storage?.removeBoard(account_id, topic);
  }

  #up(welcome: Welcome): void {
    this.#connection_id = welcome.connection_id;
    // Topics first: what comes in reply to a command finds its topic followed.
    this.#topics.up();
    this.#commands.up();
    this.#updateStatus();
  }

  #down(): void {
    this.#connection_id = undefined;
    // The transport says next what it does about it: until then the pill keeps still.
    this.#quiet = true;
    this.#topics.down();
    this.#commands.down();
    this.#quiet = false;
  }

  #message(message: ServerMessage): void {
    if (message.type === "reply" && this.#commands.reply(message)) return;
    if (message.type === "profiles_changed") {
      this.#profiles.told(message);
      return;
    }
    this.#topics.handle(message);
  }

  #refused(entry: PendingCommand, refusal: Refusal): void {
    const { topic, command } = entry;
    this.#rooms.refused(entry, refusal);
    const changed_by = this.#boards.get(topic)?.value.lastChangedBy(command);
    this.#notices.emit({ kind: "refused", topic, command, refusal, ...(changed_by !== undefined && { changed_by }) });
  }

  #updateStatus(): void {
    if (this.#quiet) return;
    const [transport, rtt_ms] = [this.#transport.state.get(), this.#transport.rtt.get()];
    this.#status.update({ transport, rtt_ms, unanswered: this.#commands.unanswered, catching_up: this.#topics.syncing, stale: this.#topics.stale });
  }
}

/** Makes the sync client of a page. Nothing happens before `start()`. */
export function createClient(options: ClientOptions = {}): Lockstep {
  return new Client(options);
}
