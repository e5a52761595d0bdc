/** The one sample that everything else on the page moves. */

import { colourOf } from "./colours.js";
import { cumulative } from "./gaussian.js";
import { byId, newSeed, savePng, seedIn } from "./page.js";
import { normals } from "./random.js";

const CLOUD = 400; // points drawn behind a sample that is one

export class Stage {
  #dirty = false;
  #drawing = false;

  constructor(context) {
    Object.assign(this, context); // store, generator, mixture, artist, ...
    this.canvas = byId("stage");
    this.seed = byId("stage-seed");
    this.store.subscribe((_, changed) => {
      if (changed.includes("label")) this.#drawCloud();
      this.#request();
    });
    this.seed.addEventListener("change", () => this.draw());
    byId("shuffle").addEventListener("click", () => {
      this.seed.value = newSeed();
      this.draw();
    });
    byId("save-sample").addEventListener("click", () => {
      savePng(this.artist.enlarged(this.canvas), "sample");
    });
    this.#drawCloud();
  }

  /** Goes to the sample of the seed, of the component that is kept to. */
  draw() {
    const { label, component } = this.store.state;
    const numbers = normals(seedIn(this.seed), this.generator.latentDim + 1);
    let h = numbers.at(-1);
    if (component !== null) {
      h = this.mixture.inside(component, label, cumulative(h));
    }
    this.store.change({ latents: numbers.slice(0, -1), h });
  }

  /** Draws soon; changes that come faster than drawing are left out. */
  async #request() {
    this.#dirty = true;
    this.canvas.ariaBusy = "true";
    if (this.#drawing) return;
    this.#drawing = true;
    try {
      while (this.#dirty) {
        this.#dirty = false;
        await this.#show(this.store.state);
      }
    } finally {
      this.#drawing = false;
      this.canvas.ariaBusy = "false";
    }
  }

  async #show({ latents, h, label }) {
    const sample = await this.generator.sample(latents, h, label);
    const component = this.mixture.component(h, label);
    this.artist.draw(this.canvas, sample, colourOf(component));
    const parts = [];
    if (this.mixture.size > 1) {
      parts.push(`generator ${this.mixture.names[component]}`);
    }
    if (this.classNames) parts.push(`class ${this.classNames[label]}`);
    const caption = parts.join(", ");
    this.canvas.ariaLabel = `Sample ${caption && `of ${caption}`}`;
    byId("stage-caption").textContent = caption;
    byId("stage-caption").style.setProperty("--colour", colourOf(component));
  }

  async #drawCloud() {
    if (!this.artist.cloud) return;
    const { label } = this.store.state;
    const size = this.generator.latentDim + 1;
    const numbers = normals(0, CLOUD * size);
    const cloud = [];
    for (let i = 0; i < CLOUD; i += 1) {
      const row = numbers.subarray(i * size, (i + 1) * size);
      const sample = await this.generator.sample(
        row.subarray(0, -1),
        row.at(-1),
        label,
      );
      cloud.push({
        sample,
        colour: colourOf(this.mixture.component(row.at(-1), label)),
      });
    }
    if (label !== this.store.state.label) return; // another one has begun
    this.artist.cloud = cloud;
    this.#request();
  }
}
