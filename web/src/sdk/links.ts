//! Public links of a board, for who manages it, over REST. What opens a link is told once, when it is made.

import type { AccountId, BoardId, LinkId, OrgId } from "../gen/protocol";
import type { Http } from "./http";

export interface LinkEntry {
  readonly link_id: LinkId;
  readonly name?: string;
  readonly created_by: AccountId;
  readonly created_at: number;
  /** Absent: it holds until it is revoked. */
  readonly expires_at?: number;
}
/** `token`: told this once. */
export interface LinkMade extends LinkEntry { readonly token: string }
export interface NewLink { readonly name?: string; readonly expires_at?: number }

const links = (org_id: OrgId, board_id: BoardId): string => `/api/v1/orgs/${org_id}/boards/${board_id}/links`;

export class Links {
  readonly #http: Http;
  constructor(http: Http) {
    this.#http = http;
  }

  async of(org_id: OrgId, board_id: BoardId): Promise<readonly LinkEntry[]> {
    return (await this.#http.request<{ readonly items: readonly LinkEntry[] }>("GET", links(org_id, board_id))).items;
  }
  make(org_id: OrgId, board_id: BoardId, link: NewLink): Promise<LinkMade> {
    return this.#http.request("POST", links(org_id, board_id), { body: link });
  }
  async revoke(org_id: OrgId, board_id: BoardId, link_id: LinkId): Promise<void> {
    await this.#http.request("DELETE", `${links(org_id, board_id)}/${link_id}`);
  }
}
