//! The fetch wrapper: bearer token, JSON, typed problems, and one automatic refresh on 401.

import type { Environment } from "./environment";
import { Problem, problemOf, unreachable } from "./problem";

/** Where the wrapper gets its token from. */
export interface TokenSource {
  token(): string | undefined;
  /** Gets another token, once for however many ask at the same time; false when there is none to be had. */
  refresh(rejected: string | undefined): Promise<boolean>;
}

export interface RequestOptions {
  readonly body?: unknown;
  /** A body of bytes, of the type that it says. */
  readonly picture?: Blob;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Names this write for ever: repeated with the same key it takes effect at most once. */
  readonly idempotency_key?: string;
  readonly signal?: AbortSignal;
  /** Sends no token and refreshes nothing. */
  readonly anonymous?: boolean;
}

/** `kept`: the answer may come from what the browser keeps. */
type Asking = RequestOptions & { readonly kept?: boolean };

export type Method = "GET" | "POST" | "PATCH" | "PUT" | "DELETE";

export class Http {
  readonly #env: Environment;
  #tokens: TokenSource | undefined;

  constructor(env: Environment) {
    this.#env = env;
  }

  useTokens(tokens: TokenSource): void {
    this.#tokens = tokens;
  }

  /** Resolves with the decoded body (undefined for none), rejects with a `Problem`. */
  async request<T>(method: Method, path: string, options: RequestOptions = {}): Promise<T> {
    const response = await this.#answer(method, path, options);
    try {
      const text = await response.text();
      return (text === "" ? undefined : JSON.parse(text)) as T;
    } catch (error) {
      throw new Problem("internal", `The answer is not JSON: ${String(error)}`, response.status);
    }
  }

  /** Bytes, which the browser may keep as long as the server allows. */
  async bytes(path: string, accept = "image/*"): Promise<Blob> {
    const response = await this.#answer("GET", path, { headers: { accept }, kept: true });
    try {
      return await response.blob();
    } catch (error) {
      throw unreachable(error);
    }
  }

  async #answer(method: Method, path: string, options: Asking): Promise<Response> {
    const token = options.anonymous === true ? undefined : this.#tokens?.token();
    let response = await this.#once(method, path, options, token);
    if (response.status === 401 && options.anonymous !== true && this.#tokens !== undefined) {
      const refreshed = await this.#tokens.refresh(token);
      if (refreshed) response = await this.#once(method, path, options, this.#tokens.token());
    }
    if (!response.ok) throw await problemOf(response);
    return response;
  }

  async #once(method: Method, path: string, options: Asking, token: string | undefined): Promise<Response> {
    const headers: Record<string, string> = { accept: "application/json", ...options.headers };
    if (token !== undefined) headers.authorization = `Bearer ${token}`;
    if (options.body !== undefined) headers["content-type"] = "application/json";
    if (options.picture !== undefined) headers["content-type"] = options.picture.type;
    if (options.idempotency_key !== undefined) headers["idempotency-key"] = options.idempotency_key;
    const init: RequestInit = { method, headers, credentials: "same-origin", cache: options.kept === true ? "default" : "no-store" };
    if (options.body !== undefined) init.body = JSON.stringify(options.body);
    if (options.picture !== undefined) init.body = options.picture;
    if (options.signal !== undefined) init.signal = options.signal;
    try {
      return await this.#env.fetch(`${this.#env.base_url}${path}${queryOf(options.query)}`, init);
    } catch (error) {
      if (options.signal?.aborted === true) throw error;
      throw unreachable(error);
    }
  }
}

function queryOf(query: RequestOptions["query"]): string {
  if (query === undefined) return "";
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) parameters.set(name, String(value));
  const text = parameters.toString();
  return text === "" ? "" : `?${text}`;
}
