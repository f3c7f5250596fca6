// Conditions on custom fields, in words and as the choices that one makes. Pure but for the words; it never changes a condition in place.
import { directory } from "../../app/directory.svelte";
import { t, words } from "../../app/i18n/index.svelte";
import { type Condition, type DateWhen, type FieldTest, type FieldView, fitsField } from "../../sdk";
import { type Choice, flip } from "./filters";
import { numberText } from "./numbers";

export type FieldCondition = Extract<Condition, { on: "field" }>;
type Of<Is extends FieldTest["is"]> = Extract<FieldTest, { is: Is }>;

const DATES: readonly DateWhen[] = [{ when: "past" }, { when: "today" }, { when: "next_days", days: 7 }, { when: "next_days", days: 30 }];
const sameWhen = (a: DateWhen, b: DateWhen): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Why nothing can meet a condition; undefined where something can. */
export function brokenWhy({ test }: FieldCondition, field: FieldView | undefined): string | undefined {
  if (field === undefined) return t("filter.field.gone_why");
  return fitsField(test, field.kind) ? undefined : t("filter.field.broken_kind");
}

export function dateName(when: DateWhen): string {
  if (when.when === "next_days") return t("filter.due.next_days", { count: when.days });
  if (when.when === "past") return t("filter.field.past");
  if (when.when === "today") return t("filter.due.today");
  const day = new Intl.DateTimeFormat(words.locale, { dateStyle: "medium", timeZone: "UTC" }).format(new Date(`${when.day}T00:00:00Z`));
  return t(when.when === "on" ? "filter.field.on" : `filter.due.${when.when}`, { day });
}

/** What a condition asks of a field, short enough for a chip. */
export function sayField({ test }: FieldCondition, field: FieldView | undefined, list: (names: readonly string[]) => string): string {
  switch (test.is) {
    case "set":
      return t("filter.field.present");
    case "unset":
      return t("filter.field.absent");
    case "checked":
      return t(test.checked ? "filter.field.checked" : "filter.field.unchecked");
    case "words":
      return t("filter.field.words_are", { words: test.words });
    case "number": {
      const [least, most] = [test.at_least, test.at_most].map((number) => number && numberText(number, words.locale));
      if (least && most) return t("filter.field.between", { least, most });
      return least ? t("filter.field.least_is", { number: least }) : t("filter.field.most_is", { number: most ?? "" });
    }
    case "date":
      return list(test.any.map(dateName));
    case "options": {
      const names = (test.options ?? []).map((id) => field?.options?.find((option) => option.option_id === id)?.name ?? t("filter.gone"));
      return list([...names, ...(test.none ? [t("filter.field.absent")] : [])]);
    }
    case "person":
      return list([...(test.me ? [t("filter.me")] : []), ...(test.nobody ? [t("task.nobody")] : []), ...(test.people ?? []).map((id) => directory.name(id))]);
    default:
      return "";
  }
}

/** Without what is empty; undefined where nothing is left. */
function left(test: FieldTest): FieldTest | undefined {
  const entries = Object.entries(test).filter(([, value]) => value !== undefined && value !== "" && !(value === false && test.is !== "checked") && !(Array.isArray(value) && value.length === 0));
  return entries.length > 1 ? (Object.fromEntries(entries) as FieldTest) : undefined;
}

/** A condition that asks this of a field; undefined where it asks nothing. */
export function asking(field: FieldView, test: FieldTest): FieldCondition | undefined {
  const kept = test.is === "set" || test.is === "unset" ? test : left(test);
  return kept && { on: "field", field_id: field.field_id, test: kept };
}

/** The choices of a field, as a condition on it stands now. `found`: people who were looked for. */
export function fieldChoices(field: FieldView, now: FieldCondition | undefined, found: readonly string[]): Choice[] {
  const test = now?.test;
  const alone = (is: "set" | "unset", name: string): Choice => ({ id: is, name, checked: test?.is === is, next: test?.is === is ? undefined : asking(field, { is }) });
  const [present, absent] = [alone("set", t("filter.field.present")), alone("unset", t("filter.field.absent"))];
  switch (field.kind) {
    case "select": {
      const has: Of<"options"> = test?.is === "options" ? test : { is: "options" };
      // Options that are asked for and are gone can be taken out.
      const gone = (has.options ?? []).filter((id) => !field.options?.some((option) => option.option_id === id));
      const rows = [...(field.options ?? []), ...gone.map((option_id) => ({ option_id, name: t("filter.gone"), colour: "grey" }))];
      return [
        ...rows.map((one): Choice => ({ id: one.option_id, name: one.name, colour: one.colour, checked: has.options?.includes(one.option_id) === true, next: asking(field, { ...has, options: flip(has.options, one.option_id) }) })),
        { id: "none", name: absent.name, checked: has.none === true || absent.checked, next: absent.checked ? undefined : asking(field, { ...has, none: has.none !== true }) },
        present,
      ];
    }
    case "person": {
      const has: Of<"person"> = test?.is === "person" ? test : { is: "person" };
      const ids = [...new Set([...(has.people ?? []), ...found])];
      return [
        { id: "me", name: t("filter.me"), checked: has.me === true, next: asking(field, { ...has, me: has.me !== true }) },
        { id: "nobody", name: t("task.nobody"), checked: has.nobody === true || absent.checked, next: absent.checked ? undefined : asking(field, { ...has, nobody: has.nobody !== true }) },
        present,
        ...ids.map((id): Choice => ({ id, name: directory.name(id), person: true, checked: has.people?.includes(id) === true, next: asking(field, { ...has, people: flip(has.people, id) }) })),
      ];
    }
    case "checkbox":
      return [true, false].map((checked): Choice => {
        const is = (test?.is === "checked" && test.checked === checked) || test?.is === (checked ? "set" : "unset");
        return { id: String(checked), name: t(checked ? "filter.field.checked" : "filter.field.unchecked"), checked: is, next: is ? undefined : asking(field, { is: "checked", checked }) };
      });
    case "date": {
      const any = test?.is === "date" ? test.any : [];
      const whens = [...DATES, ...any.filter((when) => !DATES.some((each) => sameWhen(each, when)))];
      return [
        ...whens.map((when): Choice => {
          const checked = any.some((one) => sameWhen(one, when));
          return { id: JSON.stringify(when), name: dateName(when), checked, next: asking(field, { is: "date", any: checked ? any.filter((one) => !sameWhen(one, when)) : [...any, when] }) };
        }),
        present,
        absent,
      ];
    }
    default:
      return [present, absent];
  }
}
