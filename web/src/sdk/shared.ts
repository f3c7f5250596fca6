//! A board that somebody was given a public link to: read, followed live, never written. It keeps nothing in the browser and knows
//! nothing of whoever may be logged in there.

import type { BoardHead, BoardId, OrgId, TaskDetail, Topic } from "../gen/protocol";
import { backoff } from "./backoff";
import { BoardTopic } from "./board-topic";
import { Box, type Cell } from "./cells";
import { Commands } from "./commands";
import { browserEnvironment, type Environment, type TimerId } from "./environment";
import { boardHandle, detailHandle } from "./handles";
import { Http, type TokenSource } from "./http";
import { boardTopic, makeId } from "./ids";
import { Presence } from "./presence";
import { Problem } from "./problem";
import { Status } from "./status";
import { Topics } from "./topics";
import { Transport } from "./transport";
import type { Credentials } from "./transport-state";
import type { BoardHandle, ConnectionStatus } from "./types";

/** `over`: it opens nothing, or nothing any more; `before`: it did while this page was open. `lost`: the server cannot be reached, and is
 * asked again. */
export type SharedState =
  | { readonly kind: "loading" | "lost" }
  | { readonly kind: "open"; readonly board: BoardHandle; readonly expires_at?: number }
  | { readonly kind: "over"; readonly before: boolean };

export interface SharedBoard {
  readonly state: Cell<SharedState>;
  readonly status: Cell<ConnectionStatus>;
  start(): void;
  /** Tries again now. */
  reconnect(): void;
  close(): void;
}

interface Shared { readonly org_id: OrgId; readonly board_id: BoardId; readonly board: BoardHead; readonly expires_at?: number }

const SHARED = "/api/v1/shared";
/** How long the link is taken to hold when it says nothing: it is asked again then. */
const HOUR_MS = 3_600_000;

class Looker implements SharedBoard, Credentials {
  readonly state = new Box<SharedState>({ kind: "loading" });
  readonly #env: Environment;
  readonly #token: string;
  readonly #http: Http;
  readonly #transport: Transport;
  readonly #topics: Topics;
  readonly #commands: Commands;
  readonly #status = new Status();
  readonly #links: TokenSource;
  #topic: Topic | undefined;
  #board: BoardTopic | undefined;
  #expires_at: number | undefined;
  #tries = 0;
  #timer: TimerId | undefined;
  #closed = false;

  constructor(token: string, env: Environment) {
    this.#env = env;
    this.#token = token;
    this.#http = new Http(env);
    // A link is what it is: there is no other to be had.
    this.#links = { token: () => this.#token, refresh: () => Promise.resolve(false) };
    this.#http.useTokens(this.#links);
    this.#transport = new Transport(env, this, "lockstep shared board", {
      welcome: () => {
        this.#topics.up();
        this.#update();
      },
      message: (message) => void this.#topics.handle(message),
      frameEnd: () => this.#update(),
      unreadable: () => false,
      down: () => this.#topics.down(),
    });
    this.#topics = new Topics(env, this.#transport, { refused: () => this.#over(), advanced: () => undefined, missed: () => undefined });
    this.#commands = new Commands(env, this.#transport, this.#topics, { refused: () => undefined, failedIn: () => undefined, wentOver: () => undefined });
    this.#transport.rtt.subscribe(() => this.#update());
    this.#transport.state.subscribe((state) => {
      if (state.kind === "stopped" && state.reason === "logged_out") this.#over();
      this.#update();
    });
  }

  get status(): Cell<ConnectionStatus> {
    return this.#status.cell;
  }

  start(): void {
    void this.#find();
  }

  reconnect(): void {
    if (this.state.get().kind === "open") this.#transport.connect();
    else if (this.state.get().kind === "lost") void this.#find();
  }

  close(): void {
    this.#closed = true;
    this.#env.clearTimer(this.#timer);
    this.#transport.stop();
    this.#board?.close();
  }

  // What the transport asks of whoever holds the token.

  token(): string {
    return this.#token;
  }

  expiresInMs(server_now_ms: number): number {
    return this.#expires_at === undefined ? HOUR_MS : this.#expires_at / 1000 - server_now_ms;
  }

  /** Whether it still opens the board. */
  async refresh(): Promise<boolean> {
    try {
      await this.#ask();
      return true;
    } catch (error) {
      if (error instanceof Problem && error.code === "unauthenticated") return false;
      throw error;
    }
  }

  forget(): void {
    // It is over; the transport says so by stopping.
  }

  #ask(): Promise<Shared> {
    return this.#http.request("GET", SHARED);
  }

  async #find(): Promise<void> {
    this.#env.clearTimer(this.#timer);
    try {
      const shared = await this.#ask();
      if (!this.#closed && this.state.get().kind !== "open") this.#open(shared);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (this.#closed) return;
      if (error.code === "unauthenticated") {
        this.#over();
        return;
      }
      this.state.set({ kind: "lost" });
      this.#timer = this.#env.setTimer(() => void this.#find(), backoff(this.#tries, this.#env.random));
      this.#tries += 1;
    }
  }

  #open({ org_id, board_id, expires_at }: Shared): void {
    this.#expires_at = expires_at;
    const topic = boardTopic(board_id);
    const presence = new Presence(this.#env, this.#transport, topic, () => undefined);
    const board = new BoardTopic(topic, org_id, {
      env: this.#env,
      commands: this.#commands,
      presence,
      unseen: true,
      seq: () => this.#topics.held(topic)?.seq,
      held: () => this.#topics.held(topic),
      readDetail: (task_id, min_seq, signal) => this.#http.request<TaskDetail>("GET", `${SHARED}/tasks/${task_id}`, { query: { min_seq }, signal }),
      keep: () => undefined,
      notify: () => undefined,
    });
    this.#topic = topic;
    this.#board = board;
    this.#topics.open(topic, board, undefined);
    const handle = boardHandle(board, board_id, {
      presence,
      seq: () => this.#topics.held(topic)?.seq ?? 0,
      detail: (task_id) => detailHandle(board, task_id),
      close: () => undefined,
    });
    this.state.set({ kind: "open", board: handle, ...(expires_at !== undefined && { expires_at }) });
    this.#transport.start(makeId(this.#env));
  }

  /** Nothing of the board stays. */
  #over(): void {
    const { kind } = this.state.get();
    if (kind === "over") return;
    this.state.set({ kind: "over", before: kind === "open" });
    this.#transport.stop();
    this.#board?.close();
    if (this.#topic !== undefined) this.#topics.close(this.#topic);
  }

  #update(): void {
    const { stale, syncing } = this.#topics;
    this.#status.update({ transport: this.#transport.state.get(), rtt_ms: this.#transport.rtt.get(), unanswered: 0, catching_up: syncing, stale });
  }
}

/** Opens what a public link opens. Nothing happens before `start()`. */
export function openShared(token: string, environment: Environment = browserEnvironment("")): SharedBoard {
  return new Looker(token, environment);
}
