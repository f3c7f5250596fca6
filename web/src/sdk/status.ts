//! The connection pill: one honest word about how things stand, from the transport, the topics and the queue.

import { Box, type Cell } from "./cells";
import { same } from "./layer";
import type { TransportState } from "./transport";
import type { ConnectionStatus } from "./types";

export interface Standing {
  readonly transport: TransportState;
  readonly rtt_ms: number | undefined;
  /** Commands without an answer. */
  readonly unanswered: number;
  /** Some topic is still being caught up. */
  readonly catching_up: boolean;
  readonly stale: boolean;
  /** A connection was made since the page was opened or since it last waited. */
  readonly first_try: boolean;
}

export function statusOf(standing: Standing): ConnectionStatus {
  const { transport, rtt_ms, unanswered, catching_up, stale, first_try } = standing;
  switch (transport.kind) {
    case "stopped":
      return { kind: "stopped", reason: transport.reason };
    case "waiting":
      // Between two nodes, as agreed: no failure to speak of.
      if (transport.planned) return { kind: "syncing", changes: unanswered };
      return { kind: "offline", queued: unanswered, retry_at_ms: transport.retry_at_ms };
    case "connecting":
      // Trying again after a failure is still offline: a pill that blinks at each try says nothing.
      return first_try ? { kind: "syncing", changes: unanswered } : { kind: "offline", queued: unanswered };
    default:
      if (stale) return { kind: "stale", queued: unanswered };
      if (catching_up || unanswered > 0) return { kind: "syncing", changes: unanswered };
      return rtt_ms === undefined ? { kind: "live" } : { kind: "live", rtt_ms };
  }
}

export class Status {
  readonly #box = new Box<ConnectionStatus>({ kind: "stopped", reason: "not_started" });
  #failed = false;

  get cell(): Cell<ConnectionStatus> {
    return this.#box;
  }

  update(standing: Omit<Standing, "first_try">): void {
    if (standing.transport.kind === "waiting" && standing.transport.planned !== true) this.#failed = true;
    if (standing.transport.kind === "live" || standing.transport.kind === "stopped") this.#failed = false;
    const next = statusOf({ ...standing, first_try: !this.#failed });
    if (!same(next, this.#box.get())) this.#box.set(next);
  }
}
