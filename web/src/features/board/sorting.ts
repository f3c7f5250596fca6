// By what cards are sorted, in words. Pure but for the words.
import { t } from "../../app/i18n/index.svelte";
import type { SortBy } from "../../sdk";
import type { Looks } from "./look.svelte";

export const OWN_KEYS = ["priority", "due", "start", "created", "title", "estimate", "points", "completed"] as const;

/** What one wants to see first of these is the most of it. */
export const falls = (by: SortBy): boolean => by.on === "priority" || by.on === "created" || by.on === "completed";

export const sameBy = (a: SortBy, b: SortBy): boolean => a.on === b.on && (a.on !== "field" || (b.on === "field" && a.field_id === b.field_id));

export const sortName = (by: SortBy, looks: Pick<Looks, "field">): string => (by.on === "field" ? (looks.field(by.field_id)?.name ?? t("filter.field.gone")) : t(`sort.by.${by.on}`));
