/** The bar of mixture weights, with the selector coordinate h upon it. */

import { colourOf } from "./colours.js";
import { atPlace, placeOf } from "./mixture.js";
import { addChoices, byId, choose, make, signed } from "./page.js";

const ANY = "any";
const SHOWN = ["h", "label", "component"];
const ENDS = 1e-4; // how near to the ends of the bar h may be dragged

export class Selector {
  constructor({ store, mixture }) {
    Object.assign(this, { store, mixture });
    if (mixture.size === 1) {
      byId("mixture").remove();
      return;
    }
    this.range = byId("selector");
    this.range.addEventListener("input", () => this.#drag());
    const entries = mixture.names.map((name, i) => [i, name, colourOf(i)]);
    addChoices(
      byId("component"),
      [[ANY, "the mixture"], ...entries],
      (value) => {
        this.#pick(value === ANY ? null : Number(value));
      },
    );
    store.subscribe((state, changed) => {
      if (SHOWN.some((part) => changed.includes(part))) this.#show(state);
    });
    this.#show(store.state);
  }

  #drag() {
    const place = Math.min(1 - ENDS, Math.max(ENDS, Number(this.range.value)));
    const { component, label } = this.store.state;
    const h = atPlace(place);
    // One that is kept to changes to what h is dragged to.
    const kept = component === null ? null : this.mixture.component(h, label);
    this.store.change({ h, component: kept }, "selector");
  }

  #pick(component) {
    const { label } = this.store.state;
    const part = { component };
    if (component !== null) part.h = this.mixture.inside(component, label, 0.5);
    this.store.change(part, "selector");
  }

  #show({ h, label, component }) {
    const selected = this.mixture.component(h, label);
    const weights = this.mixture.weights(label);
    const segments = weights.map((weight, i) =>
      segment(this.mixture.names[i], weight, i, i === selected),
    );
    byId("segments").replaceChildren(...segments);
    this.range.value = placeOf(h);
    const name = this.mixture.names[selected];
    const text = `h = ${signed(h)}: ${name}, weight ${percent(weights[selected])}`;
    this.range.setAttribute("aria-valuetext", text);
    byId("selector-value").textContent = text;
    choose(byId("component"), component === null ? ANY : component);
    for (const input of byId("component").querySelectorAll("input")) {
      input.disabled = input.value !== ANY && weights[input.value] <= 0;
    }
  }
}

function segment(name, weight, component, selected) {
  const element = make(
    "div",
    {
      title: `${name}: ${percent(weight)}`,
      className: selected ? "selected" : "",
    },
    make("strong", { textContent: name }),
    percent(weight),
  );
  element.style.setProperty("--colour", colourOf(component));
  element.style.setProperty("--weight", weight);
  return element;
}

function percent(weight) {
  return `${(100 * weight).toFixed(weight < 0.1 ? 1 : 0)} %`;
}
