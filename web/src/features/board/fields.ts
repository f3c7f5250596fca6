// Custom fields on screen: their icons, and what is in them in words.
import { directory } from "../../app/directory.svelte";
import { t, words } from "../../app/i18n/index.svelte";
import { dueText } from "../../app/time";
import type { FieldKind, FieldValue, FieldView } from "../../sdk";
import type { IconName } from "../../ui/icons";
import { numberText } from "./numbers";

export const KINDS: FieldKind[] = ["text", "number", "date", "select", "person", "checkbox", "url"];

export const KIND_ICONS: Record<FieldKind, IconName> = {
  text: "text", number: "number", date: "calendar", select: "checklist", person: "person", checkbox: "check", url: "link",
};

/** Without the scheme, which says nothing to people, and without an end that is a single stroke. */
export const urlText = (url: string): string => url.replace(/^https?:\/\//, "").replace(/\/$/, "");

export const optionOf = (field: FieldView, value: FieldValue | undefined) =>
  value?.kind === "select" ? field.options?.find((option) => option.option_id === value.option_id) : undefined;

export function valueText(field: FieldView, value: FieldValue, now: Date): string {
  switch (value.kind) {
    case "text":
      return value.text;
    case "number":
      return numberText(value.number, words.locale);
    case "date":
      return dueText(value.date, words.locale, now);
    case "select":
      return optionOf(field, value)?.name ?? "";
    case "person":
      return directory.name(value.account_id);
    case "checkbox":
      return t("fields.checked");
    case "url":
      return urlText(value.url);
  }
}
