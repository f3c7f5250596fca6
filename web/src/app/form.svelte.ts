// What every form does: checks, asks the server, says what is wrong at the field it is about, and puts the focus there.
import { tick } from "svelte";
import { Problem } from "../sdk";
import { problemText } from "./problem-text";

/** By field; "form" is what belongs to none. */
export type Errors = Record<string, string>;

interface Parts {
  check?: () => Errors;
  /** Rejects with a `Problem` when the server refused. */
  run: () => Promise<void>;
  explain?: (problem: Problem) => Errors;
}

export class Form {
  busy = $state(false);
  errors: Errors = $state.raw({});
  readonly #parts: Parts;
  /** Asked for while it was busy, with what is in the fields by then. */
  #again = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (this.busy) {
      this.#again = true;
      return;
    }
    const form = event.currentTarget as HTMLFormElement;
    let done: boolean;
    do {
      this.#again = false;
      done = await this.run();
      await tick();
    } while (this.#again && done && form.isConnected);
    form.querySelector<HTMLElement>("[aria-invalid='true']")?.focus();
  };

  /** True when it was done. */
  async run(): Promise<boolean> {
    this.errors = this.#parts.check?.() ?? {};
    if (Object.keys(this.errors).length > 0) return false;
    this.busy = true;
    try {
      await this.#parts.run();
      return true;
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      this.errors = this.#parts.explain?.(problem) ?? { form: problemText(problem) };
      return false;
    } finally {
      this.busy = false;
    }
  }
}

/** A refusal at the field it names, if the form has it. */
export const atField = (problem: Problem, ...fields: string[]): Errors => ({ [fields.includes(problem.field ?? "") ? (problem.field as string) : "form"]: problemText(problem) });
