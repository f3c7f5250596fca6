// How far this person has read each channel. What is read here shows at once; what the inbox says counts as soon as it has answered.
import { SvelteMap } from "svelte/reactivity";
import { inbox } from "../../app/inbox.svelte";
import { type ChannelView, firstUnread, type InboxCommand, type MarkerView, type Unread, unread } from "../../sdk";

/** Between two words about one channel. */
const GAP_MS = 400;

class Marks {
  get #known(): ReadonlyMap<string, MarkerView> | undefined {
    return inbox.view?.of;
  }
  /** What is said here and not confirmed yet. */
  readonly #here = new SvelteMap<string, MarkerView>();
  readonly #gaps = new Set<string>();

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
    this.#here.set(marker.channel_id, marker);
    void inbox.send(command)?.then(() => {
      if (this.#here.get(marker.channel_id) === marker) this.#here.delete(marker.channel_id);
    });
  }
}

export const markers = new Marks();
