// Texts that somebody began and did not send. They survive a mis-click, a reload and a crash; they are forgotten when sent.

const PREFIX = "lockstep.draft.";

export const drafts = {
  read(key: string): string {
    try {
      return localStorage.getItem(PREFIX + key) ?? "";
    } catch {
      return "";
    }
  },

  /** An empty text forgets the draft. */
  write(key: string, text: string): void {
    try {
      if (text === "") localStorage.removeItem(PREFIX + key);
      else localStorage.setItem(PREFIX + key, text);
    } catch {
      // Storage is full or forbidden: the text is still in the field.
    }
  },

  /** When somebody else logs in here, drafts of the one before must not show. */
  forgetAll(): void {
    try {
      for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key);
    } catch {
      // Nothing could be stored, so nothing is there.
    }
  },
};
