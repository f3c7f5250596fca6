// How a task repeats, between the text of a rule (RFC 5545), a form and plain words. What the form cannot say stays a text, and is shown
// as one. It touches neither the DOM nor the server, which alone says when the next one comes.
import { t } from "../../app/i18n/index.svelte";

export const KINDS = ["daily", "weekdays", "weekly", "month_day", "month_weekday", "yearly", "custom"] as const;
export type RepeatKind = (typeof KINDS)[number];
export type Ends = "never" | "count" | "until";

/** All that the form holds; what its kind does not need is kept for when it does. */
export interface RepeatForm {
  kind: RepeatKind;
  interval: number;
  /** 0 is Monday, ascending. */
  weekdays: number[];
  /** 1 to 31; -1 is the last. */
  monthDay: number;
  /** 1 to 4; -1 is the last. */
  nth: number;
  weekday: number;
  ends: Ends;
  count: number;
  /** `2026-12-31`. */
  until: string;
  custom: string;
  /** Of yearly rules and of those by weeks, what the form does not ask for: kept as it stands. */
  rest: string;
}

const DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
const WORKDAYS = [0, 1, 2, 3, 4];
const two = (number: number): string => String(number).padStart(2, "0");

/** A form as it is first shown for a task that is due then. */
export function blank(day: Date): RepeatForm {
  const weekday = (day.getDay() + 6) % 7;
  const week = Math.ceil(day.getDate() / 7);
  return {
    kind: "weekly", interval: 1, weekdays: [weekday], monthDay: day.getDate(), nth: week > 4 ? -1 : week, weekday,
    ends: "never", count: 10, until: `${day.getFullYear() + 1}-${two(day.getMonth() + 1)}-${two(day.getDate())}`, custom: "FREQ=DAILY", rest: "",
  };
}

/** The rule in the form; what does not fit into it is of the kind `custom`. */
export function formOf(rule: string, start: RepeatForm): RepeatForm {
  const custom: RepeatForm = { ...start, kind: "custom", custom: rule };
  const parts = new Map(rule.split(";").map((part) => part.split("=", 2) as [string, string]));
  const take = (name: string): string | undefined => {
    const value = parts.get(name);
    parts.delete(name);
    return value;
  };
  const frequency = take("FREQ");
  const form = { ...start, interval: Number(take("INTERVAL") ?? 1), custom: rule };
  const count = take("COUNT");
  const until = take("UNTIL");
  if (count !== undefined) Object.assign(form, { ends: "count", count: Number(count) });
  if (until !== undefined) {
    // A time of day is more than the form asks for.
    if (!/^\d{8}$/.test(until)) return custom;
    Object.assign(form, { ends: "until", until: `${until.slice(0, 4)}-${until.slice(4, 6)}-${until.slice(6)}` });
  }
  const wkst = take("WKST");
  const rest = wkst === undefined ? "" : `;WKST=${wkst}`;
  const [days, monthDay] = [take("BYDAY"), take("BYMONTHDAY")];
  if (frequency === "YEARLY" && days === undefined && parts.size <= 1) {
    const month = take("BYMONTH");
    if (parts.size > 0 || (month === undefined) !== (monthDay === undefined) || (month ?? "").includes(",") || (monthDay ?? "").includes(",")) return custom;
    return { ...form, kind: "yearly", rest: month === undefined ? "" : `;BYMONTH=${month};BYMONTHDAY=${monthDay}` };
  }
  if (parts.size > 0) return custom;
  if (frequency === "DAILY" && days === undefined && monthDay === undefined) return { ...form, kind: "daily" };
  if (frequency === "WEEKLY" && monthDay === undefined) {
    if (days === undefined) return { ...form, kind: "weekly", weekdays: [], rest };
    const weekdays = days.split(",").map((day) => DAYS.indexOf(day));
    return { ...form, kind: weekdays.join() === WORKDAYS.join() && form.interval === 1 ? "weekdays" : "weekly", weekdays, rest };
  }
  if (frequency !== "MONTHLY") return custom;
  if (monthDay !== undefined && days === undefined && /^(-1|\d+)$/.test(monthDay)) return { ...form, kind: "month_day", monthDay: Number(monthDay) };
  const nth = /^(-1|[1-4])([A-Z]{2})$/.exec(days ?? "");
  if (nth !== null && monthDay === undefined) return { ...form, kind: "month_weekday", nth: Number(nth[1]), weekday: DAYS.indexOf(nth[2] ?? "") };
  return custom;
}

export function ruleOf(form: RepeatForm): string {
  const { kind, interval, weekdays, monthDay, nth, weekday, ends, count, until, rest } = form;
  if (kind === "custom") return form.custom.trim();
  const every = interval > 1 ? `;INTERVAL=${interval}` : "";
  const end = ends === "count" ? `;COUNT=${count}` : ends === "until" ? `;UNTIL=${until.replaceAll("-", "")}` : "";
  const on = (days: readonly number[]) => (days.length === 0 ? "" : `;BYDAY=${days.map((day) => DAYS[day]).join(",")}`);
  switch (kind) {
    case "daily":
      return `FREQ=DAILY${every}${end}`;
    case "weekdays":
      return `FREQ=WEEKLY${end}${on(WORKDAYS)}`;
    case "weekly":
      return `FREQ=WEEKLY${every}${end}${on(weekdays)}${rest}`;
    case "month_day":
      return `FREQ=MONTHLY${every}${end};BYMONTHDAY=${monthDay}`;
    case "month_weekday":
      return `FREQ=MONTHLY${every}${end};BYDAY=${nth}${DAYS[weekday]}`;
    case "yearly":
      return `FREQ=YEARLY${every}${end}${rest}`;
  }
}

/** 2024-01-01 was a Monday. */
export const weekdayName = (day: number, locale: string, weekday: "long" | "short" = "long"): string => new Intl.DateTimeFormat(locale, { weekday, timeZone: "UTC" }).format(new Date(Date.UTC(2024, 0, 1 + day)));

function dayOfYear(rest: string, locale: string): string | undefined {
  const found = /^;BYMONTH=(\d+);BYMONTHDAY=(\d+)$/.exec(rest);
  return found === null ? undefined : new Intl.DateTimeFormat(locale, { day: "numeric", month: "long", timeZone: "UTC" }).format(new Date(Date.UTC(2024, Number(found[1]) - 1, Number(found[2]))));
}

function everySo(form: RepeatForm, locale: string): string {
  const count = form.interval;
  switch (form.kind) {
    case "daily":
      return t("repeat.every_day", { count });
    case "weekdays":
      return t("repeat.every_weekday");
    case "weekly": {
      const every = t("repeat.every_week", { count });
      const days = new Intl.ListFormat(locale, { type: "conjunction" }).format(form.weekdays.map((day) => weekdayName(day, locale)));
      return form.weekdays.length === 0 ? every : t("repeat.on_weekdays", { every, days });
    }
    case "month_day": {
      const every = t("repeat.every_month", { count });
      return form.monthDay < 0 ? t("repeat.on_last_day", { every }) : t("repeat.on_day", { every, day: form.monthDay });
    }
    case "month_weekday":
      return t("repeat.on_nth", { every: t("repeat.every_month", { count }), nth: nthName(form.nth), weekday: weekdayName(form.weekday, locale) });
    case "yearly": {
      const [every, date] = [t("repeat.every_year", { count }), dayOfYear(form.rest, locale)];
      return date === undefined ? every : t("repeat.on_date", { every, date });
    }
    case "custom":
      return t("repeat.by_rule", { rule: form.custom });
  }
}

export const nthName = (nth: number): string => t(`repeat.nth.${nth < 0 ? "last" : (nth as 1 | 2 | 3 | 4)}`);

/** How it repeats, in a sentence. */
export function summaryOf(form: RepeatForm, locale: string): string {
  const every = everySo(form, locale);
  if (form.kind === "custom" || form.ends === "never") return every;
  if (form.ends === "count") return t("repeat.times", { every, count: form.count });
  const date = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" }).format(new Date(`${form.until}T00:00:00Z`));
  return t("repeat.until", { every, date });
}

export const summary = (rule: string, locale: string): string => summaryOf(formOf(rule, blank(new Date(2024, 0, 1))), locale);
