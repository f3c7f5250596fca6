// Which of the two passwords is wrong and why, before the server is asked and after it refused.
import { t } from "../../app/i18n/index.svelte";
import { problemText } from "../../app/problem-text";
import { LIMITS, type Problem } from "../../sdk";

export type PasswordErrors = { current?: string; next?: string; form?: string };

const lengths = { min: LIMITS.password_chars_min, max: LIMITS.password_chars_max };
export const passwordHint = (): string => t("password.hint", lengths);

export function checkPasswords(current: string, next: string): PasswordErrors {
  const chars = [...next].length;
  return {
    ...(current === "" ? { current: t("password.current_missing") } : {}),
    ...(chars < lengths.min || chars > lengths.max ? { next: t("password.length", lengths) } : next === current ? { next: t("password.same") } : {}),
  };
}

export function explainPasswords(problem: Problem): PasswordErrors {
  if (problem.field === "current_password") return { current: t("password.wrong") };
  if (problem.code === "password_weak") return { next: problemText(problem) };
  if (problem.field === "new_password") return { next: t("password.length", lengths) };
  return { form: problemText(problem) };
}
