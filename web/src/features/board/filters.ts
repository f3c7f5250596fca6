// What filters ask for, in words, and as the choices that one makes. Pure but for the words; it never changes a filter in place.
import { directory } from "../../app/directory.svelte";
import { t, words } from "../../app/i18n/index.svelte";
import type { IconName } from "../../ui/icons";
import { type Condition, type DueWhen, PRIORITY_LANES } from "../../sdk";
import { sayField } from "./filter-fields";
import type { Board } from "./model.svelte";

/** What a condition is on, custom fields aside: they have an editor of their own. */
export type On = Exclude<Condition["on"], "field">;
export const FIELDS: ReadonlyArray<{ on: On; icon: IconName }> = [
  { on: "assignee", icon: "person" },
  { on: "label", icon: "label" },
  { on: "priority", icon: "priority" },
  { on: "due", icon: "calendar" },
  { on: "category", icon: "grid" },
  { on: "column", icon: "board" },
  { on: "parent", icon: "rows" },
  { on: "completed", icon: "done" },
  { on: "blocked", icon: "alert" },
  { on: "watched", icon: "eye" },
];
export const LANES_BY = ["assignee", "priority", "label", "category", "parent", "due"] as const;

export interface Choice {
  id: string;
  name: string;
  checked: boolean;
  person?: boolean;
  colour?: string;
  /** The condition when this is taken or given up; undefined: nothing is left of it. */
  next: Condition | undefined;
}

export const flip = <T>(list: readonly T[] | undefined, one: T): T[] => (list?.includes(one) ? list.filter((each) => each !== one) : [...(list ?? []), one]);
const some = <T>(list: readonly T[]): T[] | undefined => (list.length > 0 ? [...list] : undefined);
/** Without what is empty; undefined where nothing is left. */
function left(condition: Condition): Condition | undefined {
  const entries = Object.entries(condition).filter(([, value]) => value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0));
  return entries.length > 1 ? (Object.fromEntries(entries) as Condition) : undefined;
}

const DUES: readonly DueWhen[] = [{ when: "overdue" }, { when: "today" }, { when: "next_days", days: 7 }, { when: "next_days", days: 30 }, { when: "never" }];
const sameWhen = (a: DueWhen, b: DueWhen): boolean => JSON.stringify(a) === JSON.stringify(b);

export function dueName(when: DueWhen): string {
  if (when.when === "next_days") return t("filter.due.next_days", { count: when.days });
  if (when.when === "before" || when.when === "after") return t(`filter.due.${when.when}`, { day: new Intl.DateTimeFormat(words.locale, { dateStyle: "medium", timeZone: "UTC" }).format(new Date(`${when.day}T00:00:00Z`)) });
  return t(`filter.due.${when.when}`);
}

export type LabelMode = "any" | "all" | "none";

/** The choices of a field, as a condition on it stands now. `found`: people who were looked for. */
export function choicesOf(on: On, now: Condition | undefined, board: Board, found: readonly string[], mode: LabelMode): Choice[] {
  switch (on) {
    case "assignee":
      return people(now?.on === "assignee" ? now : { on }, found);
    case "label":
      return labels(now?.on === "label" ? now : { on }, board, mode);
    case "priority": {
      const has = now?.on === "priority" ? now.priorities : [];
      return PRIORITY_LANES.map((one) => ({ id: one, name: t(`priority.${one}`), checked: has.includes(one), next: left({ on, priorities: flip(has, one) }) }));
    }
    case "category": {
      const has = now?.on === "category" ? now : ({ on } as Extract<Condition, { on: "category" }>);
      const rows = board.categories.value.map((one): Choice => ({ id: one.category_id, name: one.name, colour: one.colour, checked: has.categories?.includes(one.category_id) === true, next: left({ ...has, categories: flip(has.categories, one.category_id) }) }));
      return [...rows, { id: "none", name: t("lane.none.category"), checked: has.none === true, next: left({ ...has, none: has.none !== true }) }];
    }
    case "column": {
      const has = now?.on === "column" ? now.columns : [];
      return board.columnIds.value.map((id) => ({ id, name: board.handle.column(id).get()?.name ?? "", checked: has.includes(id), next: left({ on, columns: flip(has, id) }) }));
    }
    case "parent":
      return parents(now?.on === "parent" ? now : { on }, board);
    case "due": {
      const has = now?.on === "due" ? now.any : [];
      const rest = has.filter((one) => !DUES.some((known) => sameWhen(known, one)));
      const toggled = (one: DueWhen): DueWhen[] => (has.some((each) => sameWhen(each, one)) ? has.filter((each) => !sameWhen(each, one)) : [...has, one]);
      return [...DUES, ...rest].map((one) => ({ id: JSON.stringify(one), name: dueName(one), checked: has.some((each) => sameWhen(each, one)), next: left({ on, any: toggled(one) }) }));
    }
    case "completed":
    case "blocked":
      return [true, false].map((is): Choice => {
        const checked = now?.on === on && now.is === is;
        return { id: String(is), name: t(`filter.${on}.${is ? "yes" : "no"}`), checked, next: checked ? undefined : { on, is } };
      });
    case "watched":
      return [{ id: "watched", name: t("filter.watched.yes"), checked: now !== undefined, next: now === undefined ? { on } : undefined }];
    default:
      return [];
  }
}

function people(has: Extract<Condition, { on: "assignee" }>, found: readonly string[]): Choice[] {
  const chosen = has.people ?? [];
  const ids = [...chosen, ...found.filter((id) => !chosen.includes(id))];
  return [
    { id: "me", name: t("filter.me"), checked: has.me === true, next: left({ ...has, me: has.me !== true }) },
    { id: "nobody", name: t("task.nobody"), checked: has.nobody === true, next: left({ ...has, nobody: has.nobody !== true }) },
    ...ids.map((id): Choice => ({ id, name: directory.name(id), person: true, checked: chosen.includes(id), next: left({ ...has, people: flip(chosen, id) }) })),
  ];
}

function labels(has: Extract<Condition, { on: "label" }>, board: Board, mode: LabelMode): Choice[] {
  const rows = board.labels.value.map((one): Choice => ({
    id: one.label_id, name: board.looks.labelName(one.label_id), colour: one.colour, checked: has[mode]?.includes(one.label_id) === true,
    next: left({ ...has, [mode]: flip(has[mode], one.label_id) }),
  }));
  return mode === "any" ? [...rows, { id: "bare", name: t("lane.none.label"), checked: has.bare === true, next: left({ ...has, bare: has.bare !== true }) }] : rows;
}

/** Cards that others are parts of, and those that are asked for already. */
function parents(has: Extract<Condition, { on: "parent" }>, board: Board): Choice[] {
  const ids = new Set(has.parents ?? []);
  for (const card of board.handle.cards()) if (card.parent_id !== undefined) ids.add(card.parent_id);
  const rows = [...ids].map((id): Choice => {
    const card = board.handle.card(id).get();
    return { id, name: card ? `${board.key(card)} ${card.title}`.trim() : t("filter.gone"), checked: has.parents?.includes(id) === true, next: left({ ...has, parents: flip(has.parents, id) }) };
  });
  return [...rows, { id: "none", name: t("lane.none.parent"), checked: has.none === true, next: left({ ...has, none: has.none !== true }) }];
}

/** What a condition asks for, short enough for a chip. */
export function sayValues(condition: Condition, board: Board): string {
  const list = (names: readonly string[]): string => (names.length > 2 ? t("filter.more", { first: names.slice(0, 2).join(", "), count: names.length - 2 }) : names.join(", "));
  if (condition.on === "text") return condition.words;
  if (condition.on === "field") return sayField(condition, board.looks.field(condition.field_id), list);
  if (condition.on === "label") {
    const named = (ids: readonly string[] | undefined) => some((ids ?? []).map((id) => board.looks.labelName(id)));
    const [any, all, none] = [named(condition.any), named(condition.all), named(condition.none)];
    const first = [...(any ?? []), ...(condition.bare ? [t("lane.none.label")] : [])];
    return [first.length > 0 && list(first), all && t("filter.label.all", { names: list(all) }), none && t("filter.label.none", { names: list(none) })].filter(Boolean).join(" · ");
  }
  const chosen = choicesOf(condition.on, condition, board, [], "any").filter((choice) => choice.checked).map((choice) => choice.name);
  // What is asked for and is here no more.
  const named = condition.on === "column" ? condition.columns.length : condition.on === "category" ? (condition.categories?.length ?? 0) + Number(condition.none === true) : chosen.length;
  return list([...chosen, ...Array.from({ length: Math.max(0, named - chosen.length) }, () => t("filter.gone"))]);
}
