/** Many points of the plane in one plot, coloured by component. */

import { colourOf } from "./colours.js";
import { make } from "./page.js";

export class Plot {
  arranged = false;
  numbers = [256, 1024, 4096];
  number = 1024;

  constructor({ artist, mixture }, element) {
    Object.assign(this, { artist, mixture });
    this.canvas = make("canvas", {
      role: "img",
      ariaLabel: "Plot of the samples",
    });
    element.classList.add("plot");
    element.append(this.canvas);
    document.querySelector("[data-for=images]").remove();
  }

  prepare(cells) {
    this.cells = cells;
    this.points = [];
  }

  show(index, sample) {
    const { h, label } = this.cells[index];
    this.points.push({
      sample,
      colour: colourOf(this.mixture.component(h, label)),
    });
    if (this.points.length % 128 === 0) this.finish();
  }

  finish() {
    this.artist.drawAll(this.canvas, this.points);
  }

  picture() {
    return this.canvas;
  }
}
