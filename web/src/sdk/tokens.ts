//! Access tokens for programs, one's own and those of an organization's service accounts, over REST. Made and revoked with a log-in alone.

import type { AccountId, OrgId, OrgRole, Scope, TokenId } from "../gen/protocol";
import type { Http } from "./http";

/** In the server's order. */
export const SCOPES = ["account", "read", "write", "admin"] as const satisfies readonly Scope[];

export interface TokenEntry {
  readonly token_id: TokenId;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly created_at: number;
  /** Absent: it holds until it is revoked. */
  readonly expires_at?: number;
  /** To the minute. */
  readonly last_used_at?: number;
}
/** `token`: told this once. */
export interface TokenMade extends TokenEntry { readonly token: string }
export interface NewToken {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly expires_at?: number;
  /** The caller's, where they have one; otherwise a fresh log-in counts. */
  readonly password?: string;
}
/** A member that is a program. */
export interface ServiceAccountEntry { readonly account_id: AccountId; readonly name: string; readonly role: OrgRole }

type Items<T> = { readonly items: readonly T[] };
const MINE = "/api/v1/me/tokens";
const services = (org_id: OrgId): string => `/api/v1/orgs/${org_id}/service-accounts`;
const tokens = (org_id: OrgId, account_id: AccountId): string => `${services(org_id)}/${account_id}/tokens`;

export class Tokens {
  readonly #http: Http;
  constructor(http: Http) {
    this.#http = http;
  }

  async mine(): Promise<readonly TokenEntry[]> {
    return (await this.#http.request<Items<TokenEntry>>("GET", MINE)).items;
  }
  make(token: NewToken): Promise<TokenMade> {
    return this.#http.request("POST", MINE, { body: token });
  }
  revoke(token_id: TokenId): Promise<void> {
    return this.#http.request("DELETE", `${MINE}/${token_id}`);
  }

  async services(org_id: OrgId): Promise<readonly ServiceAccountEntry[]> {
    return (await this.#http.request<Items<ServiceAccountEntry>>("GET", services(org_id))).items;
  }
  createService(org_id: OrgId, fields: { name: string; role: OrgRole }): Promise<ServiceAccountEntry> {
    return this.#http.request("POST", services(org_id), { body: fields });
  }
  /** Its tokens end with it. */
  removeService(org_id: OrgId, account_id: AccountId): Promise<void> {
    return this.#http.request("DELETE", `${services(org_id)}/${account_id}`);
  }
  async ofService(org_id: OrgId, account_id: AccountId): Promise<readonly TokenEntry[]> {
    return (await this.#http.request<Items<TokenEntry>>("GET", tokens(org_id, account_id))).items;
  }
  makeForService(org_id: OrgId, account_id: AccountId, token: NewToken): Promise<TokenMade> {
    return this.#http.request("POST", tokens(org_id, account_id), { body: token });
  }
  revokeOfService(org_id: OrgId, account_id: AccountId, token_id: TokenId): Promise<void> {
    return this.#http.request("DELETE", `${tokens(org_id, account_id)}/${token_id}`);
  }
}
