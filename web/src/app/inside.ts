// Where the log-in leads, as its address says: an address of this app, else the start. Others write links to the log-in too.

export function inside(next: string | null): string {
  if (!next?.startsWith("/")) return "/";
  // As the browser reads it: a backslash counts as a slash, tabs and line ends are left out.
  const base = "https://inside.invalid";
  const url = URL.canParse(next, base) ? new URL(next, base) : undefined;
  return url?.origin === base ? url.pathname + url.search : "/";
}
