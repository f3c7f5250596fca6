//! Who is logged in. The access token lives in this object's memory and nowhere else; the refresh token is a cookie that
//! scripts cannot read. Refreshing happens once at a time, over all tabs.

import type { AccountId, OrgId, SecondMethod, SessionId } from "../gen/protocol";
import { Box, type Cell } from "./cells";
import type { Environment } from "./environment";
import type { Http, TokenSource } from "./http";
import { Problem, rangeOf } from "./problem";

export type AuthState =
  /** Not asked yet, or the server could not be reached to ask. `account_id`: who was here last, whose boards can be read offline. */
  | { readonly kind: "unknown"; readonly account_id?: AccountId }
  | { readonly kind: "anonymous" }
  | { readonly kind: "authenticated"; readonly account_id: AccountId; readonly session_id: SessionId };

interface Tokens {
  readonly access_token: string;
  /** Microseconds, UTC, of the server's clock. */
  readonly access_expires_at: number;
  readonly account_id: AccountId;
  readonly session_id: SessionId;
  readonly invitation?: InvitationAnswer;
}

/** What became of the invitation that somebody registered with. `full`: the organization has no place, the invitation holds. */
export interface InvitationAnswer {
  readonly outcome: "joined" | "gone" | "full" | "other_address";
  readonly org_id?: OrgId;
}
/** There is an account, and this page is logged in. */
export interface Registered { readonly invitation?: InvitationAnswer }

export interface NewAccount {
  readonly email: string;
  readonly password: string;
  readonly name: string;
  readonly locale?: string;
  readonly time_zone?: string;
  /** The code of an invitation: accepted with the account, on whatever device the link of the mail is followed. */
  readonly invitation?: string;
}

/** What browsers make and read of passkeys; the server's and theirs, not ours. */
export type Json = Readonly<Record<string, unknown>>;
/** `options` for the browser; `ceremony` goes back with its answer. */
export interface PasskeyAsked { readonly ceremony: string; readonly options: Json }

/** The password was right; with any of the methods the log-in is whole. */
export interface SecondFactorAsked {
  readonly second_factor: { readonly challenge: string; readonly methods: readonly SecondMethod[]; readonly expires_at: number; readonly passkey?: Json };
}
/** Exactly one proof. */
export interface SecondStep { readonly challenge: string; readonly totp?: string; readonly recovery?: string; readonly passkey?: Json }

const AUTH = "/api/v1/auth";

export class Auth implements TokenSource {
  readonly #env: Environment;
  readonly #http: Http;
  readonly #state = new Box<AuthState>({ kind: "unknown" });
  #tokens: Tokens | undefined;
  #refreshing: Promise<boolean> | undefined;

  constructor(env: Environment, http: Http) {
    this.#env = env;
    this.#http = http;
    http.useTokens(this);
  }

  get state(): Cell<AuthState> {
    return this.#state;
  }

  token(): string | undefined {
    return this.#tokens?.access_token;
  }

  /** How long the held token still counts, when the server's clock reads this. */
  expiresInMs(server_now_ms: number): number {
    return this.#tokens === undefined ? 0 : this.#tokens.access_expires_at / 1000 - server_now_ms;
  }

  /** Logs in; or gives what names this browser once the link in the mail is followed, or what the second step takes. */
  async register(fields: NewAccount): Promise<Registered | { readonly pending: string } | SecondFactorAsked> {
    const answer = await this.#post<Tokens | { readonly pending: string } | SecondFactorAsked>("register", fields);
    return this.#enter(answer) ?? this.#registered(answer as Tokens);
  }

  /** Makes the account that a mailed link is about, and logs in. Another browser than the one that registered sends the password. */
  async confirm(fields: { code: string; pending?: string; password?: string }): Promise<Registered> {
    const tokens = await this.#post<Tokens>("register/confirm", fields);
    this.#take(tokens);
    return this.#registered(tokens);
  }

  /** Logs in, or gives what the second step takes. */
  async login(fields: { email: string; password: string }): Promise<SecondFactorAsked | undefined> {
    return this.#enter(await this.#post<Tokens | SecondFactorAsked>("login", fields));
  }

  async loginSecond(fields: SecondStep): Promise<void> {
    this.#take(await this.#post<Tokens>("login/second", fields));
  }

  beginPasskey(): Promise<PasskeyAsked> {
    return this.#http.request<PasskeyAsked>("POST", `${AUTH}/passkey/start`, { body: {}, anonymous: true });
  }

  async loginByPasskey(fields: { ceremony: string; credential: Json }): Promise<void> {
    this.#take(await this.#post<Tokens>("passkey/finish", fields));
  }

  /** After a provider's word, where the account has a second step: gives what it takes. */
  async enterByIdentity(): Promise<SecondFactorAsked | undefined> {
    const headers = { "x-lockstep": "1" };
    return this.#enter(await this.#http.request<Tokens | SecondFactorAsked>("POST", `${AUTH}/identity/enter`, { body: {}, headers, anonymous: true }));
  }

  /** Who was here last, from this browser's store: until the server is asked. */
  remember(account_id: AccountId): void {
    if (this.#state.get().kind === "unknown") this.#state.set({ kind: "unknown", account_id });
  }

  /** Is there a session? Asks the server by the cookie; stays `unknown` while it cannot be reached. */
  async restore(): Promise<AuthState> {
    try {
      await this.refresh(undefined);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
    }
    return this.#state.get();
  }

  /**
   * Gets a token other than `rejected`. True when there is one, false when the session is over; throws a `Problem` when
   * the server cannot be reached or answers that it cannot now.
   */
  refresh(rejected: string | undefined): Promise<boolean> {
    const held = this.#tokens?.access_token;
    if (rejected !== undefined && held !== undefined && held !== rejected) return Promise.resolve(true);
    this.#refreshing ??= this.#env
      .exclusive("lockstep-refresh", () => this.#refresh())
      .finally(() => {
        this.#refreshing = undefined;
      });
    return this.#refreshing;
  }

  /** Ends this session on the server, and here whatever the server says. */
  async logout(): Promise<void> {
    try {
      await this.#end(`${AUTH}/logout`);
    } finally {
      this.forget();
    }
  }

  /** Ends every session. Unless the server did it, this one goes on: elsewhere nothing would have ended. */
  async logoutAll(): Promise<void> {
    await this.#end(`${AUTH}/logout_all`);
    this.forget();
  }

  /** The server said that the session is over. */
  forget(): void {
    this.#tokens = undefined;
    this.#state.set({ kind: "anonymous" });
  }

  async #refresh(): Promise<boolean> {
    const headers = { "x-lockstep": "1" };
    try {
      this.#take(await this.#http.request<Tokens>("POST", `${AUTH}/refresh`, { body: {}, headers, anonymous: true }));
      return true;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const range = rangeOf(error.code);
      if (error.unreachable || range === "retry" || range === "server_fault") throw error;
      this.forget();
      return false;
    }
  }

  #registered({ invitation }: Tokens): Registered {
    return invitation ? { invitation } : {};
  }

  #enter<T extends object>(answer: Tokens | T): T | undefined {
    if (!("access_token" in answer)) return answer;
    this.#take(answer as Tokens);
    return undefined;
  }

  #post<T>(path: string, fields: object): Promise<T> {
    return this.#http.request<T>("POST", `${AUTH}/${path}`, { body: { ...fields, refresh_in: "cookie" }, anonymous: true });
  }

  #end(path: string): Promise<void> {
    return this.#http.request<void>("POST", path, { body: {}, headers: { "x-lockstep": "1" } });
  }

  #take(tokens: Tokens): void {
    this.#tokens = tokens;
    const current = this.#state.get();
    const same = current.kind === "authenticated" && current.account_id === tokens.account_id && current.session_id === tokens.session_id;
    if (!same) this.#state.set({ kind: "authenticated", account_id: tokens.account_id, session_id: tokens.session_id });
  }
}
