//! Whose name, picture or job title may be another by now. It must never know what anybody is called: whoever shows names reads them again.

import type { AccountId, ProfilesChanged } from "../gen/protocol";
import { Emitter } from "./cells";

export interface ChangedProfiles {
  /** Absent: anybody. */
  readonly accounts?: readonly AccountId[];
  /** To be read at a moment of one's own within this time: many are told the same. */
  readonly within_ms: number;
}

/** Spreads those who come back at once. */
const SPREAD_MS = 250;
/** Changes that are remembered; beyond it one may be told twice. */
const KNOWN_MAX = 10_000;

export class Profiles {
  readonly changes = new Emitter<ChangedProfiles>();
  /** The last change of each: it is told on every topic that is followed. */
  readonly #known = new Map<AccountId, number>();

  told({ profiles, within_ms }: ProfilesChanged): void {
    if (profiles === undefined) {
      this.changes.emit({ within_ms });
      return;
    }
    const fresh = profiles.filter(({ account_id, version }) => (this.#known.get(account_id) ?? 0) < version);
    if (this.#known.size > KNOWN_MAX) this.#known.clear();
    for (const { account_id, version } of fresh) this.#known.set(account_id, version);
    if (fresh.length > 0) this.changes.emit({ accounts: fresh.map((profile) => profile.account_id), within_ms });
  }

  /** A topic was joined, or is no longer stale: what was told before went nowhere. */
  missed(): void {
    this.changes.emit({ within_ms: SPREAD_MS });
  }
}
