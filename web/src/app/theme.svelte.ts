// Light or dark: the system's, until someone chooses. `public/theme.js` applies the choice before the first paint. The account keeps it
// too, so that every device looks the same: what is chosen here is `unsaved` until the server has it.

export type Theme = "light" | "dark";
export type ThemeSetting = Theme | "system";
const KEY = "lockstep.theme";
const UNSAVED = "lockstep.theme.unsaved";

class ThemeChoice {
  #system = window.matchMedia("(prefers-color-scheme: dark)");
  #dark = $state(this.#system.matches);
  #chosen: Theme | null = $state(stored());
  #unsaved = read(UNSAVED) !== null;
  /** Whoever keeps it with the account is told of each choice. */
  onchosen: () => void = () => {};

  constructor() {
    this.#system.addEventListener("change", (event) => {
      this.#dark = event.matches;
    });
  }

  get now(): Theme {
    return this.#chosen ?? (this.#dark ? "dark" : "light");
  }

  get setting(): ThemeSetting {
    return this.#chosen ?? "system";
  }

  toggle(): void {
    this.choose(this.now === "dark" ? "light" : "dark");
  }

  /** By hand. */
  choose(setting: ThemeSetting): void {
    this.#unsaved = true;
    this.adopt(setting);
    write(UNSAVED, "yes");
    this.onchosen();
  }

  /** As the account has it. */
  adopt(setting: ThemeSetting): void {
    this.#chosen = setting === "system" ? null : setting;
    if (this.#chosen) document.documentElement.dataset.theme = this.#chosen;
    else delete document.documentElement.dataset.theme;
    write(KEY, this.#chosen);
  }

  /** The server has it. */
  saved(setting: ThemeSetting): void {
    if (setting !== this.setting) return;
    this.#unsaved = false;
    write(UNSAVED, null);
  }

  get unsaved(): boolean {
    return this.#unsaved;
  }
}

function write(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // Storage is full or forbidden: the choice lasts as long as the page.
  }
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function stored(): Theme | null {
  const value = read(KEY);
  return value === "light" || value === "dark" ? value : null;
}

export const theme = new ThemeChoice();
