// What is asked for with a new public link, and what is wrong with it: before the server is asked, and after it refused.
import { type Errors, atField } from "../../app/form.svelte";
import { t } from "../../app/i18n/index.svelte";
import { toMicros } from "../../app/time";
import type { NewLink, Problem } from "../../sdk";

/** When a day is over here; undefined where none was chosen. */
export function endOf(day: string): Date | undefined {
  const [year, month, date] = day.split("-").map(Number);
  return year && month && date ? new Date(year, month - 1, date + 1) : undefined;
}

export function checkLink({ day, now }: { day: string; now: Date }): Errors {
  const end = endOf(day);
  return end && end <= now ? { expires_at: t("link.ends_past") } : {};
}

export function linkOf({ name, day }: { name: string; day: string }): NewLink {
  const end = endOf(day);
  return { ...(name.trim() && { name: name.trim() }), ...(end && { expires_at: toMicros(end) }) };
}

export function explainLink(problem: Problem): Errors {
  if (problem.code === "limit_reached") return { form: t("link.many", { limit: problem.limit ?? 0 }) };
  return atField(problem, "name", "expires_at");
}

/** The address to hand on. What opens the board stands behind the #, which browsers send to nobody. */
export const addressOf = (origin: string, token: string): string => `${origin}/shared#${token}`;
