// What changes how somebody logs in asks for the password once more, or for a log-in of the last minutes where there is none.
import type { Errors } from "../../app/form.svelte";
import { t } from "../../app/i18n/index.svelte";
import type { Problem } from "../../sdk";

export type StepUpWith = { password?: string };

/** Undefined when it is about something else. */
export function explainStepUp(problem: Problem): Errors | undefined {
  if (problem.field === "password" || problem.field === "current_password") return { password: t("password.wrong") };
  if (problem.code === "unauthenticated") return { password: t("password.wrong") };
  if (problem.code === "fresh_login_required") return { form: t("step_up.fresh") };
  return undefined;
}
