//! Errors of the REST surface, typed: RFC 9457 problem details, and the refusals of the network itself.

import { CODES, type Code } from "../gen/protocol";

/** A refusal over HTTP. Act on `code` or on `kind`, never on the text. */
export class Problem extends Error {
  override readonly name = "Problem";
  constructor(
    readonly code: Code,
    message: string,
    /** The HTTP status; 0 when no answer came. */
    readonly status: number,
    readonly field?: string,
    readonly limit?: number,
    readonly retry_after_ms?: number,
    readonly request_id?: string,
  ) {
    super(message);
  }

  /** The same request may succeed later, unchanged. */
  get temporary(): boolean {
    return CODES[this.code].temporary;
  }

  /** No answer came: the request may or may not have had its effect. */
  get unreachable(): boolean {
    return this.status === 0;
  }
}

/** What to do, by the range of the code's number. */
export type Range = "mend" | "authenticate" | "ask_access" | "retry" | "server_fault";

export function rangeOf(code: Code): Range {
  const number = (CODES[code] as { number: number } | undefined)?.number ?? 500;
  if (number < 200) return "mend";
  if (number < 300) return "authenticate";
  if (number < 400) return "ask_access";
  return number < 500 ? "retry" : "server_fault";
}

const isCode = (word: unknown): word is Code => typeof word === "string" && Object.hasOwn(CODES, word);
const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
const count = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);

/** The code for an answer that is not from this server (a proxy's error page). */
function codeOfStatus(status: number): Code {
  if (status === 401) return "unauthenticated";
  if (status === 403) return "forbidden";
  if (status === 404) return "not_found";
  if (status === 413) return "too_large";
  if (status === 429) return "rate_limited";
  return status >= 502 ? "unavailable" : status >= 500 ? "internal" : "malformed";
}

export async function problemOf(response: Response): Promise<Problem> {
  let body: Record<string, unknown> = {};
  try {
    const parsed: unknown = await response.json();
    if (typeof parsed === "object" && parsed !== null) body = parsed as Record<string, unknown>;
  } catch {
    // Not JSON: the status alone has to do.
  }
  const code = isCode(body.code) ? body.code : codeOfStatus(response.status);
  const message = text(body.detail) ?? text(body.title) ?? CODES[code].message;
  const { field, limit, retry_after_ms, request_id } = body;
  return new Problem(code, message, response.status, text(field), count(limit), count(retry_after_ms), text(request_id));
}

export const unreachable = (error: unknown): Problem =>
  new Problem("unavailable", error instanceof Error ? error.message : "The server cannot be reached.", 0);
