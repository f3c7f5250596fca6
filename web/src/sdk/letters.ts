//! What an organization's letters and news say in its own words, over REST: for who manages its settings.

import type { OrgId } from "../gen/protocol";
import type { Http } from "./http";

/** Of news there is a subject alone. */
export interface LetterWords {
  readonly subject: string;
  readonly lines: readonly string[];
  readonly button?: string;
  readonly after: readonly string[];
}
export interface LetterEntry {
  /** `invitation`, `setup_guide`, `goodbye`, or `news.` and a reason. */
  readonly name: string;
  readonly language: string;
  /** What stands for something in the words, in braces. */
  readonly placeholders: readonly string[];
  readonly usual: LetterWords;
  /** Absent: the usual words are said. */
  readonly own?: LetterWords;
  readonly changed_at?: number;
}
export interface LetterPreview { readonly subject: string; readonly text: string; readonly html: string }

const path = (org_id: OrgId, { language, name }: LetterEntry): string => `/api/v1/orgs/${org_id}/letters/${language}/${name}`;

export class Letters {
  readonly #http: Http;
  constructor(http: Http) {
    this.#http = http;
  }

  /** All that there are, in every language. */
  async list(org_id: OrgId): Promise<readonly LetterEntry[]> {
    return (await this.#http.request<{ readonly items: readonly LetterEntry[] }>("GET", `/api/v1/orgs/${org_id}/letters`)).items;
  }
  change(org_id: OrgId, letter: LetterEntry, words: LetterWords): Promise<LetterEntry> {
    return this.#http.request("PUT", path(org_id, letter), { body: words });
  }
  /** The usual words again. */
  remove(org_id: OrgId, letter: LetterEntry): Promise<void> {
    return this.#http.request("DELETE", path(org_id, letter));
  }
  /** As it would go out; nothing is kept. */
  preview(org_id: OrgId, letter: LetterEntry, words: LetterWords): Promise<LetterPreview> {
    return this.#http.request("POST", `${path(org_id, letter)}/preview`, { body: words });
  }
}
