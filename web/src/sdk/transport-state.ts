//! What the transport says of itself, and to whom. Types only; nothing here runs.

import type { ServerMessage, Welcome } from "../gen/protocol";

export type StopReason = "superseded" | "protocol" | "logged_out" | "not_started";

export type TransportState =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  /** The node goes away soon: what it says still counts, nothing new is sent. */
  | { readonly kind: "draining" }
  /** `planned`: the node said that it goes away and when to come back; nothing has failed. */
  | { readonly kind: "waiting"; readonly retry_at_ms: number; readonly planned?: true }
  | { readonly kind: "stopped"; readonly reason: StopReason };

/** What the connection is opened with. */
export interface Credentials {
  token(): string | undefined;
  /** How long the held token still counts, when the server's clock reads this. */
  expiresInMs(server_now_ms: number): number;
  /** Gets another token, or finds that this one holds; false when there is none to be had. */
  refresh(rejected: string | undefined): Promise<boolean>;
  /** It was taken away. */
  forget(): void;
}

export interface TransportEvents {
  welcome(welcome: Welcome): void;
  message(message: ServerMessage): void;
  /** A frame was handled whole. */
  frameEnd(): void;
  /** The server could not read a frame. Asked before `down`: true when it is known what to do differently next time. */
  unreadable(code: number): boolean;
  /** The connection is gone; nothing that was under way on it will be answered. */
  down(): void;
}
