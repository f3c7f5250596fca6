//! Who somebody is, over REST: the ways into this server, addresses and their confirmation, the account's end. What gives tokens is in
//! `auth.ts`.

import type { FactorId, FactorKind } from "../gen/protocol";
import type { Json, PasskeyAsked } from "./auth";
import type { Http } from "./http";

const V1 = "/api/v1";

/** `open`: at once · `verified`: by a link that is mailed · `invited`: only with an invitation · `closed`: not at all. */
export type Registration = "open" | "verified" | "invited" | "closed";
export interface Provider { readonly id: string; readonly name: string }
export interface ServerInfo {
  readonly registration: Registration;
  /** Mails are not sent: they can be read here. */
  readonly mailbox: boolean;
  readonly providers: readonly Provider[];
  readonly passkeys: boolean;
}
export interface MailEntry {
  readonly mail_id: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly at: number;
  readonly state: "queued" | "sent" | "failed";
}

export interface FactorEntry { readonly factor_id: FactorId; readonly kind: FactorKind; readonly name?: string; readonly created_at: number; readonly last_used_at?: number }
export interface FactorList { readonly items: readonly FactorEntry[]; readonly recovery_codes_left: number }
/** What an account is at a provider. `provider` is its id in `ServerInfo`, `label` how its owner knows it. */
export interface IdentityEntry {
  readonly identity_id: string;
  readonly provider: string;
  readonly provider_name: string;
  readonly label: string;
  readonly created_at: number;
  readonly last_used_at?: number;
}
/** Shown once: `secret` for typing, `uri` for a QR code. */
export interface TotpSecret { readonly factor_id: FactorId; readonly secret: string; readonly uri: string }
/** The password once more; an account without one needs a fresh log-in instead. */
export interface StepUp { readonly password?: string }

export class Identity {
  readonly #http: Http;
  constructor(http: Http) {
    this.#http = http;
  }

  server(): Promise<ServerInfo> {
    return this.#http.request("GET", `${V1}/server`, { anonymous: true });
  }
  async mailbox(): Promise<readonly MailEntry[]> {
    return (await this.#http.request<{ items: readonly MailEntry[] }>("GET", `${V1}/mailbox`, { anonymous: true })).items;
  }

  /** The same answer whatever is known of the address. */
  forgotPassword(email: string): Promise<void> {
    return this.#http.request("POST", `${V1}/auth/password/forgot`, { body: { email }, anonymous: true });
  }
  /** Ends every session. */
  resetPassword(fields: { code: string; new_password: string }): Promise<void> {
    return this.#http.request("POST", `${V1}/auth/password/reset`, { body: fields, anonymous: true });
  }
  confirmEmail(code: string): Promise<void> {
    return this.#http.request("POST", `${V1}/auth/email/confirm`, { body: { code }, anonymous: true });
  }
  /** Ends mail of the kind that brought this code. */
  unsubscribe(code: string): Promise<void> {
    return this.#http.request("POST", `${V1}/unsubscribe?code=${encodeURIComponent(code)}`, { anonymous: true });
  }
  /** A link goes to the address; with the one that is already there, once more. */
  changeEmail(fields: { email: string; password: string }): Promise<void> {
    return this.#http.request("POST", `${V1}/me/email`, { body: fields });
  }
  deleteAccount(fields: { password: string }): Promise<void> {
    return this.#http.request("DELETE", `${V1}/me`, { body: fields });
  }

  /** Where this browser goes to log in; it comes back to a page of this app. */
  async beginIdentity(provider: string, about: { locale?: string; time_zone?: string; invitation?: string }): Promise<string> {
    return (await this.#http.request<{ url: string }>("POST", `${V1}/auth/identity/${provider}/start`, { body: about, anonymous: true })).url;
  }
  async identities(): Promise<readonly IdentityEntry[]> {
    return (await this.#http.request<{ items: readonly IdentityEntry[] }>("GET", `${V1}/me/identities`)).items;
  }
  /** Where this browser goes to connect what its owner is there. */
  async connectIdentity(provider: string, step: StepUp): Promise<string> {
    return (await this.#http.request<{ url: string }>("POST", `${V1}/me/identities/${provider}/start`, { body: step })).url;
  }
  disconnectIdentity(identity_id: string, step: StepUp): Promise<void> {
    return this.#http.request("DELETE", `${V1}/me/identities/${identity_id}`, { body: step });
  }

  factors(): Promise<FactorList> {
    return this.#http.request("GET", `${V1}/me/factors`);
  }
  beginTotp(step: StepUp): Promise<TotpSecret> {
    return this.#http.request("POST", `${V1}/me/totp`, { body: step });
  }
  /** Takes the app into use and gives the recovery codes, this once. */
  async confirmTotp(code: string): Promise<readonly string[]> {
    return (await this.#http.request<{ recovery_codes: readonly string[] }>("POST", `${V1}/me/totp/confirm`, { body: { code } })).recovery_codes;
  }
  removeTotp(step: StepUp): Promise<void> {
    return this.#http.request("DELETE", `${V1}/me/totp`, { body: step });
  }
  async renewRecoveryCodes(step: StepUp): Promise<readonly string[]> {
    return (await this.#http.request<{ recovery_codes: readonly string[] }>("POST", `${V1}/me/recovery-codes`, { body: step })).recovery_codes;
  }

  beginPasskey(step: StepUp): Promise<PasskeyAsked> {
    return this.#http.request("POST", `${V1}/me/passkeys/start`, { body: step });
  }
  /** With the first factor come recovery codes, this once. */
  addPasskey(fields: { ceremony: string; credential: Json; name: string }): Promise<{ readonly passkey: FactorEntry; readonly recovery_codes?: readonly string[] }> {
    return this.#http.request("POST", `${V1}/me/passkeys`, { body: fields });
  }
  renamePasskey(factor_id: FactorId, name: string): Promise<void> {
    return this.#http.request("PATCH", `${V1}/me/passkeys/${factor_id}`, { body: { name } });
  }
  removePasskey(factor_id: FactorId, step: StepUp): Promise<void> {
    return this.#http.request("DELETE", `${V1}/me/passkeys/${factor_id}`, { body: step });
  }
}
