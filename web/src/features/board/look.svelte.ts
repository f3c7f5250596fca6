// What of a board is shown, and how: a saved view, what was changed of it, the rows, and the address that says all of it. It never
// changes the board.
import type { BoardCommand, BoardHandle, Card, Condition, FieldView, Layout, Look, OwnView, SavedView, SortKey } from "../../sdk";
import { Arrangement, CHECKED_LANE, DUE_LANES, LAYOUTS, type Looker, NO_LANE, PRIORITY_LANES, Problem, toLane, understands } from "../../sdk";
import { SvelteSet } from "svelte/reactivity";
import { untrack } from "svelte";
import { client } from "../../app/client";
import { clock } from "../../app/clock.svelte";
import { directory } from "../../app/directory.svelte";
import { t } from "../../app/i18n/index.svelte";
import { kept } from "../../app/kept.svelte";
import { live } from "../../app/live.svelte";
import { router } from "../../app/router.svelte";
import { session } from "../../app/session.svelte";
import { dayField, toDate, toMicros } from "../../app/time";

/** So long after somebody typed the address follows. */
const ADDRESS_MS = 300;
const PAGE = 500;

/** The row that an element stands in. */
export const laneOf = (element: Element): string => element.closest<HTMLElement>("[data-lane]")?.dataset.lane ?? "";

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
/** Without what says nothing. */
const plain = ({ filter, lanes, layout, sort, ...rest }: Look): Look => ({
  ...rest,
  ...(filter && filter.length > 0 && { filter }),
  ...(lanes && { lanes }),
  ...(layout && layout !== "board" && { layout }),
  ...(sort && sort.length > 0 && { sort }),
});

/** Out of an address that anybody may have written. */
function readLook(text: string | null): Look | undefined {
  if (!text) return undefined;
  try {
    const look = JSON.parse(text) as Look;
    const list = (held: unknown): boolean => held === undefined || (Array.isArray(held) && held.every((one) => typeof one === "object" && one !== null));
    const sound = typeof look === "object" && look !== null && list(look.filter) && list(look.sort);
    return sound ? look : undefined;
  } catch {
    return undefined;
  }
}

export class Looks {
  readonly arrangement: Arrangement;
  readonly hidden;
  readonly #counts;
  readonly #shared;
  readonly #labels;
  readonly #categories;
  readonly #fields;
  /** Views that this person keeps for themselves; undefined until they are known. */
  own: readonly OwnView[] | undefined = $state.raw();
  /** The saved view that was picked. */
  viewId: string | undefined = $state();
  /** What was changed of it, or of all cards. */
  draft: Look | undefined = $state.raw();
  /** The same as an address says it. */
  readonly query = $derived(new URLSearchParams({ ...(this.viewId && { view: this.viewId }), ...(this.draft && { show: JSON.stringify(this.draft) }) }).toString());
  readonly collapsed = new SvelteSet<string>();
  /** Raised when the field of the filter is to take the focus. */
  finding = $state(0);
  #watched: ReadonlySet<string> | undefined = $state.raw();
  readonly #handle: BoardHandle;
  readonly #ends: Array<() => void> = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #written = "";

  constructor(handle: BoardHandle) {
    this.#handle = handle;
    this.arrangement = new Arrangement(handle);
    this.hidden = live(this.arrangement.hidden);
    this.#counts = live(this.arrangement.lanes);
    this.#shared = live(handle.views);
    this.#labels = live(handle.labels);
    this.#categories = live(handle.categories);
    this.#fields = live(handle.fields);
    this.#ends.push(() => this.arrangement.close());
    this.#ends.push(handle.applied.subscribe(({ events }) => {
      for (const { event } of events) {
        if (event.type === "task.watched" || event.type === "task.unwatched") this.#watch(event.task_id, event.account_id, event.type === "task.watched");
      }
    }));
    this.#ends.push($effect.root(() => {
      $effect(() => this.#adopt(router.place.query));
      $effect(() => {
        void kept.version;
        if (session.accountId !== undefined) untrack(() => void this.readOwn());
      });
      $effect(() => {
        if (this.#asks("watched") && session.accountId !== undefined) untrack(() => void this.#readWatched());
      });
      // Before anything is drawn: nobody sees for a moment what is left out.
      $effect.pre(() => {
        const { look } = this;
        const looker = this.#looker(this.#asksDay || look.lanes?.by === "due");
        const watched = this.#watched;
        untrack(() => this.arrangement.set(look, looker, watched));
      });
    }));
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const end of this.#ends) end();
  }

  get shared(): readonly SavedView[] {
    return this.#shared.value;
  }

  /** The picked view as it is saved; undefined while it is not known, or gone. */
  get saved(): SavedView | OwnView | undefined {
    return this.shared.find((view) => view.view_id === this.viewId) ?? this.own?.find((view) => view.view_id === this.viewId);
  }

  get isShared(): boolean {
    return this.shared.some((view) => view.view_id === this.viewId);
  }

  /** A view that nobody has any more, or that is another's own. */
  get missing(): boolean {
    return this.viewId !== undefined && this.saved === undefined && (this.own !== undefined || session.accountId === undefined) && this.#handle.phase.get() === "ready";
  }

  get look(): Look {
    return this.draft ?? this.saved?.look ?? {};
  }

  /** As what the cards are laid out; what is not known is said of, and no board of everything. */
  get layout(): Layout {
    const { layout } = this.look;
    return layout !== undefined && LAYOUTS.includes(layout) ? layout : "board";
  }

  /** Something here needs a newer app than this. */
  get newer(): boolean {
    return !understands(this.look);
  }

  get changed(): boolean {
    return this.draft !== undefined;
  }

  get filter(): readonly Condition[] {
    return this.look.filter ?? [];
  }

  get filtered(): boolean {
    return this.filter.length > 0;
  }

  get sort(): readonly SortKey[] {
    return this.look.sort ?? [];
  }

  /** Cards stand where what they are sorted by puts them, and not where somebody does. */
  get sorted(): boolean {
    return this.sort.length > 0 && !this.newer;
  }

  /** A custom field of the board; none where it is gone. */
  field(id: string): FieldView | undefined {
    return this.#fields.value.find((field) => field.field_id === id);
  }

  /** The field that the rows are of. */
  get laneField(): FieldView | undefined {
    const { lanes } = this.look;
    return lanes?.by === "field" ? this.field(lanes.field_id) : undefined;
  }

  /** The rows, in their order; one without a name where there are none. */
  get rows(): readonly string[] {
    const counts = this.#counts.value;
    const some = [...counts.keys()].filter((lane) => lane !== NO_LANE);
    switch (this.look.lanes?.by) {
      case undefined:
        return [""];
      case "priority":
        return PRIORITY_LANES;
      case "due":
        return DUE_LANES;
      case "category":
        return [...this.#categories.value.map((one) => one.category_id), NO_LANE];
      case "label":
        return [...this.#labels.value.map((one) => one.label_id).filter((id) => counts.has(id)), NO_LANE];
      case "assignee":
        return [...some.sort((a, b) => directory.name(a).localeCompare(directory.name(b))), NO_LANE];
      case "field":
        return [...this.#fieldRows(some), NO_LANE];
      default:
        return [...some.sort((a, b) => this.#number(a) - this.#number(b)), NO_LANE];
    }
  }

  #fieldRows(some: string[]): readonly string[] {
    const field = this.laneField;
    if (field?.kind === "select") return (field.options ?? []).map((option) => option.option_id);
    if (field?.kind === "checkbox") return [CHECKED_LANE];
    return field === undefined ? [] : some.sort((a, b) => directory.name(a).localeCompare(directory.name(b)));
  }

  count(lane: string): number {
    return this.#counts.value.get(lane) ?? 0;
  }

  laneName(lane: string): string {
    const by = this.look.lanes?.by;
    if (by === undefined) return "";
    if (by === "priority") return t(`priority.${lane as "none"}`);
    if (by === "due") return t(`lane.due.${lane as "none"}`);
    if (by === "field") return this.#fieldLane(lane);
    if (lane === NO_LANE) return t(`lane.none.${by}`);
    if (by === "assignee") return directory.name(lane);
    if (by === "label") return this.labelName(lane);
    if (by === "category") return this.#categories.value.find((one) => one.category_id === lane)?.name ?? t("filter.gone");
    return this.#handle.card(lane).get()?.title ?? t("filter.gone");
  }

  #fieldLane(lane: string): string {
    const field = this.laneField;
    if (field === undefined) return t("filter.field.gone");
    if (field.kind === "checkbox") return t(lane === NO_LANE ? "lane.unchecked" : "lane.checked", { name: field.name });
    if (lane === NO_LANE) return t("lane.none.field", { name: field.name });
    return field.kind === "person" ? directory.name(lane) : (field.options?.find((option) => option.option_id === lane)?.name ?? t("filter.gone"));
  }

  labelName(id: string): string {
    const label = this.#labels.value.find((one) => one.label_id === id);
    return label ? label.name || t(`colour.${label.colour}`) : t("filter.gone");
  }

  /** What gives a card the value of a row; undefined where that cannot be said. */
  change(card: Card, from: string, to: string): BoardCommand[] | undefined {
    return toLane(this.look.lanes, card, from, to, this.#looker(false));
  }

  /** Another look, not saved. */
  set(look: Look, at_once = false): void {
    const next = plain(look);
    this.draft = same(next, plain(this.saved?.look ?? {})) ? undefined : next;
    this.#address(at_once);
  }

  /** Another layout of the same cards; the way back leads to the one before. */
  lay(layout: Layout): void {
    if (layout !== this.layout) this.set({ ...this.look, layout }, true);
  }

  put(at: number | undefined, condition: Condition | undefined): void {
    const filter = [...this.filter];
    if (at === undefined) {
      if (condition) filter.push(condition);
    } else filter.splice(at, 1, ...(condition ? [condition] : []));
    this.set({ ...this.look, filter });
  }

  pick(view: string | undefined): void {
    this.viewId = view;
    this.draft = undefined;
    this.#address(true);
  }

  /** All cards in one row, whatever is picked, as they are laid out. */
  clear(): void {
    const { layout } = this;
    this.viewId = undefined;
    this.draft = layout === "board" ? undefined : { layout };
    this.#address(true);
  }

  find(): void {
    this.finding += 1;
  }

  async readOwn(): Promise<void> {
    try {
      const { org_id, board_id } = this.#handle;
      this.own = await client.rest.ownViews(org_id, board_id);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
    }
  }

  #asks(on: Condition["on"]): boolean {
    return this.filter.some((condition) => condition.on === on);
  }

  /** Whether what is shown changes with the day. */
  get #asksDay(): boolean {
    return this.#asks("due") || this.filter.some((condition) => condition.on === "field" && condition.test?.is === "date");
  }

  #looker(ticking: boolean): Looker {
    const now = ticking ? clock.now : new Date();
    const fields = new Map(this.#fields.value.map((field) => [field.field_id, field]));
    return {
      field: (id) => fields.get(id),
      me: session.accountId,
      now: toMicros(now),
      day: (micros) => dayField(toDate(micros)),
      resolve: (id) => directory.person(id),
    };
  }

  #number(task: string): number {
    return this.#handle.card(task).get()?.number ?? Number.MAX_SAFE_INTEGER;
  }

  #watch(task: string, account: string, watches: boolean): void {
    if (this.#watched === undefined || directory.person(account) !== session.accountId) return;
    const next = new Set(this.#watched);
    if (watches) next.add(task);
    else next.delete(task);
    this.#watched = next;
  }

  async #readWatched(): Promise<void> {
    if (this.#watched !== undefined) return;
    // What happens from here on is put in and taken out above.
    this.#watched = new Set();
    try {
      const { org_id, board_id } = this.#handle;
      let cursor: string | undefined;
      do {
        const page = await client.rest.tasks(org_id, board_id, { limit: PAGE, ...(cursor !== undefined && { cursor }) }, [{ on: "watched" }]);
        this.#watched = new Set([...this.#watched, ...page.items.map((face) => face.task_id)]);
        cursor = page.next_cursor;
      } while (cursor !== undefined);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.#watched = undefined;
    }
  }

  /** Takes over what the address says, unless it was written here. */
  #adopt(query: URLSearchParams): void {
    const [view, show] = [query.get("view"), query.get("show")];
    const said = `${view ?? ""}\n${show ?? ""}`;
    if (said === this.#written) return;
    this.#written = said;
    this.viewId = view ?? undefined;
    this.draft = readLook(show);
  }

  #address(at_once = false): void {
    clearTimeout(this.#timer);
    const write = () => {
      const show = this.draft ? JSON.stringify(this.draft) : null;
      this.#written = `${this.viewId ?? ""}\n${show ?? ""}`;
      const query = new URLSearchParams(location.search);
      for (const [name, value] of [["view", this.viewId ?? null], ["show", show]] as const) {
        if (value === null) query.delete(name);
        else query.set(name, value);
      }
      const text = query.toString();
      router.go(location.pathname + (text ? `?${text}` : ""), { replace: !at_once });
    };
    if (at_once) write();
    else this.#timer = setTimeout(write, ADDRESS_MS);
  }
}
