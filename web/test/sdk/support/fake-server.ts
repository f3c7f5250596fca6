//! A server in memory that speaks the protocol: hello, joins with ring and snapshot, idempotent commands, presence, REST for log-in and
//! details. Its wires can be cut, slowed and made lossy.

import { gzipSync } from "node:zlib";
import { type Audience, type BoardCommand, type BoardEvent, type ChannelCommand, type ClientMessage, type Event, type Failure, type Happened, type OrganizationView, PROTOCOL_VERSION, type PresenceEntry, type ServerMessage, type Topic } from "../../../src/gen/protocol";
import type { BoardEntry } from "../../../src/sdk/rest";
import type { Clock } from "./clock";
import { type FakeBoard, failure, Refused } from "./fake-board";
import type { FakeChannel } from "./fake-channel";
import { evolve } from "./fake-fold";
import { type FakeSocket, Wire } from "./wire";

interface Connection {
  readonly wire: Wire;
  readonly connection_id: string;
  account_id: string | undefined;
  client_id: string;
  readonly topics: Map<Topic, { presence: boolean }>;
  readonly entries: Map<Topic, PresenceEntry>;
}

export class FakeServer {
  readonly boards = new Map<Topic, FakeBoard>();
  readonly channels = new Map<Topic, FakeChannel>();
  /** Organizations: their views, which never change here but by a new join. */
  readonly organizations = new Map<Topic, OrganizationView>();
  /** What `GET …/boards` answers, and how it is refused next. */
  list: readonly BoardEntry[] = [];
  readonly list_failures: Failure["code"][] = [];
  readonly connections = new Set<Connection>();
  /** Access tokens that count, and whose they are. */
  readonly tokens = new Map<string, string>();
  /** Whose refresh cookie the browser holds: by browser. */
  readonly cookies = new Map<string, string>();
  /** Events that can be resumed from; older ones need a snapshot. */
  ring = 50;
  /** Faces in a part of a snapshot. */
  part_tasks = 5;
  /** For whose eyes boards are shown. */
  audience: Audience = "member";
  /** Messages pass by themselves; otherwise the test moves them. */
  auto = true;
  reachable = true;
  compress = false;
  token_life_ms = 600_000;
  /** The next commands are refused like this, without effect. */
  readonly failures: Failure[] = [];
  /** The next joins are refused like this. */
  readonly join_failures: Failure[] = [];
  /** Frames with such a message are called unreadable: the connection is closed with this code. */
  chokes: (message: ClientMessage) => number | undefined = () => undefined;
  /** Commands that took effect, by name: each at most once. */
  readonly effects = new Map<string, number>();
  /** What becomes of a live event on its way to one connection: lost, repeated, or as it is. */
  mangle: (message: ServerMessage) => ServerMessage[] = (message) => [message];
  readonly requests: string[] = [];
  readonly heard: ClientMessage[] = [];
  readonly #answers = new Map<string, { body: string; seq: number }>();
  #next = 1;

  constructor(readonly clock: Clock) {}

  board(topic: Topic): FakeBoard {
    const board = this.boards.get(topic);
    if (board === undefined) throw new Error(`no board ${topic}`);
    return board;
  }

  /** A change by somebody who is not under test. */
  commit(topic: Topic, events: readonly BoardEvent[], by = "someone", client?: { client_id: string; client_seq: number }): void {
    const board = this.board(topic);
    const after = board.seq;
    const happened: Happened<Event>[] = [];
    for (const event of events) {
      const one: Happened<BoardEvent> = { seq: board.seq + 1, at: this.clock.now_ms * 1000, by, ...client, event: structuredClone(event) };
      evolve(board, one);
      happened.push(structuredClone(one));
    }
    const message: ServerMessage = { type: "events", topic, epoch: board.epoch, after, seq: board.seq, commit_id: `commit-${board.seq}`, events: happened };
    for (const connection of this.connections) {
      if (!connection.topics.has(topic)) continue;
      for (const sent of this.mangle(message)) this.say(connection, [sent]);
    }
  }

  do(topic: Topic, command: BoardCommand, by = "someone"): void {
    this.commit(topic, this.board(topic).decide(command), by);
  }

  /** Where was dialled, in order. */
  readonly dialled: string[] = [];

  openSocket = (url = ""): FakeSocket => {
    this.dialled.push(url);
    const wire = new Wire(this.auto && this.reachable);
    const connection: Connection = { wire, connection_id: `connection-${this.#next}`, account_id: undefined, client_id: "", topics: new Map(), entries: new Map() };
    this.#next += 1;
    wire.onClosed = () => this.#gone(connection);
    if (!this.reachable) {
      queueMicrotask(() => wire.close(1006));
      return wire.client;
    }
    wire.onServer = (text) => this.#frame(connection, JSON.parse(text) as ClientMessage[]);
    this.connections.add(connection);
    wire.open();
    return wire.client;
  };

  say(connection: Connection, messages: readonly ServerMessage[]): void {
    const text = JSON.stringify(messages);
    if (!this.compress) connection.wire.toClient(text);
    else {
      const bytes = gzipSync(text);
      connection.wire.toClient(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer);
    }
  }

  sayAll(messages: readonly ServerMessage[]): void {
    for (const connection of this.connections) this.say(connection, messages);
  }

  /** Every wire is cut; what was under way on them is lost. */
  cut(code = 1006): void {
    for (const connection of [...this.connections]) connection.wire.close(code);
  }

  token(account_id: string): { access_token: string; access_expires_at: number; account_id: string; session_id: string } {
    const access_token = `token-${this.#next}`;
    this.#next += 1;
    this.tokens.set(access_token, account_id);
    return { access_token, access_expires_at: (this.clock.now_ms + this.token_life_ms) * 1000, account_id, session_id: `session-${account_id}` };
  }

  /** The REST surface, for a browser that holds the cookie of this name. */
  fetch(browser: string): (input: string, init: RequestInit) => Promise<Response> {
    return async (input, init) => {
      this.requests.push(`${init.method} ${input}`);
      if (!this.reachable) throw new TypeError("fetch failed");
      return this.#rest(browser, input, init);
    };
  }

  #rest(browser: string, input: string, init: RequestInit): Response {
    const url = new URL(input, "http://server");
    const answer = (status: number, body: unknown): Response => new Response(body === undefined ? null : JSON.stringify(body), { status });
    const problem = (code: Failure["code"], status: number): Response => answer(status, { ...failure(code), title: code, status, detail: code });
    if (url.pathname === "/api/v1/auth/login") {
      const { email } = JSON.parse(String(init.body)) as { email: string };
      this.cookies.set(browser, email);
      return answer(200, this.token(email));
    }
    if (url.pathname === "/api/v1/auth/refresh") {
      const account_id = this.cookies.get(browser);
      return account_id === undefined ? problem("unauthenticated", 401) : answer(200, this.token(account_id));
    }
    const bearer = new Headers(init.headers).get("authorization")?.slice(7);
    if (bearer === undefined || !this.tokens.has(bearer)) return problem("unauthenticated", 401);
    if (url.pathname.startsWith("/api/v1/auth/logout")) {
      this.cookies.delete(browser);
      return new Response(null, { status: 204 });
    }
    if (/\/orgs\/[^/]+\/boards$/.test(url.pathname)) {
      const refused = this.list_failures.shift();
      return refused === undefined ? answer(200, { items: this.list }) : problem(refused, 503);
    }
    const said = /\/channels\/([^/]+)\/messages(?:\/(\d+)\/replies)?$/.exec(url.pathname);
    if (said !== null) {
      const channel = this.channels.get(`channel:${said[1]}`);
      const query = Object.fromEntries([...url.searchParams].map(([name, value]) => [name, Number(value)]));
      return channel === undefined ? problem("not_found", 404) : answer(200, channel.page(query, channel.seq, said[2] === undefined ? undefined : Number(said[2])));
    }
    const task = /\/boards\/([^/]+)\/tasks\/([^/]+)$/.exec(url.pathname);
    if (task !== null) {
      const board = this.boards.get(`board:${task[1]}`);
      try {
        if (board === undefined) return problem("not_found", 404);
        if (Number(url.searchParams.get("min_seq") ?? 0) > board.seq) return problem("behind", 503);
        return answer(200, board.detail(task[2] ?? ""));
      } catch (error) {
        if (error instanceof Refused) return problem(error.failure.code, 404);
        throw error;
      }
    }
    return url.pathname === "/api/v1/me" ? answer(200, { account_id: this.tokens.get(bearer), name: "", email: "", created_at: 0, orgs: [] }) : problem("not_found", 404);
  }

  #frame(connection: Connection, messages: readonly ClientMessage[]): void {
    for (const message of messages) {
      this.heard.push(message);
      if (!this.connections.has(connection)) return;
      const code = this.chokes(message);
      if (code !== undefined) {
        connection.wire.close(code);
        return;
      }
      this.#message(connection, message);
    }
  }

  #message(connection: Connection, message: ClientMessage): void {
    switch (message.type) {
      case "hello":
        this.#hello(connection, message.token, message.client_id);
        return;
      case "join":
        this.#join(connection, message);
        return;
      case "leave":
        this.#leave(connection, message.topic);
        this.say(connection, [{ type: "reply", ref: message.ref, ok: { epoch: 1, seq: 0 } }]);
        return;
      case "command":
        this.#command(connection, message);
        return;
      case "presence":
        if (connection.entries.has(message.topic)) this.#show(connection, message.topic, message.meta);
        return;
      case "ephemeral":
        for (const other of this.connections) {
          if (other === connection || other.topics.get(message.topic)?.presence !== true) continue;
          this.say(other, [{ type: "ephemeral", topic: message.topic, connection_id: connection.connection_id, account_id: connection.account_id ?? "", body: message.body }]);
        }
        return;
      case "refresh": {
        const known = this.tokens.get(message.token) === connection.account_id;
        this.say(connection, [known ? { type: "reply", ref: message.ref, ok: { epoch: 0, seq: 0 } } : { type: "reply", ref: message.ref, error: failure("unauthenticated") }]);
        return;
      }
      case "ping":
        this.say(connection, [{ type: "pong", ref: message.ref, now: this.clock.now_ms * 1000 }]);
    }
  }

  #hello(connection: Connection, token: string, client_id: string): void {
    const account_id = this.tokens.get(token);
    if (account_id === undefined) {
      connection.wire.close(4401);
      return;
    }
    for (const other of [...this.connections]) {
      if (other === connection || other.client_id !== client_id || other.account_id !== account_id) continue;
      this.say(other, [{ type: "superseded" }]);
      other.wire.close(4409);
    }
    connection.account_id = account_id;
    connection.client_id = client_id;
    const now = this.clock.now_ms * 1000;
    this.say(connection, [{ type: "welcome", connection_id: connection.connection_id, account_id, session_id: `session-${account_id}`, server_version: "test", protocol_version: PROTOCOL_VERSION, heartbeat_interval_ms: 15_000, token_expires_at: now + this.token_life_ms * 1000, now }]);
  }

  #join(connection: Connection, { ref, topic, after, presence }: Extract<ClientMessage, { type: "join" }>): void {
    const organization = this.organizations.get(topic);
    if (organization !== undefined) {
      const head = { epoch: 1, seq: 1 };
      connection.topics.set(topic, { presence: false });
      const resumed_from = after === undefined ? "snapshot" : "current";
      this.say(connection, [{ type: "joined", ref, topic, resumed_from, head, audience: "member" }]);
      if (after === undefined) this.say(connection, [{ type: "snapshot", topic, bookmark: head, part: 0, parts: 1, view: { kind: "organization", ...organization } }]);
      return;
    }
    if (this.#joinChannel(connection, ref, topic, after?.seq)) return;
    const board = this.boards.get(topic);
    const forced = this.join_failures.shift();
    if (board === undefined || forced !== undefined) {
      this.say(connection, [{ type: "reply", ref, error: forced ?? failure("not_found") }]);
      return;
    }
    connection.topics.set(topic, { presence: presence === true });
    const head = { epoch: board.epoch, seq: board.seq };
    const joined = (resumed_from: "current" | "ring" | "snapshot"): ServerMessage => ({ type: "joined", ref, topic, resumed_from, head, audience: this.audience });
    const continues = after !== undefined && after.epoch === board.epoch && after.audience === this.audience;
    if (continues && after.seq === board.seq) this.say(connection, [joined("current")]);
    else if (continues && after.seq < board.seq && board.seq - after.seq <= this.ring) {
      const events = board.log.filter((happened) => happened.seq > after.seq);
      this.say(connection, [joined("ring"), { type: "events", topic, epoch: board.epoch, after: after.seq, seq: board.seq, commit_id: "ring", events }]);
    } else this.#snapshot(connection, topic, board, joined("snapshot"));
    if (presence === true) this.#show(connection, topic, {});
  }

  #joinChannel(connection: Connection, ref: number, topic: Topic, after: number | undefined): boolean {
    const channel = this.channels.get(topic);
    if (channel === undefined) return false;
    connection.topics.set(topic, { presence: false });
    const head = { epoch: channel.epoch, seq: channel.seq };
    const resumes = after !== undefined && channel.seq - after <= this.ring;
    this.say(connection, [{ type: "joined", ref, topic, resumed_from: resumes ? "ring" : "snapshot", head, audience: "member" }]);
    if (resumes) this.say(connection, [{ type: "events", topic, epoch: 1, after, seq: channel.seq, commit_id: "ring", events: channel.log.slice(after) }]);
    else {
      const members = channel.members.map((account_id) => ({ account_id, role: "member" as const }));
      this.say(connection, [{ type: "snapshot", topic, bookmark: head, part: 0, parts: 2, view: { kind: "channel", part: "channel", ...channel.head() } }, { type: "snapshot", topic, bookmark: head, part: 1, parts: 2, view: { kind: "channel", part: "members", members } }]);
    }
    return true;
  }

  /** Something is done in a channel. */
  inChannel(topic: Topic, command: ChannelCommand, by = "someone", client?: { client_id: string; client_seq: number }): number {
    const channel = this.channels.get(topic);
    if (channel === undefined) throw new Refused(failure("not_found"));
    const after = channel.seq;
    const events = channel.decide(command, by).map((event) => structuredClone(channel.commit(by, event, client)));
    for (const connection of this.connections) {
      if (connection.topics.has(topic)) this.say(connection, [{ type: "events", topic, epoch: 1, after, seq: channel.seq, commit_id: `c${channel.seq}`, events }]);
    }
    return channel.seq;
  }

  #snapshot(connection: Connection, topic: Topic, board: FakeBoard, joined: ServerMessage): void {
    this.say(connection, [joined]);
    const faces = board.faces();
    const parts = Math.max(1, Math.ceil(faces.length / this.part_tasks));
    for (let part = 0; part < parts; part += 1) {
      const tasks = faces.slice(part * this.part_tasks, (part + 1) * this.part_tasks);
      const view = { kind: "board" as const, tasks, ...(part === 0 && { board: board.head() }) };
      this.say(connection, [{ type: "snapshot", topic, bookmark: { epoch: board.epoch, seq: board.seq }, part, parts, view }]);
    }
  }

  #command(connection: Connection, { ref, topic, client_seq, body }: Extract<ClientMessage, { type: "command" }>): void {
    const refused = (error: Failure): void => this.say(connection, [{ type: "reply", ref, error }]);
    if (this.channels.has(topic)) {
      try {
        const seq = this.inChannel(topic, body as ChannelCommand, connection.account_id, { client_id: connection.client_id, client_seq });
        this.say(connection, [{ type: "reply", ref, ok: { epoch: 1, seq, position: "p" } }]);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        refused(error.failure);
      }
      return;
    }
    const board = this.boards.get(topic);
    const forced = board === undefined ? failure("not_found") : this.failures.shift();
    if (board === undefined || forced !== undefined) {
      refused(forced ?? failure("not_found"));
      return;
    }
    const name = `${connection.account_id} ${connection.client_id} ${client_seq}`;
    const known = this.#answers.get(name);
    if (known !== undefined) {
      if (known.body !== JSON.stringify(body)) refused(failure("idempotency_mismatch"));
      else this.say(connection, [{ type: "reply", ref, ok: { epoch: board.epoch, seq: known.seq, position: "p" } }]);
      return;
    }
    try {
      const events = board.decide(body as BoardCommand);
      if (events.length > 0) {
        this.commit(topic, events, connection.account_id, { client_id: connection.client_id, client_seq });
        this.#answers.set(name, { body: JSON.stringify(body), seq: board.seq });
        this.effects.set(name, (this.effects.get(name) ?? 0) + 1);
      }
      this.say(connection, [{ type: "reply", ref, ok: { epoch: board.epoch, seq: board.seq, ...(events.length > 0 && { position: "p" }) } }]);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      refused(error.failure);
    }
  }

  #show(connection: Connection, topic: Topic, meta: { task_id?: string; away?: boolean }): void {
    const first = !connection.entries.has(topic);
    const entry = { connection_id: connection.connection_id, account_id: connection.account_id ?? "", ...meta };
    connection.entries.set(topic, entry);
    const seen = [...this.connections].filter((other) => other.topics.get(topic)?.presence === true);
    if (first) this.say(connection, [{ type: "presence_state", topic, entries: seen.flatMap((other) => other.entries.get(topic) ?? []), count: seen.length }]);
    for (const other of seen) if (other !== connection) this.say(other, [{ type: "presence_diff", topic, joined: [entry], count: seen.length }]);
  }

  #leave(connection: Connection, topic: Topic): void {
    const was = connection.topics.get(topic);
    connection.topics.delete(topic);
    connection.entries.delete(topic);
    if (was?.presence !== true) return;
    const seen = [...this.connections].filter((other) => other.topics.get(topic)?.presence === true);
    for (const other of seen) this.say(other, [{ type: "presence_diff", topic, left: [connection.connection_id], count: seen.length }]);
  }

  #gone(connection: Connection): void {
    this.connections.delete(connection);
    for (const topic of [...connection.topics.keys()]) this.#leave(connection, topic);
  }
}
