//! Where an organization has what happens sent to, and what left for its people, over REST: for who manages its settings.

import type { AccountId, BoardId, NotifyReason, OrgId, Outlet } from "../gen/protocol";
import type { Http } from "./http";

export type WebhookKind = "standard" | "slack";
export interface WebhookEntry {
  readonly webhook_id: string;
  readonly name: string;
  readonly url: string;
  readonly kind: WebhookKind;
  /** Tags of events, or groups of them (`task.*`); empty: all. */
  readonly events: readonly string[];
  /** Of this board alone. */
  readonly board_id?: BoardId;
  /** What they may see is sent. */
  readonly made_by: AccountId;
  readonly status: "active" | "paused" | "disabled";
  /** Why it is disabled. */
  readonly note?: string;
  readonly position: string;
  /** Tries of what is next that failed. */
  readonly failed: number;
  readonly failing_since?: number;
  readonly next_at?: number;
  readonly created_at: number;
}
/** `secret`: told this once; a chat has none. */
export interface WebhookMade extends WebhookEntry { readonly secret?: string }
export interface NewWebhook { readonly name: string; readonly url: string; readonly kind: WebhookKind; readonly events: readonly string[]; readonly board_id?: BoardId }
export interface ChangeWebhook { readonly name?: string; readonly url?: string; readonly events?: readonly string[]; readonly board_id?: BoardId | null; readonly active?: boolean; readonly skip?: boolean }
/** One try. */
export interface WebhookAttempt {
  readonly attempt_id: string;
  /** The same however often it was sent. */
  readonly message_id: string;
  readonly type: string;
  readonly attempt: number;
  readonly at: number;
  /** Of the answer, where there was one. */
  readonly status?: number;
  readonly error?: string;
  readonly took_ms: number;
}

export type DeliveryState = "waiting" | "sent" | "dropped" | "dead";
/** Something that left for somebody, or is to. */
export interface DeliveryEntry {
  readonly delivery_id: string;
  readonly account_id: AccountId;
  readonly outlet: Outlet;
  readonly reason: NotifyReason;
  readonly digest: boolean;
  readonly state: DeliveryState;
  readonly created_at: number;
  readonly next_at: number;
  readonly note?: string;
  readonly attempts: ReadonlyArray<{ readonly attempt: number; readonly at: number; readonly took_ms: number; readonly outcome: "taken" | "later" | "refused"; readonly error?: string }>;
}

type Items<T> = { readonly items: readonly T[] };
const hooks = (org_id: OrgId): string => `/api/v1/orgs/${org_id}/webhooks`;

export class Webhooks {
  readonly #http: Http;
  constructor(http: Http) {
    this.#http = http;
  }

  async list(org_id: OrgId): Promise<readonly WebhookEntry[]> {
    return (await this.#http.request<Items<WebhookEntry>>("GET", hooks(org_id))).items;
  }
  make(org_id: OrgId, webhook: NewWebhook): Promise<WebhookMade> {
    return this.#http.request("POST", hooks(org_id), { body: webhook });
  }
  change(org_id: OrgId, webhook_id: string, fields: ChangeWebhook): Promise<WebhookEntry> {
    return this.#http.request("PATCH", `${hooks(org_id)}/${webhook_id}`, { body: fields });
  }
  remove(org_id: OrgId, webhook_id: string): Promise<void> {
    return this.#http.request("DELETE", `${hooks(org_id)}/${webhook_id}`);
  }
  /** The secret before signs beside it for a day. */
  rotate(org_id: OrgId, webhook_id: string): Promise<WebhookMade> {
    return this.#http.request("POST", `${hooks(org_id)}/${webhook_id}/rotate`, { body: {} });
  }
  test(org_id: OrgId, webhook_id: string): Promise<void> {
    return this.#http.request("POST", `${hooks(org_id)}/${webhook_id}/test`, { body: {} });
  }
  /** Newest first. */
  async attempts(org_id: OrgId, webhook_id: string, before?: string): Promise<readonly WebhookAttempt[]> {
    return (await this.#http.request<Items<WebhookAttempt>>("GET", `${hooks(org_id)}/${webhook_id}/attempts`, { query: { before } })).items;
  }
  /** Once more, out of the order. */
  redeliver(org_id: OrgId, webhook_id: string, attempt_id: string): Promise<void> {
    return this.#http.request("POST", `${hooks(org_id)}/${webhook_id}/redeliver`, { body: { attempt_id } });
  }
  /** It, and everything behind it. */
  replay(org_id: OrgId, webhook_id: string, attempt_id: string): Promise<WebhookEntry> {
    return this.#http.request("POST", `${hooks(org_id)}/${webhook_id}/replay`, { body: { attempt_id } });
  }

  /** What left for the people of an organization, newest first. */
  async deliveries(org_id: OrgId, state: DeliveryState, before?: string): Promise<readonly DeliveryEntry[]> {
    return (await this.#http.request<Items<DeliveryEntry>>("GET", `/api/v1/orgs/${org_id}/deliveries`, { query: { state, before } })).items;
  }
  /** Sends after all what could not be had. */
  retryDelivery(org_id: OrgId, delivery_id: string): Promise<DeliveryEntry> {
    return this.#http.request("POST", `/api/v1/orgs/${org_id}/deliveries/${delivery_id}/retry`, { body: {} });
  }
}
