/**
 * Where the page is: `latents`, the selector coordinate `h`, the class
 * `label`, and `component`, the one that shuffling keeps to, or `null`.
 *
 * Panels change it, and hear of each other's changes.
 */
export class Store {
  #listeners = [];

  constructor(state) {
    this.state = state;
  }

  /** Calls `listener(state, changed, source)` after each change. */
  subscribe(listener) {
    this.#listeners.push(listener);
  }

  /** Changes part of the state; `source` says which panel did. */
  change(part, source = "") {
    this.state = { ...this.state, ...part };
    const changed = Object.keys(part);
    for (const listener of this.#listeners)
      listener(this.state, changed, source);
  }
}
