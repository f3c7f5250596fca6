// What is spoken to people who do not see the board: one sentence at a time, in a live region.

export class Announcer {
  text = $state("");
  #flip = false;

  say(text: string): void {
    // The same sentence twice would not be spoken again: an invisible mark makes it another one.
    this.#flip = !this.#flip;
    this.text = this.#flip ? text : `${text}\u200b`;
  }
}
