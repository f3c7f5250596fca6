// The talk of one organization as the screen sees it: the channels one is in, each followed so that what is unread is known at once, and
// what they are called. What is said in one is in `room.svelte.ts`.
import { getContext, setContext } from "svelte";
import { SvelteMap } from "svelte/reactivity";
import { client } from "../../app/client";
import { directory } from "../../app/directory.svelte";
import { t, words } from "../../app/i18n/index.svelte";
import { type Live, live } from "../../app/live.svelte";
import { session } from "../../app/session.svelte";
import { type ChannelEntry, type ChannelHandle, type ChannelKind, type ChannelListHandle, type ChannelView, Problem, type TeamEntry, type Unread } from "../../sdk";
import { markers } from "./markers.svelte";

/** A connection may follow so many topics; others are there too. */
const FOLLOWED_MAX = 44;

export interface Followed {
  readonly handle: ChannelHandle;
  readonly view: Live<ChannelView | undefined>;
}

/** What a name is made of. */
type Nameable = Pick<ChannelEntry, "kind" | "name" | "members">;

export class Talk {
  readonly org: string;
  readonly #list: ChannelListHandle;
  readonly #items: Live<readonly ChannelEntry[] | undefined>;
  readonly #failed: Live<boolean>;
  readonly #ends: Array<() => void>;
  readonly followed = new SvelteMap<string, Followed>();
  teams: readonly TeamEntry[] = $state.raw([]);

  constructor(org: string) {
    this.org = org;
    directory.open(org);
    this.#list = client.openChannelList(org);
    this.#items = live(this.#list.items);
    this.#failed = live(this.#list.failed);
    this.#ends = [this.#list.items.subscribe(() => this.#follow()), this.#list.organization.view.subscribe((view) => view && session.changed(org, view))];
    this.#follow();
    void this.readTeams();
  }

  /** Undefined until the first answer. */
  get channels(): readonly ChannelEntry[] | undefined {
    return this.#items.value;
  }
  get failed(): boolean {
    return this.#failed.value;
  }
  get guest(): boolean {
    return session.orgs.find((each) => each.org_id === this.org)?.role === "guest";
  }

  entry(channel: string): ChannelEntry | undefined {
    return this.channels?.find((each) => each.channel_id === channel);
  }

  /** Read again, at least as new as a change of one's own. */
  refresh(position?: string): void {
    this.#list.refresh(position);
  }

  async readTeams(): Promise<void> {
    try {
      this.teams = await client.rest.teams(this.org);
    } catch (error) {
      // Teams are then called by nothing; they are asked for with the next visit.
      if (!(error instanceof Problem)) throw error;
    }
  }

  teamName(team: string | undefined): string {
    return this.teams.find((each) => each.team_id === team)?.name ?? t("talk.team");
  }

  /** Of a direct one: those who are in it, oneself aside. */
  name({ kind, name, members }: Nameable): string {
    if (kind !== "direct") return name;
    const others = (members ?? []).filter((each) => each !== session.accountId);
    if (others.length === 0) return t("talk.alone", { name: session.me?.name ?? "" });
    return new Intl.ListFormat(words.locale, { style: "narrow" }).format(others.map((each) => directory.name(each)));
  }

  unread(channel: string): Unread | undefined {
    const view = this.followed.get(channel)?.view.value;
    return view && markers.unread(view);
  }

  /** How much is unread in all of them: of channels one counts, of direct talks as well. */
  get allUnread(): number {
    let all = 0;
    for (const channel of this.followed.keys()) all += this.unread(channel)?.count ?? 0;
    return all;
  }

  close(): void {
    for (const end of this.#ends) end();
    for (const { handle } of this.followed.values()) handle.close();
    this.followed.clear();
    this.#list.close();
  }

  #follow(): void {
    const items = this.#list.items.get() ?? [];
    const wanted = items.slice(0, FOLLOWED_MAX).map((each) => each.channel_id);
    for (const channel of wanted) {
      if (this.followed.has(channel)) continue;
      const handle = client.openChannel(this.org, channel);
      this.followed.set(channel, { handle, view: live(handle.view) });
    }
    for (const [channel, { handle }] of this.followed) {
      if (wanted.includes(channel)) continue;
      handle.close();
      this.followed.delete(channel);
    }
  }
}

export const iconOf = (kind: ChannelKind): "number" | "lock" | "person" => (kind === "open" ? "number" : kind === "private" ? "lock" : "person");

const KEY = Symbol("talk");
export const provideTalk = (talk: Talk): Talk => setContext(KEY, talk);
export const useTalk = (): Talk => getContext<Talk>(KEY);
