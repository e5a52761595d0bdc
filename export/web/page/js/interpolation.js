/** The way from the sample on the stage to another, as a strip and a film. */

import { colourOf } from "./colours.js";
import { between } from "./latents.js";
import { byId, make, newSeed, pause, showFill } from "./page.js";
import { normals } from "./random.js";

const FIRST_END = 1000; // its seed
const FRAMES = 12;
const SECONDS = 4; // one way
const CALM = 120; // milliseconds without a change before the strip is redrawn

export class Interpolation {
  #start;
  #timer;
  #drawing = 0;
  #playing = false;

  constructor(context) {
    Object.assign(this, context); // store, generator, mixture, artist
    this.way = byId("way");
    this.play = byId("play");
    this.frames = Array.from({ length: FRAMES }, () => make("canvas"));
    byId("strip").append(...this.frames);
    this.way.addEventListener("input", () => {
      this.#stop();
      this.#go(Number(this.way.value));
    });
    this.play.addEventListener("click", () => {
      if (this.#playing) this.#stop();
      else this.#animate();
    });
    byId("other-end").addEventListener("click", () => this.#newEnd(newSeed()));
    this.store.subscribe((state, changed, source) => {
      if (source === "interpolation") return;
      if (changed.includes("latents")) this.#startFrom(state.latents);
      this.#redraw();
    });
    this.#startFrom(this.store.state.latents);
    this.#newEnd(FIRST_END);
  }

  /** A sample chosen elsewhere is where the way starts from now on. */
  #startFrom(latents) {
    this.#stop();
    this.#start = latents;
    this.#showWay(0);
  }

  #newEnd(seed) {
    this.end = normals(seed, this.generator.latentDim);
    this.#redraw();
    if (Number(this.way.value) > 0) this.#go(Number(this.way.value));
  }

  #go(t) {
    this.#showWay(t);
    const latents = between(this.#start, this.end, t);
    this.store.change({ latents }, "interpolation");
  }

  #showWay(t) {
    this.way.value = t;
    showFill(this.way);
    const nearest = Math.round(t * (FRAMES - 1));
    this.frames.forEach((frame, i) =>
      frame.classList.toggle("here", i === nearest),
    );
  }

  #animate() {
    this.#setPlaying(true);
    // There and back again, from where the slider is, slower at the ends.
    const begin =
      performance.now() -
      (SECONDS * 1000 * Math.acos(1 - 2 * this.way.value)) / Math.PI;
    const step = (now) => {
      if (!this.#playing) return;
      this.#go(
        (1 - Math.cos((Math.PI * (now - begin)) / (SECONDS * 1000))) / 2,
      );
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }

  #stop() {
    this.#setPlaying(false);
  }

  #setPlaying(playing) {
    this.#playing = playing;
    this.play.textContent = playing ? "Pause" : "Play";
    this.play.setAttribute("aria-pressed", playing);
  }

  #redraw() {
    clearTimeout(this.#timer);
    this.#drawing += 1; // ends the one that is under way
    byId("strip").ariaBusy = "true";
    this.#timer = setTimeout(() => this.#drawStrip(), CALM);
  }

  async #drawStrip() {
    const drawing = this.#drawing;
    const { h, label } = this.store.state;
    const colour = colourOf(this.mixture.component(h, label));
    for (const [i, canvas] of this.frames.entries()) {
      const latents = between(this.#start, this.end, i / (FRAMES - 1));
      const sample = await this.generator.sample(latents, h, label);
      if (drawing !== this.#drawing) return;
      this.artist.drawSmall(canvas, sample, colour);
      await pause();
    }
    byId("strip").ariaBusy = "false";
  }
}
