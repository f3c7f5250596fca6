// What is asked for with a new access token, and what is wrong with it: before the server is asked, and after it refused.
import { type Errors, atField } from "../../app/form.svelte";
import { t } from "../../app/i18n/index.svelte";
import { toMicros } from "../../app/time";
import { type NewToken, type Problem, SCOPES, type Scope } from "../../sdk";
import { explainStepUp } from "../account/step-up";

const DAY_MS = 86_400_000;
export const DAYS = [7, 30, 90, 365] as const;
export const USUAL_DAYS = 90;

/** Who changes something has to see it. */
export function withRead(scopes: readonly Scope[]): readonly Scope[] {
  return SCOPES.filter((scope) => scopes.includes(scope) || (scope === "read" && (scopes.includes("write") || scopes.includes("admin"))));
}

export function checkToken({ name, scopes, password, needed }: { name: string; scopes: readonly Scope[]; password: string; needed: boolean }): Errors {
  return {
    ...(name.trim() ? {} : { name: t("common.name_missing") }),
    ...(scopes.length > 0 ? {} : { scopes: t("token.scopes_missing") }),
    ...(password || !needed ? {} : { password: t("password.current_missing") }),
  };
}

/** No days: it holds until it is revoked. */
export function tokenOf({ name, scopes, days, now, password }: { name: string; scopes: readonly Scope[]; days: number; now: Date; password?: string }): NewToken {
  const expires_at = days > 0 ? toMicros(new Date(now.getTime() + days * DAY_MS)) : undefined;
  return { name: name.trim(), scopes, ...(expires_at && { expires_at }), ...(password && { password }) };
}

export function explainToken(problem: Problem): Errors {
  if (problem.code === "limit_reached") return { form: t("token.many", { limit: problem.limit ?? 0 }) };
  return explainStepUp(problem) ?? atField(problem, "name", "scopes", "expires_at");
}
