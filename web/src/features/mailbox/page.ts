// A mail as a page to be shown inside of ours. Our policy, which it inherits, blocks styles in markup: they wait under another name
// and are put on by hand. No script runs in it, whatever it holds.

const WAITING = "data-waiting-style";

/** Its links open beside the mailbox, as from a mail program. */
export function mailPage(html: string): string {
  const bare = html.replace(/<style\b[^>]*>[\s\S]*?<\/style\s*>/gi, "").replace(/(<[^>]*?)\sstyle=/gi, (_whole, before: string) => `${before} ${WAITING}=`);
  return `<!doctype html><base target="_blank">${bare}`;
}

export function dress(frame: HTMLIFrameElement): void {
  const page = frame.contentDocument;
  if (!page?.body) return;
  for (const element of page.querySelectorAll<HTMLElement>(`[${WAITING}]`)) element.style.cssText = element.getAttribute(WAITING) ?? "";
  frame.style.height = `${page.documentElement.scrollHeight}px`;
}
