// The code of an invitation that somebody without a log-in follows: kept until they are in, which may be by way of a mail and another
// tab. Forgotten once it is answered.

const KEY = "lockstep.invitation";

export const invitation = {
  read(): string | undefined {
    try {
      return localStorage.getItem(KEY) ?? undefined;
    } catch {
      return undefined;
    }
  },

  keep(code: string): void {
    try {
      localStorage.setItem(KEY, code);
    } catch {
      // Forbidden storage: the link has to be followed again.
    }
  },

  forget(): void {
    try {
      localStorage.removeItem(KEY);
    } catch {
      // Nothing could be kept.
    }
  },
};
