// A command in words, for the queue of changes and for refusals.
import { t, tOr } from "../../app/i18n/index.svelte";
import type { Command } from "../../sdk";

export function describe(command: Command): string {
  const title = "title" in command && command.title ? command.title : "name" in command && command.name ? command.name : "text" in command && command.text ? command.text : "";
  const what = tOr(`command.${command.type}`, t("command.other"));
  return title ? t("command.with", { what, title: title.length > 60 ? `${title.slice(0, 57)}…` : title }) : what;
}
