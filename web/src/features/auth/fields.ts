// What is wrong with the fields of log-in and registration, before the server is asked and after it refused.
import { type Errors, atField } from "../../app/form.svelte";
import { t } from "../../app/i18n/index.svelte";
import { LIMITS, type Problem } from "../../sdk";

export type AccountFields = { name?: string; email: string; password: string };

/** With a name the password is a new one. */
export function checkFields({ name, email, password }: AccountFields): Errors {
  const found: Errors = {};
  if (name?.trim() === "") found.name = t("auth.name_missing");
  if (!looksLikeAddress(email)) found.email = t("auth.email_invalid");
  if (password === "") found.password = t("auth.password_missing");
  else if (name !== undefined) Object.assign(found, checkNewPassword(password));
  return found;
}

export const looksLikeAddress = (email: string): boolean => /^\S+@\S+$/.test(email.trim());

export function checkNewPassword(password: string): Errors {
  const lengths = { min: LIMITS.password_chars_min, max: LIMITS.password_chars_max };
  const chars = [...password].length;
  return chars < lengths.min || chars > lengths.max ? { password: t("password.length", lengths) } : {};
}

/** Some refusals are about a field without naming it. */
const FIELDS: Partial<Record<string, string>> = { password_weak: "password", registration_refused: "email" };

export function explainFields(problem: Problem): Errors {
  const found = atField(problem, "name", "email", "password");
  const field = FIELDS[problem.code];
  return field && found.form ? { [field]: found.form } : found;
}
