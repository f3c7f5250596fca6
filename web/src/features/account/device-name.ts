// A device in words: "Firefox on Windows".
import { t } from "../../app/i18n/index.svelte";
import { deviceOf } from "./device";

export function deviceName(user_agent: string): string {
  const { browser, system } = deviceOf(user_agent);
  if (browser && system) return t("sessions.device", { browser, system });
  return browser ?? system ?? t("sessions.unknown");
}
