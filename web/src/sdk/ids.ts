//! Ids and their order. Ids are UUIDs of version 7 (RFC 9562), made by the client; they never carry meaning.

import type { AccountId, BoardId, ChannelId, OrgId, TeamId, Topic } from "../gen/protocol";

export interface Entropy {
  /** Milliseconds since 1970. */
  now_ms(): number;
  /** That many random bytes. */
  bytes(count: number): Uint8Array;
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** A fresh id: 48 bits of time, then randomness. */
export function makeId(entropy: Entropy): string {
  const bytes = entropy.bytes(16);
  let time = Math.floor(entropy.now_ms());
  for (let index = 5; index >= 0; index -= 1) {
    bytes[index] = time % 256;
    time = Math.floor(time / 256);
  }
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  let text = "";
  for (let index = 0; index < 16; index += 1) {
    if (index === 4 || index === 6 || index === 8 || index === 10) text += "-";
    text += HEX[bytes[index] ?? 0];
  }
  return text;
}

/** A fresh id from the browser's own clock and randomness. */
export function newId(): string {
  return makeId({ now_ms: () => Date.now(), bytes: (count) => crypto.getRandomValues(new Uint8Array(count)) });
}

export const boardTopic = (board_id: BoardId): Topic => `board:${board_id}`;
export const organizationTopic = (org_id: OrgId): Topic => `organization:${org_id}`;
export const teamTopic = (team_id: TeamId): Topic => `team:${team_id}`;
export const accountTopic = (account_id: AccountId): Topic => `account:${account_id}`;
export const channelTopic = (channel_id: ChannelId): Topic => `channel:${channel_id}`;
// The id of an inbox is that of its account, but for the version (RFC 9562): 8 instead of 7.
export const inboxTopic = (account_id: AccountId): Topic => `inbox:${account_id.slice(0, 14)}8${account_id.slice(15)}`;
