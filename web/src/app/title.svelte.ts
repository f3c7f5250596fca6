// The title of the page and its sign in the tab: what is shown, and before it how much is unread.

const PLAIN = "/icon.svg";
const DOTTED = "/icon-unread.svg";

class Titled {
  #text = "Lockstep";
  readonly #counts = new Map<string, number>();

  set(text: string): void {
    this.#text = text;
    this.#show();
  }

  /** How much is unread in one of the places that have something to be read. */
  count(place: string, count: number): void {
    if (count > 0) this.#counts.set(place, count);
    else this.#counts.delete(place);
    this.#show();
  }

  #show(): void {
    const count = [...this.#counts.values()].reduce((all, each) => all + each, 0);
    document.title = count > 0 ? `(${count}) ${this.#text}` : this.#text;
    const icon = document.querySelector<HTMLLinkElement>("link[rel=icon]");
    const wanted = count > 0 ? DOTTED : PLAIN;
    if (icon && icon.getAttribute("href") !== wanted) icon.setAttribute("href", wanted);
  }
}

export const titled = new Titled();
