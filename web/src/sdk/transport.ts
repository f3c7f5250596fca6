//! One WebSocket to the server: hello, heartbeat, reconnection, token refresh. It knows nothing of topics or commands: it delivers
//! messages in order and says when a connection begins and ends.

import { type ClientMessage, CLOSE_CODES, PROTOCOL_VERSION, type ServerMessage, SUBPROTOCOL_JSON, type Welcome } from "../gen/protocol";
import { backoff } from "./backoff";
import { Box, type Cell } from "./cells";
import { anywhere, type Environment, type SocketLike, socketUrl, type TimerId } from "./environment";
import { FrameReader, packed } from "./frames";
import { Problem } from "./problem";
import type { Credentials, StopReason, TransportEvents, TransportState } from "./transport-state";

export type { StopReason, TransportEvents, TransportState } from "./transport-state";

/** From opening to `welcome`. */
const CONNECT_TIMEOUT_MS = 10_000;
/** After waking: an answer must come within this, or the socket is taken for dead. */
const WAKE_TIMEOUT_MS = 3_000;
/** A connection that lived this long starts the back-off anew. */
const STABLE_MS = 5_000;
/** The server could not read a frame, or found it too large. */
const UNREADABLE: ReadonlySet<number> = new Set([1002, 1003, 1009]);
/** So often in a row without knowing why: this program and the server do not understand each other. */
const UNREADABLE_MAX = 3;

interface Connection {
  readonly socket: SocketLike;
  readonly reader: FrameReader;
  opened_at_ms: number;
  heard_at_ms: number;
  /** How many messages came. */
  heard: number;
  interval_ms: number;
  welcome: boolean;
}

export class Transport {
  readonly state = new Box<TransportState>({ kind: "stopped", reason: "not_started" });
  readonly #rtt = new Box<number | undefined>(undefined);
  readonly #env: Environment;
  readonly #auth: Credentials;
  readonly #client_name: string;
  readonly #events: TransportEvents;
  #client_id = "";
  #connection: Connection | undefined;
  #outgoing: ClientMessage[] = [];
  #flush_queued = false;
  #tries = 0;
  #unreadable = 0;
  #unanswered = false;
  #next_ref = 1;
  #retry: TimerId | undefined;
  #beat: TimerId | undefined;
  #deadline: TimerId | undefined;
  #refresh: TimerId | undefined;
  #drain: TimerId | undefined;
  #drain_until_ms = 0;
  #pings = new Map<number, number>();
  /** What the server's clock is ahead of this one, in milliseconds. */
  #skew_ms = 0;
  /** Raised by each attempt and by stopping, so that what belongs to an earlier one does nothing. */
  #attempt = 0;
  #forgetNetwork: (() => void) | undefined;

  constructor(env: Environment, auth: Credentials, client_name: string, events: TransportEvents) {
    this.#env = env;
    this.#auth = auth;
    this.#client_name = client_name;
    this.#events = events;
  }

  get rtt(): Cell<number | undefined> {
    return this.#rtt;
  }

  get live(): boolean {
    return this.state.get().kind === "live";
  }

  /** A number for a request, never used twice on this page. */
  ref(): number {
    const ref = this.#next_ref;
    this.#next_ref = ref >= 0xffff_ffff ? 1 : ref + 1;
    return ref;
  }

  start(client_id: string): void {
    this.#client_id = client_id;
    this.#forgetNetwork ??= this.#followNetwork();
    this.connect();
  }

  /** Connects now, whatever was waited for. */
  connect(): void {
    const { kind } = this.state.get();
    if (kind === "connecting" || kind === "live") return;
    this.#drop();
    void this.#open();
  }

  stop(reason: StopReason = "not_started"): void {
    this.#drop();
    this.#env.clearTimer(this.#retry);
    if (reason === "not_started") {
      this.#forgetNetwork?.();
      this.#forgetNetwork = undefined;
    }
    this.state.set({ kind: "stopped", reason });
  }

  /** Leaves with what else is said in the same turn. Lost without a connection: who needs an answer sends again after `welcome`. */
  send(message: ClientMessage): void {
    if (this.#connection?.welcome !== true) return;
    this.#outgoing.push(message);
    if (this.#flush_queued) return;
    this.#flush_queued = true;
    queueMicrotask(() => this.#flush());
  }

  /** The network came back, or the page is looked at again: connect at once, or make sure that the socket still lives. */
  wake(): void {
    const { kind } = this.state.get();
    if (kind === "waiting" || kind === "connecting") {
      this.#tries = 0;
      // Not one that hangs since the network went.
      const dialled_ms = this.#env.now_ms() - (this.#connection?.opened_at_ms ?? this.#env.now_ms());
      if (kind === "connecting" && dialled_ms < WAKE_TIMEOUT_MS) return;
      this.#drop();
      void this.#open();
    } else if (kind === "live") {
      this.#ping();
      this.#watch(WAKE_TIMEOUT_MS);
    }
  }

  /** The browser says that there is no network: believed at once, and checked by trying, for it may be wrong. */
  offline(): void {
    const { kind } = this.state.get();
    if (kind !== "live" && kind !== "connecting") return;
    this.#drop();
    this.#retryLater();
  }

  #followNetwork(): () => void {
    const ends = [this.#env.onWake(() => this.wake()), this.#env.onOffline(() => this.offline())];
    return () => {
      for (const end of ends) end();
    };
  }

  async #open(): Promise<void> {
    this.#attempt += 1;
    const attempt = this.#attempt;
    this.#env.clearTimer(this.#retry);
    this.state.set({ kind: "connecting" });
    const token = await this.#token();
    if (attempt !== this.#attempt) return;
    if (token === "none") {
      this.stop("logged_out");
      return;
    }
    if (token === "unreachable") {
      this.#retryLater();
      return;
    }
    this.#dial(token.token);
  }

  async #token(): Promise<{ token: string } | "none" | "unreachable"> {
    try {
      const held = this.#auth.token();
      const expiring = held !== undefined && this.#auth.expiresInMs(this.#env.now_ms() + this.#skew_ms) < 5_000;
      if ((held === undefined || expiring) && !(await this.#auth.refresh(held))) return "none";
      const token = this.#auth.token();
      return token === undefined ? "none" : { token };
    } catch (error) {
      if (error instanceof Problem) return "unreachable";
      throw error;
    }
  }

  #dial(token: string): void {
    const socket = this.#env.openSocket(socketUrl(this.#env.base_url, this.#unanswered ? anywhere(this.#env.random) : undefined), SUBPROTOCOL_JSON);
    socket.binaryType = "arraybuffer";
    const now_ms = this.#env.now_ms();
    const reader = new FrameReader(
      this.#env.gunzip,
      (messages) => this.#deliver(connection, messages),
      () => this.#lost(connection, 1011),
    );
    const connection: Connection = { socket, reader, opened_at_ms: now_ms, heard_at_ms: now_ms, heard: 0, interval_ms: 15_000, welcome: false };
    this.#connection = connection;
    socket.onopen = () => {
      const hello = { type: "hello", token, client_id: this.#client_id, protocol_version: PROTOCOL_VERSION, client_name: this.#client_name } as const;
      socket.send(JSON.stringify([hello satisfies ClientMessage]));
    };
    socket.onmessage = (event) => {
      connection.heard_at_ms = this.#env.now_ms();
      connection.heard += 1;
      reader.push(event.data);
    };
    socket.onclose = (event) => this.#lost(connection, event.code);
    socket.onerror = () => undefined;
    this.#deadline = this.#env.setTimer(() => this.#lost(connection, 1006), CONNECT_TIMEOUT_MS);
  }

  #deliver(connection: Connection, messages: readonly ServerMessage[]): void {
    for (const message of messages) {
      if (this.#connection !== connection) return;
      this.#handle(connection, message);
    }
    if (this.#connection === connection) this.#events.frameEnd();
  }

  #handle(connection: Connection, message: ServerMessage): void {
    switch (message.type) {
      case "welcome":
        this.#welcomed(connection, message);
        return;
      case "pong": {
        const sent_at_ms = this.#pings.get(message.ref);
        this.#pings.delete(message.ref);
        if (sent_at_ms !== undefined) this.#rtt.set(Math.max(0, this.#env.now_ms() - sent_at_ms));
        return;
      }
      case "goaway":
        this.#goAway(connection, message.reconnect_after_ms);
        return;
      case "superseded":
        this.stop("superseded");
        return;
      default:
        this.#events.message(message);
    }
  }

  #welcomed(connection: Connection, welcome: Welcome): void {
    connection.welcome = true;
    connection.interval_ms = welcome.heartbeat_interval_ms;
    this.#env.clearTimer(this.#deadline);
    this.#skew_ms = welcome.now / 1000 - this.#env.now_ms();
    this.state.set({ kind: "live" });
    this.#scheduleRefresh((welcome.token_expires_at - welcome.now) / 1000);
    this.#events.welcome(welcome);
    this.#ping();
    this.#scheduleBeat(connection);
  }

  /**
   * A browser does not show the server's pings, so the client asks by itself; an unanswered question and silence for twice the
   * interval are death. Silence alone is not: in a hidden tab, and in sleep, this timer itself comes late.
   */
  #scheduleBeat(connection: Connection): void {
    this.#env.clearTimer(this.#beat);
    this.#beat = this.#env.setTimer(() => {
      if (this.#connection !== connection) return;
      const silent_ms = this.#env.now_ms() - connection.heard_at_ms;
      const silent = silent_ms >= 2 * connection.interval_ms;
      if (silent && this.#pings.size > 0) {
        this.#lost(connection, 1006);
        return;
      }
      if (this.#env.now_ms() - connection.opened_at_ms > STABLE_MS) this.#tries = 0;
      this.#ping();
      if (silent) this.#watch(WAKE_TIMEOUT_MS);
      this.#scheduleBeat(connection);
    }, connection.interval_ms);
  }

  #ping(): void {
    const ref = this.ref();
    this.#pings.set(ref, this.#env.now_ms());
    this.send({ type: "ping", ref });
  }

  #watch(timeout_ms: number): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    const { heard } = connection;
    this.#env.clearTimer(this.#deadline);
    this.#deadline = this.#env.setTimer(() => {
      if (this.#connection === connection && connection.heard === heard) this.#lost(connection, 1006);
    }, timeout_ms);
  }

  #scheduleRefresh(left_ms: number): void {
    this.#env.clearTimer(this.#refresh);
    // No timer waits for longer than 31 bits say.
    this.#refresh = this.#env.setTimer(() => void this.#refreshToken(), Math.min(0x7fff_ffff, Math.max(1_000, left_ms * 0.8)));
  }

  async #refreshToken(): Promise<void> {
    const connection = this.#connection;
    try {
      const refreshed = await this.#auth.refresh(this.#auth.token());
      const token = this.#auth.token();
      if (this.#connection !== connection) return;
      if (!refreshed || token === undefined) {
        this.#drop();
        this.stop("logged_out");
        return;
      }
      this.send({ type: "refresh", ref: this.ref(), token });
      this.#scheduleRefresh(this.#auth.expiresInMs(this.#env.now_ms() + this.#skew_ms));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      // Not now: what is left of the old token is enough for some more tries.
      if (this.#connection === connection) this.#scheduleRefresh(10_000);
    }
  }

  #goAway(connection: Connection, after_ms: number): void {
    this.#drain_until_ms = this.#env.now_ms() + after_ms;
    this.state.set({ kind: "draining" });
    this.#env.clearTimer(this.#drain);
    this.#drain = this.#env.setTimer(() => {
      if (this.#connection !== connection) return;
      this.#tries = 0;
      this.#drop();
      void this.#open();
    }, after_ms);
  }

  /** The connection ended, or is taken for dead: what to do is in the table of close codes. */
  #lost(connection: Connection, code: number): void {
    if (this.#connection !== connection) return;
    this.#unanswered = !connection.welcome;
    if (connection.welcome && this.#env.now_ms() - connection.opened_at_ms > STABLE_MS) this.#tries = this.#unreadable = 0;
    const again = UNREADABLE.has(code) && this.#again(code);
    this.#drop();
    if (code === 4401) {
      void this.#reauthenticate();
      return;
    }
    if (code === 4403) {
      this.#auth.forget();
      this.stop("logged_out");
      return;
    }
    // Codes that are not in the table (1005, 1006 and others) are the network's: try again.
    const listed = CLOSE_CODES[code];
    if (listed === undefined || listed.reconnect || again) this.#retryLater();
    else this.stop(code === 4409 ? "superseded" : "protocol");
  }

  #again(code: number): boolean {
    this.#unreadable = this.#events.unreadable(code) ? 0 : this.#unreadable + 1;
    return this.#unreadable < UNREADABLE_MAX;
  }

  async #reauthenticate(): Promise<void> {
    this.#attempt += 1;
    const attempt = this.#attempt;
    this.state.set({ kind: "connecting" });
    try {
      const refreshed = await this.#auth.refresh(this.#auth.token());
      if (attempt !== this.#attempt) return;
      if (refreshed) this.#retryLater();
      else this.stop("logged_out");
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (attempt === this.#attempt) this.#retryLater();
    }
  }

  #retryLater(): void {
    const drain_ms = Math.max(0, this.#drain_until_ms - this.#env.now_ms());
    this.#drain_until_ms = 0;
    const delay_ms = drain_ms > 0 ? drain_ms : backoff(this.#tries, this.#env.random);
    this.#tries += 1;
    this.#env.clearTimer(this.#retry);
    this.#retry = this.#env.setTimer(() => void this.#open(), delay_ms);
    this.state.set({ kind: "waiting", retry_at_ms: this.#env.now_ms() + delay_ms, ...(drain_ms > 0 && { planned: true as const }) });
  }

  #flush(): void {
    this.#flush_queued = false;
    const connection = this.#connection;
    const messages = this.#outgoing;
    this.#outgoing = [];
    if (connection?.welcome !== true) return;
    for (const frame of packed(messages)) connection.socket.send(frame);
  }

  /** Lets go of the connection without a word to the table of close codes. */
  #drop(): void {
    const connection = this.#connection;
    this.#attempt += 1;
    this.#outgoing = [];
    this.#pings.clear();
    this.#rtt.set(undefined);
    for (const timer of [this.#beat, this.#deadline, this.#refresh, this.#drain]) this.#env.clearTimer(timer);
    if (connection === undefined) return;
    this.#connection = undefined;
    connection.reader.close();
    const { socket } = connection;
    socket.onopen = socket.onmessage = socket.onclose = socket.onerror = null;
    socket.close();
    this.#events.down();
  }
}
