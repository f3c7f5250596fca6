//! The browsers and apps that notifications are pushed to, and the number that text messages go to, over REST. A device goes with the
//! log-in that registered it; a number stays.

import type { Http } from "./http";

export type PushKind = "webpush" | "fcm" | "apns";
/** `key`: what a browser subscribes with, in base64url. */
export interface PushKey { readonly key: string; readonly kinds: readonly PushKind[] }
export interface NewDevice {
  readonly kind: PushKind;
  /** Whoever has it can push there: it is told to nobody but the server. */
  readonly address: string;
  readonly p256dh?: string;
  readonly auth?: string;
  readonly name?: string;
}
export interface DeviceEntry {
  readonly device_id: string;
  readonly kind: PushKind;
  /** What it calls itself. */
  readonly name: string;
  readonly created_at: number;
  /** When a notification was last taken for it. */
  readonly last_used_at?: number;
  /** Notifications in a row that could not be handed over. */
  readonly failures: number;
  /** Registered by this log-in. */
  readonly current: boolean;
}

/** `available`: whether this server sends text messages. Numbers are in E.164. */
export interface PhoneEntry {
  readonly available: boolean;
  /** Proved. */
  readonly number?: string;
  /** A code was sent there, and is awaited. */
  readonly asked?: string;
  readonly asked_until?: number;
}

const MINE = "/api/v1/me/devices";
const PHONE = "/api/v1/me/phone";

export class Devices {
  readonly #http: Http;
  constructor(http: Http) {
    this.#http = http;
  }

  key(): Promise<PushKey> {
    return this.#http.request("GET", "/api/v1/push/key");
  }
  async mine(): Promise<readonly DeviceEntry[]> {
    return (await this.#http.request<{ readonly items: readonly DeviceEntry[] }>("GET", MINE)).items;
  }
  /** The same address again is the same device. */
  register(device: NewDevice): Promise<DeviceEntry> {
    return this.#http.request("POST", MINE, { body: device });
  }
  remove(device_id: string): Promise<void> {
    return this.#http.request("DELETE", `${MINE}/${device_id}`);
  }

  phone(): Promise<PhoneEntry> {
    return this.#http.request("GET", PHONE);
  }
  /** Sends a code to a number. */
  askPhone(number: string): Promise<PhoneEntry> {
    return this.#http.request("PUT", PHONE, { body: { number } });
  }
  confirmPhone(code: string): Promise<PhoneEntry> {
    return this.#http.request("POST", `${PHONE}/confirm`, { body: { code } });
  }
  removePhone(): Promise<void> {
    return this.#http.request("DELETE", PHONE);
  }
}
