//! How far one has read each channel, and how much one was told of and has not read: what the page follows of one's inbox. The markers
//! are the same on all devices.

import type { AccountId, ChannelId, InboxCommand, InboxEvent, MarkerView } from "../gen/protocol";
import type { ViewHandle } from "./types";
import type { Folding } from "./view-topic";

export interface Markers {
  readonly account_id: AccountId;
  readonly of: ReadonlyMap<ChannelId, MarkerView>;
}
export type MarkersHandle = ViewHandle<Markers, InboxCommand>;

export const markersFolding: Folding<Markers> = {
  of(parts) {
    let account_id: AccountId | undefined;
    const of = new Map<ChannelId, MarkerView>();
    for (const part of parts) {
      if (part.kind !== "inbox") return undefined;
      if (part.part === "inbox") account_id = part.account_id;
      else if (part.part === "markers") for (const marker of part.markers) of.set(marker.channel_id, marker);
    }
    return account_id === undefined ? undefined : { account_id, of };
  },
  reduce(markers, event) {
    const marked = event as InboxEvent;
    if (marked.type !== "inbox.marked") return markers;
    const { channel_id, read_to, unread } = marked;
    return { ...markers, of: new Map(markers.of).set(channel_id, { channel_id, read_to, ...(unread !== undefined && { unread }) }) };
  },
};
