/** The mixture weights, and what the selector coordinate h picks by them. */

import { cumulative, quantile } from "./gaussian.js";

export class Mixture {
  /** Takes the content of model.json. */
  constructor({ components, mixture_weights, thresholds }) {
    this.names = components.map((index) => `G${index}`);
    this.size = components.length;
    this.weightRows = mixture_weights;
    this.thresholdRows = thresholds;
  }

  /** Whether each class has weights of its own. */
  get dependsOnClass() {
    return Array.isArray(this.weightRows[0]);
  }

  /** Returns the weight of each component, for a class. */
  weights(label) {
    return this.weightRows.map((row) =>
      Array.isArray(row) ? row[label] : row,
    );
  }

  /** Returns the component that h picks, as the model itself compares. */
  component(h, label) {
    const reached = this.thresholdRows.filter((row) => {
      const threshold = Array.isArray(row) ? row[label] : row;
      return Math.fround(h) > Math.fround(threshold);
    });
    return reached.length;
  }

  /** Returns the h at a place in (0, 1) of a component's part of the bar. */
  inside(component, label, place) {
    const weights = this.weights(label);
    const before = weights.slice(0, component).reduce((a, b) => a + b, 0);
    return quantile(before + place * weights[component]);
  }
}

/** Where h lies on the bar of weights: in [0, 1]. */
export const placeOf = cumulative;

/** The h at a place of the bar. */
export const atPlace = quantile;
