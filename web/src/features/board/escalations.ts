// Rules about what is overdue for long, in words. It touches neither the DOM nor the server.
import { t } from "../../app/i18n/index.svelte";
import type { Escalation } from "../../sdk";

/** What the form offers, in minutes after the due date. */
export const AFTER = [60, 240, 480, 1_440, 2_880, 4_320, 10_080, 20_160];

/** In the largest unit that says it exactly. */
export function afterText(minutes: number): string {
  if (minutes % 10_080 === 0) return t("escalations.weeks", { count: minutes / 10_080 });
  if (minutes % 1_440 === 0) return t("escalations.days", { count: minutes / 1_440 });
  if (minutes % 60 === 0) return t("escalations.hours", { count: minutes / 60 });
  return t("escalations.minutes", { count: minutes });
}

const whom = ({ to }: Escalation) => (to.kind === "owners" ? "" : to.account_id);

export const sameRule = (one: Escalation, other: Escalation): boolean => one.after_minutes === other.after_minutes && whom(one) === whom(other);
