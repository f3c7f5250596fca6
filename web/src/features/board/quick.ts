// What a line typed for a new card comes to on this board: the grammar's tokens, with names looked up among what is known here.
// The server looks them up by the same rules (src/http/quick_add.rs). It touches neither the DOM nor the server.
import { dayOf, civilOf, type Context, type Day, type Language, quickAdd, ruleText, type Token, type Value } from "../../sdk/quick-add";
import { type BoardCommand, type Due, type LabelView, LIMITS, type MemberEntry } from "../../sdk";
import { toMicros } from "../../app/time";

/** What names may mean here. */
export interface World {
  readonly board: string;
  /** Where the card goes when the line says nothing else. */
  readonly column: string;
  readonly columns: readonly { readonly id: string; readonly name: string; readonly done?: boolean }[];
  /** Whose days and hours a repetition goes by: a name of the IANA time zone database. */
  readonly zone: string;
  readonly labels: readonly LabelView[];
  /** Who may be given tasks here, as far as they are known. */
  readonly people: readonly Pick<MemberEntry, "account_id" | "name">[];
  readonly me: string | undefined;
}

export type Why = "unknown" | "ambiguous" | "full" | "unsupported";

/** Something of the line, as it is shown. */
export interface Chip {
  readonly value: Value;
  readonly start: number;
  readonly end: number;
  readonly words: string;
  /** The label, person or column that it names. */
  readonly id?: string | undefined;
  /** Why its words stay in the title. */
  readonly why?: Why | undefined;
}

type Create = Extract<BoardCommand, { type: "task.create" }>;

export interface Understood {
  readonly title: string;
  readonly column: string;
  /** What the new task has beside its title. */
  readonly fields: Pick<Create, "labels" | "assignees" | "priority" | "start_at" | "due" | "minutes" | "repeat">;
  readonly chips: readonly Chip[];
  /** Names of people that nobody known here has. */
  readonly strangers: readonly string[];
}

const WEEK_STARTS = { monday: 0, saturday: 5, sunday: 6 };

/** The clock on the wall here. */
export function contextAt(now: Date, language: Language, locale: string, week_start: keyof typeof WEEK_STARTS | undefined): Context {
  const today = dayOf(now.getFullYear(), now.getMonth() + 1, now.getDate()) as Day;
  return { language, today, minute: now.getHours() * 60 + now.getMinutes(), weekStart: WEEK_STARTS[week_start ?? "monday"], monthFirst: locale.endsWith("-US") };
}

const SPELT: Readonly<Record<string, string>> = { ß: "ss", æ: "ae", œ: "oe", ø: "o", ł: "l", đ: "d", ð: "d", þ: "th", ħ: "h", ı: "i" };

/** Words without marks, in small letters, parted by one space. */
export function folded(text: string): string {
  const letters = text.normalize("NFKD").toLowerCase().replace(/\p{M}/gu, "").replace(/[ßæœøłđðþħı]/g, (letter) => SPELT[letter] ?? letter);
  const plain = letters.replace(/[^\p{L}\p{N}]+/gu, " ").trim();
  return plain === "" ? text.trim().toLowerCase() : plain;
}

const ME = ["me", "mir", "mich", "ich"];

/** Whole names first; else every word begins a word of theirs. */
function personOf(name: string, { people, me }: World): string | Why {
  const wanted = folded(name);
  if (ME.includes(wanted)) return me ?? "unknown";
  const words = wanted.split(" ");
  const among = people.map((person) => ({ id: person.account_id, key: folded(person.name) })).filter(({ key }) => words.every((word) => key.split(" ").some((each) => each.startsWith(word))));
  const whole = among.filter(({ key }) => key === wanted);
  const [one, ...more] = whole.length > 0 ? whole : among;
  if (one === undefined) return "unknown";
  return more.length > 0 ? "ambiguous" : one.id;
}

/** A column by name, alone or behind the board's; the board alone leaves it where it is. */
function columnOf(name: string, { board, column, columns }: World): string | Why {
  const named = (each: string) => columns.find((one) => folded(one.name) === folded(each))?.id;
  const here = (each: string) => folded(each) === folded(board);
  const slash = name.indexOf("/");
  return named(name) ?? (slash >= 0 && here(name.slice(0, slash)) ? named(name.slice(slash + 1)) : undefined) ?? (here(name) ? column : "unknown");
}

const WHYS: readonly string[] = ["unknown", "ambiguous", "full", "unsupported"] satisfies Why[];
const isWhy = (found: string): found is Why => WHYS.includes(found);

/** What is done as it is made does not repeat; which column it is may be said behind how it would. */
export function understand(line: string, context: Context, world: World): Understood {
  const found = read(line, context, world, true);
  return world.columns.find(({ id }) => id === found.column)?.done === true ? read(line, context, world, false) : found;
}

function read(line: string, context: Context, world: World, repeats: boolean): Understood {
  const ids = { label: [] as string[], person: [] as string[], place: undefined as string | undefined };
  const strangers: string[] = [];
  const named = new Map<Value, string>();
  const left: { value: Value; words: string; why: Why }[] = [];
  const found = quickAdd(line, context, (value, words) => {
    if (value.kind === "repeat" && !repeats) return "kept";
    if (!("name" in value)) return "taken";
    let id: string | Why;
    if (value.kind === "label") id = world.labels.find((label) => folded(label.name) === folded(value.name))?.label_id ?? "unknown";
    else id = value.kind === "person" ? personOf(value.name, world) : columnOf(value.name, world);
    const list = value.kind === "place" ? [] : ids[value.kind];
    const most = value.kind === "label" ? LIMITS.labels_per_task_max : LIMITS.assignees_per_task_max;
    if (!isWhy(id) && !list.includes(id) && list.length >= most) id = "full";
    if (isWhy(id)) {
      if (id === "unknown" && value.kind === "person") strangers.push(value.name);
      // "in the fridge" is no place here, and nobody thought so.
      if (value.kind !== "place" || words.startsWith("+")) left.push({ value, words, why: id });
      return "text";
    }
    if (value.kind === "place") ids.place = id;
    else if (!list.includes(id)) list.push(id);
    named.set(value, id);
    return "taken";
  });
  if (found.tokens.length === 0) return { title: found.title, column: world.column, fields: {}, chips: found.title === "" ? [] : unused(line, left), strangers };
  const chip = ({ value, start, end, kept }: Token): Chip => ({ value, start, end, words: line.slice(start, end), id: named.get(value), ...(kept && { why: "unsupported" as const }) });
  const chips = [...found.tokens.map(chip), ...unused(line, left)].sort((a, b) => a.start - b.start);
  const said = found.tokens.filter((token) => !token.kept).map(({ value }) => value);
  const priority = said.find((value) => value.kind === "priority");
  const estimate = said.find((value) => value.kind === "estimate");
  const repeat = said.find((value) => value.kind === "repeat");
  const fields = {
    ...(ids.label.length > 0 && { labels: ids.label }),
    ...(ids.person.length > 0 && { assignees: ids.person }),
    ...(priority?.kind === "priority" && { priority: priority.priority }),
    ...(estimate !== undefined && { minutes: estimate.minutes }),
    ...(repeat !== undefined && { repeat: { rule: ruleText(repeat.rule), zone: world.zone } }),
    ...(found.start !== undefined && { start_at: toMicros(localDate(found.start, 0)) }),
    ...(found.due !== undefined && { due: dueOf(found.due.date, found.due.time) }),
  };
  return { title: found.title, column: ids.place ?? world.column, fields, chips, strangers };
}

/** The same for each of the people who are named, alone. */
export function forEach(fields: Understood["fields"]): Understood["fields"][] {
  const { assignees = [] } = fields;
  return assignees.length < 2 ? [fields] : assignees.map((person) => ({ ...fields, assignees: [person] }));
}

/** What was found and names nothing; each stands once. */
function unused(line: string, left: readonly { value: Value; words: string; why: Why }[]): Chip[] {
  let from = 0;
  return left.map((each) => {
    const start = line.indexOf(each.words, from);
    from = start + each.words.length;
    return { ...each, start, end: from };
  });
}

function localDate(day: Day, minutes: number): Date {
  const { year, month, day: date } = civilOf(day);
  const local = new Date(year, month - 1, date, Math.floor(minutes / 60), minutes % 60);
  // Years of two digits would be taken for those of the last century.
  local.setFullYear(year);
  return local;
}

/** As the protocol has it: without a time, midnight UTC of the date. */
export function dueOf(day: Day, time: number | undefined): Due {
  if (time !== undefined) return { at: toMicros(localDate(day, time)), has_time: true };
  return { at: toMicros(new Date(day * 86_400_000)), has_time: false };
}
