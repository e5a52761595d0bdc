/** Which class is drawn, where the model is conditional. */

import { addChoices, addOptions, byId, choose, make } from "./page.js";

const MOST_BUTTONS = 24; // more classes than that go into a list

export class Classes {
  constructor({ store, mixture, classNames }) {
    if (!classNames) {
      byId("classes").remove();
      return;
    }
    const entries = classNames.map((name, i) => [i, name]);
    const pick = (value) => {
      const label = Number(value);
      const { component, h } = store.state;
      const part = { label };
      // Weights may depend on the class: keep to the component that is chosen.
      if (component !== null && mixture.component(h, label) !== component) {
        const possible = mixture.weights(label)[component] > 0;
        part.component = possible ? component : null;
        if (possible) part.h = mixture.inside(component, label, 0.5);
      }
      store.change(part, "classes");
    };
    const fieldset = byId("class");
    if (entries.length > MOST_BUTTONS) {
      const select = make("select", { ariaLabel: "Class" });
      addOptions(select, entries);
      select.addEventListener("change", () => pick(select.value));
      fieldset.append(select);
      store.subscribe(({ label }) => {
        select.value = label;
      });
    } else {
      addChoices(fieldset, entries, pick);
      store.subscribe(({ label }) => choose(fieldset, label));
      choose(fieldset, store.state.label);
    }
  }
}
