/** Sliders along a few directions of the latent space. */

import { along, moved } from "./latents.js";
import { byId, make, showFill, signed } from "./page.js";

const REACH = 3; // standard deviations either way

export class Sliders {
  constructor({ store, directions }) {
    this.store = store;
    this.rows = directions.map((direction, i) => this.#row(direction, i));
    byId("sliders").append(...this.rows.map(({ element }) => element));
    byId("centre").addEventListener("click", () => this.#centre());
    store.subscribe(({ latents }, changed) => {
      if (changed.includes("latents")) this.#show(latents);
    });
    this.#show(store.state.latents);
  }

  #row(direction, index) {
    const range = make("input", {
      type: "range",
      min: -REACH,
      max: REACH,
      step: 0.01,
    });
    range.className = "track";
    range.id = `direction-${index + 1}`;
    const value = make("output");
    value.htmlFor.add(range.id);
    range.addEventListener("input", () => {
      const latents = moved(
        this.store.state.latents,
        direction,
        Number(range.value),
      );
      this.store.change({ latents }, "sliders");
    });
    const name = make("span", { textContent: index + 1 });
    const unseen = make("span", {
      className: "unseen",
      textContent: "Direction ",
    });
    name.prepend(unseen);
    return {
      element: make("label", {}, name, range, value),
      range,
      value,
      direction,
    };
  }

  #centre() {
    const { latents } = this.store.state;
    this.store.change({ latents: new Float32Array(latents.length) }, "sliders");
  }

  #show(latents) {
    for (const { range, value, direction } of this.rows) {
      const reached = along(latents, direction);
      range.value = reached;
      showFill(range);
      value.textContent = signed(reached);
    }
  }
}
