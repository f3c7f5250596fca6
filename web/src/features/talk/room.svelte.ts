// One open channel as the screen sees it: what it is, what this person may do there, what was said, and what they do with it.
import { getContext, setContext } from "svelte";
import { client } from "../../app/client";
import { drafts } from "../../app/drafts";
import { t } from "../../app/i18n/index.svelte";
import { type Live, live } from "../../app/live.svelte";
import { paths } from "../../app/router.svelte";
import { session } from "../../app/session.svelte";
import { toasts } from "../../app/toasts.svelte";
import { type ChannelHandle, type ChannelMemberView, type ChannelStanding, type ChannelView, type FailedPost, type Feed, type MemberEntry, newId, Problem, type ShownMessage, type TopicPhase } from "../../sdk";
import { Announcer } from "../board/announcer.svelte";
import type { Mentionable } from "./mentioning.svelte";
import { markers } from "./markers.svelte";
import type { Talk } from "./talk.svelte";

export class Room {
  readonly talk: Talk;
  readonly handle: ChannelHandle;
  readonly announcer = new Announcer();
  readonly #phase: Live<TopicPhase>;
  readonly #view: Live<ChannelView | undefined>;
  readonly #members: Live<readonly ChannelMemberView[]>;
  readonly #failed: Live<readonly FailedPost[]>;
  readonly #unwatch: () => void;
  #unkeep: () => void = () => undefined;
  /** The message that is being changed. */
  editing: string | undefined = $state();
  /** What the server says this person is here; it decides again with each command. */
  #told: ChannelStanding | undefined = $state();

  constructor(talk: Talk, channel: string) {
    this.talk = talk;
    this.handle = client.openChannel(talk.org, channel);
    this.#phase = live(this.handle.phase);
    this.#view = live(this.handle.view);
    this.#members = live(this.handle.members);
    this.#failed = live(this.handle.failed);
    this.#unwatch = this.handle.watch();
    this.#keepFailed();
    void this.ask();
  }

  /** What was refused outlives a reload, as what is not sent yet does. */
  #keepFailed(): void {
    const key = `talk.failed.${this.id}`;
    const kept = drafts.read(key);
    if (kept) this.handle.bringBack(JSON.parse(kept) as FailedPost[]);
    this.#unkeep = this.handle.failed.subscribe((failed) => drafts.write(key, failed.length > 0 ? JSON.stringify(failed) : ""));
  }

  get id(): string {
    return this.handle.channel_id;
  }
  get phase(): TopicPhase {
    return this.#phase.value;
  }
  get view(): ChannelView | undefined {
    return this.#view.value;
  }
  get members(): readonly ChannelMemberView[] {
    return this.#members.value;
  }
  get failed(): readonly FailedPost[] {
    return this.#failed.value;
  }
  get name(): string {
    const { view } = this;
    return view ? this.talk.name({ kind: view.channel_kind, name: view.name, members: this.members.map((each) => each.account_id) }) : "";
  }
  get direct(): boolean {
    return this.view?.channel_kind === "direct";
  }
  get joined(): boolean {
    return this.members.some((each) => each.account_id === session.accountId);
  }
  get manages(): boolean {
    const own = this.members.find((each) => each.account_id === session.accountId);
    if (this.direct) return false;
    return own?.role === "manager" || this.#told === "manager" || this.#told === "overseer" || (own !== undefined && !this.members.some((each) => each.role === "manager"));
  }
  /** Talking, emoji, pins. */
  get talks(): boolean {
    return this.joined && this.view?.archived === false;
  }

  /** What this person is here beside what the members say: leads and admins manage without being in it. */
  async ask(): Promise<void> {
    try {
      this.#told = (await client.channels.read(this.talk.org, this.id)).standing;
    } catch (error) {
      // The topic says what became of it.
      if (!(error instanceof Problem)) throw error;
    }
  }

  sees = (person: MemberEntry): boolean => this.members.some((each) => each.account_id === person.account_id) || (this.view?.channel_kind === "open" && person.role !== "guest" && !person.placeholder);

  wide = (): readonly Mentionable[] => [
    { id: "channel", name: t("talk.everybody"), hint: t("talk.everybody_hint") },
    ...this.talk.teams.map((team): Mentionable => ({ id: `team:${team.team_id}`, name: team.name, hint: t("talk.team") })),
  ];
  wideName = (id: string): string | undefined => this.wide().find((each) => each.id === id)?.name;

  post(text: string, root?: ShownMessage, broadcast = false): void {
    const thread = root && { thread: root.message, ...(broadcast && { broadcast }) };
    this.handle.post({ type: "message.post", message_id: newId(), text: text.trim(), ...thread });
  }
  edit(message: ShownMessage, text: string): void {
    this.editing = undefined;
    this.handle.send({ type: "message.edit", message: message.message, text: text.trim() });
  }
  remove(message: ShownMessage): void {
    this.handle.send({ type: "message.delete", message: message.message });
  }
  react(message: ShownMessage, emoji: string, mine: boolean): void {
    this.handle.send({ type: mine ? "message.unreact" : "message.react", message: message.message, emoji });
  }
  pinned(message: ShownMessage): boolean {
    return this.view?.pins.some((pin) => pin.message.seq === message.message.seq) ?? false;
  }
  pin(message: ShownMessage): void {
    const pinned = this.pinned(message);
    this.handle.send({ type: pinned ? "message.unpin" : "message.pin", message: message.message });
    this.announcer.say(t(pinned ? "talk.unpinned" : "talk.pinned"));
  }

  /** Where others find a message. */
  link(message: ShownMessage): string {
    if (message.number !== undefined) return paths.talk(this.talk.org, this.id, { message: message.number });
    return paths.talk(this.talk.org, this.id, { ...(message.thread && { thread: message.thread.seq }), message: message.message.seq });
  }
  thread(message: ShownMessage): string {
    return paths.talk(this.talk.org, this.id, { thread: message.thread?.seq ?? message.message.seq });
  }
  async copyLink(message: ShownMessage): Promise<void> {
    await navigator.clipboard.writeText(location.origin + this.link(message));
    toasts.show(t("talk.link_copied"), { kind: "good" });
  }

  may(message: ShownMessage): { edit: boolean; remove: boolean } {
    const mine = message.author_id === session.accountId;
    const there = message.deleted !== true && message.message.seq > 0;
    return { edit: there && mine && this.talks, remove: there && ((mine && this.joined) || this.manages) };
  }

  get firstUnread(): number | undefined {
    return this.view && markers.firstUnread(this.view);
  }
  /** Whether it is known how far one has read. */
  get readKnown(): boolean {
    return markers.known;
  }
  read(number: number): void {
    if (this.joined) markers.read(this.id, number);
  }
  unreadFrom(message: ShownMessage): void {
    if (message.number !== undefined) markers.unreadFrom(this.id, message.number);
  }

  close(): void {
    this.#unwatch();
    this.#unkeep();
    this.handle.close();
  }
}

/** What was said, live for a screen; closed with it. */
export class Conversation {
  readonly feed: Feed;
  readonly #room: Room;
  readonly #messages: Live<readonly ShownMessage[]>;
  readonly #before: Live<boolean>;
  readonly #after: Live<boolean>;
  readonly #phase;

  constructor(room: Room, feed: Feed = room.handle.feed()) {
    this.#room = room;
    this.feed = feed;
    this.#messages = live(this.feed.messages);
    this.#before = live(this.feed.more_before);
    this.#after = live(this.feed.more_after);
    this.#phase = live(this.feed.phase);
  }
  get messages(): readonly ShownMessage[] {
    return this.#messages.value;
  }
  get moreBefore(): boolean {
    return this.#before.value;
  }
  get moreAfter(): boolean {
    return this.#after.value;
  }
  get phase(): "loading" | "ready" | "missing" | "failed" {
    return this.#phase.value;
  }
  close(): void {
    this.#room.handle.closeFeed(this.feed);
  }
}

const KEY = Symbol("room");
export const provideRoom = (room: Room): Room => setContext(KEY, room);
export const useRoom = (): Room => getContext<Room>(KEY);
