// How far this person has read each channel. What is read here shows at once; what the inbox says counts as soon as it has answered.
import { SvelteMap } from "svelte/reactivity";
import { client } from "../../app/client";
import { session } from "../../app/session.svelte";
import { type ChannelView, firstUnread, type InboxCommand, type MarkersHandle, type MarkerView, type Unread, unread } from "../../sdk";

/** Between two words about one channel. */
const GAP_MS = 400;

class Marks {
  #handle: MarkersHandle | undefined;
  #known: ReadonlyMap<string, MarkerView> | undefined = $state.raw();
  /** What is said here and not confirmed yet. */
  readonly #here = new SvelteMap<string, MarkerView>();
  readonly #gaps = new Set<string>();
  #holders = 0;
  #ends: Array<() => void> = [];
  #founding = false;

  /** Follows one's markers until the answer is called. */
  follow(): () => void {
    this.#holders += 1;
    if (this.#holders === 1) this.#begin();
    let over = false;
    return () => {
      if (over) return;
      over = true;
      this.#holders -= 1;
      if (this.#holders === 0) this.#end();
    };
  }

  get known(): boolean {
    return this.#known !== undefined;
  }

  /** Undefined while it is not known how far one has read. */
  unread(view: ChannelView): Unread | undefined {
    const marker = this.#of(view.channel_id);
    return this.#known && unread(view, marker?.read_to ?? 0, marker?.unread);
  }

  firstUnread(view: ChannelView): number | undefined {
    const marker = this.#of(view.channel_id);
    return this.#known && firstUnread(view, marker?.read_to ?? 0, marker?.unread);
  }

  /** All up to this number is read, what was marked as unread there as well. */
  read(channel_id: string, read_to: number): void {
    const marker = this.#of(channel_id);
    const numbers = (marker?.unread ?? []).filter((number) => number <= read_to);
    if (!this.#known || (read_to <= (marker?.read_to ?? 0) && numbers.length === 0)) return;
    const left = (marker?.unread ?? []).filter((number) => number > read_to);
    this.#here.set(channel_id, { channel_id, read_to: Math.max(read_to, marker?.read_to ?? 0), ...(left.length > 0 && { unread: left }) });
    this.#mark(channel_id);
  }

  /** Says how far one has read: at once, and then not more often than its gap allows, however busy the channel is. */
  #mark(channel_id: string): void {
    const marker = this.#here.get(channel_id);
    if (!marker || this.#gaps.has(channel_id)) return;
    this.#gaps.add(channel_id);
    const numbers = (this.#known?.get(channel_id)?.unread ?? []).filter((number) => number <= marker.read_to && !marker.unread?.includes(number));
    this.#say({ type: "inbox.mark", channel_id, read_to: marker.read_to, ...(numbers.length > 0 && { numbers }) }, marker);
    setTimeout(() => {
      this.#gaps.delete(channel_id);
      if (this.#here.get(channel_id) !== marker) this.#mark(channel_id);
    }, GAP_MS);
  }

  /** This one and all after it are to be read again. */
  unreadFrom(channel_id: string, number: number): void {
    const marker = this.#of(channel_id);
    if (!this.#known || (marker?.read_to ?? 0) < number) return;
    const left = (marker?.unread ?? []).filter((one) => one < number);
    this.#say({ type: "inbox.mark_unread", channel_id, number }, { channel_id, read_to: number - 1, ...(left.length > 0 && { unread: left }) });
  }

  #of(channel_id: string): MarkerView | undefined {
    return this.#here.get(channel_id) ?? this.#known?.get(channel_id);
  }

  #say(command: InboxCommand, marker: MarkerView): void {
    const handle = this.#handle;
    if (!handle) return;
    this.#here.set(marker.channel_id, marker);
    void handle.send(command).result.then(() => {
      if (this.#here.get(marker.channel_id) === marker) this.#here.delete(marker.channel_id);
    });
  }

  #begin(): void {
    const account = session.accountId;
    if (!account) return;
    const handle = client.openMarkers(account);
    this.#handle = handle;
    const look = () => {
      this.#known = handle.view.get()?.of;
    };
    this.#ends = [
      handle.view.subscribe(look),
      handle.phase.subscribe((phase) => {
        if (phase === "missing") void this.#found(handle);
      }),
    ];
    look();
  }

  /** Nobody was told anything yet: the inbox is there from now on. */
  async #found(handle: MarkersHandle): Promise<void> {
    if (this.#founding) return;
    this.#founding = true;
    const result = await handle.send({ type: "inbox.open" }).result;
    if (result.kind !== "ok" || this.#handle !== handle) return;
    this.#end();
    this.#begin();
  }

  #end(): void {
    for (const end of this.#ends) end();
    this.#ends = [];
    this.#handle?.close();
    this.#handle = undefined;
    this.#known = undefined;
    this.#here.clear();
  }
}

export const markers = new Marks();
