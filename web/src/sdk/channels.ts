//! Channels over REST: lists, founding, who is in them, and pages of what was said. What is said while a channel is open goes over the
//! socket.

import type { AccountId, Acknowledged, ChannelId, ChannelKind, ChannelMemberView, ChannelRole, ChannelView, Command, MessageView, OrgId, TaskId, TeamId } from "../gen/protocol";
import type { Http } from "./http";
import type { MessagePage } from "./message-window";

/** What somebody is to a channel that they may read. */
export type ChannelStanding = "reader" | "member" | "overseer" | "manager" | "direct";
export interface ChannelEntry {
  readonly channel_id: ChannelId;
  readonly kind: ChannelKind;
  readonly name: string;
  readonly purpose: string;
  readonly team_id?: TeamId;
  readonly archived: boolean;
  readonly standing: ChannelStanding;
  readonly member_count: number;
  /** Of a direct one: who is in it. */
  readonly members?: readonly AccountId[];
  readonly created_at: number;
  readonly spoken_at: number;
}
export interface ChannelRead extends ChannelView { readonly members: readonly ChannelMemberView[]; readonly standing: ChannelStanding }
export interface ChannelsQuery {
  readonly mine?: boolean;
  readonly archived?: boolean;
  readonly team_id?: TeamId;
  readonly query?: string;
  readonly cursor?: string;
  readonly limit?: number;
  readonly min_position?: string;
}
export interface NewChannel { readonly channel_id?: ChannelId; readonly kind: ChannelKind; readonly name?: string; readonly team_id?: TeamId; readonly members?: readonly AccountId[] }
/** At most one of the numbers; of replies they are seqs. */
export interface MessagesQuery { readonly before?: number; readonly after?: number; readonly around?: number; readonly limit?: number; readonly min_seq?: number }
/** Words, each of which begins one of the message; in quotes, words one after the other. */
export interface SearchQuery { readonly query: string; readonly channel_id?: ChannelId; readonly author_id?: AccountId; readonly cursor?: string; readonly limit?: number }
/** `channel_name`: empty for a direct one. */
export interface FoundMessage extends MessageView { readonly channel_id: ChannelId; readonly channel_name: string }
interface Page<T> { readonly items: readonly T[]; readonly next_cursor?: string }

const of = (org_id: OrgId): string => `/api/v1/orgs/${org_id}/channels`;

export class Channels {
  readonly #http: Http;
  constructor(http: Http) {
    this.#http = http;
  }

  list(org_id: OrgId, query: ChannelsQuery = {}): Promise<Page<ChannelEntry>> {
    return this.#http.request("GET", of(org_id), { query: { ...query, mine: query.mine === true ? "true" : undefined, archived: query.archived === true ? "true" : undefined } });
  }
  /** Those that the caller is in, all of them. */
  async mine(org_id: OrgId, min_position?: string): Promise<readonly ChannelEntry[]> {
    const all: ChannelEntry[] = [];
    let cursor: string | undefined;
    do {
      const page: Page<ChannelEntry> = await this.list(org_id, { mine: true, ...(min_position !== undefined && { min_position }), ...(cursor !== undefined && { cursor }) });
      all.push(...page.items);
      cursor = page.next_cursor;
    } while (cursor !== undefined);
    return all;
  }
  /** What was said in channels that the caller may read, newest first. */
  search(org_id: OrgId, query: SearchQuery): Promise<Page<FoundMessage>> {
    return this.#http.request("GET", `/api/v1/orgs/${org_id}/messages`, { query: { ...query } });
  }
  create(org_id: OrgId, channel: NewChannel): Promise<ChannelRead & Acknowledged> {
    return this.#http.request("POST", of(org_id), { body: channel });
  }
  read(org_id: OrgId, channel_id: ChannelId): Promise<ChannelRead & Acknowledged> {
    return this.#http.request("GET", `${of(org_id)}/${channel_id}`);
  }
  update(org_id: OrgId, channel_id: ChannelId, fields: { name?: string; purpose?: string }): Promise<Acknowledged> {
    return this.#http.request("PATCH", `${of(org_id)}/${channel_id}`, { body: fields });
  }
  change(org_id: OrgId, channel_id: ChannelId, verb: "archive" | "unarchive"): Promise<Acknowledged> {
    return this.#http.request("POST", `${of(org_id)}/${channel_id}/${verb}`, { body: {} });
  }
  remove(org_id: OrgId, channel_id: ChannelId): Promise<Acknowledged> {
    return this.#http.request("DELETE", `${of(org_id)}/${channel_id}`);
  }
  setMember(org_id: OrgId, channel_id: ChannelId, account_id: AccountId, role?: ChannelRole): Promise<Acknowledged> {
    return this.#http.request("PUT", `${of(org_id)}/${channel_id}/members/${account_id}`, { body: role === undefined ? {} : { role } });
  }
  removeMember(org_id: OrgId, channel_id: ChannelId, account_id: AccountId): Promise<Acknowledged> {
    return this.#http.request("DELETE", `${of(org_id)}/${channel_id}/members/${account_id}`);
  }
  messages(org_id: OrgId, channel_id: ChannelId, query: MessagesQuery, signal?: AbortSignal): Promise<MessagePage> {
    return this.#http.request("GET", `${of(org_id)}/${channel_id}/messages`, { query: { ...query }, ...(signal && { signal }) });
  }
  replies(org_id: OrgId, channel_id: ChannelId, seq: number, query: MessagesQuery, signal?: AbortSignal): Promise<MessagePage> {
    return this.#http.request("GET", `${of(org_id)}/${channel_id}/messages/${seq}/replies`, { query: { ...query }, ...(signal && { signal }) });
  }
  message(org_id: OrgId, channel_id: ChannelId, seq: number, min_seq?: number): Promise<MessageView> {
    return this.#http.request("GET", `${of(org_id)}/${channel_id}/messages/${seq}`, { query: { min_seq } });
  }
  async pins(org_id: OrgId, channel_id: ChannelId, min_seq?: number): Promise<readonly MessageView[]> {
    return (await this.#http.request<Page<MessageView>>("GET", `${of(org_id)}/${channel_id}/pins`, { query: { min_seq } })).items;
  }
  /** The task that a key names on a board, wherever it is now. */
  taskOf(org_id: OrgId, board_id: string, key: string): Promise<{ readonly board_id: string; readonly task_id: TaskId; readonly key: string }> {
    return this.#http.request("GET", `/api/v1/orgs/${org_id}/boards/${board_id}/keys/${key}`);
  }
  /** A command for a board that is not open here; asked again with the same ids it has its effect once. */
  toBoard(org_id: OrgId, board_id: string, command: Command, client_id: string): Promise<Acknowledged> {
    return this.#http.request("POST", `/api/v1/orgs/${org_id}/boards/${board_id}/commands`, { body: { body: command, client_id, client_seq: 1 } });
  }
}
