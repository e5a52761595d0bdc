/** Seeded samples, many at once. */

import { arrange } from "./arrangements.js";
import { addOptions, byId, newSeed, pause, savePng, seedIn } from "./page.js";

const MOST_CLASSES = 24; // that are shown side by side
const TURN = 12; // milliseconds of work between two looks at the page
const ANY = "any";

export class Grid {
  #drawing = 0;

  /** `view` is where samples go: `Cells` for images, `Plot` for points. */
  constructor({ generator, mixture, classNames }, view) {
    Object.assign(this, { generator, mixture, classNames, view });
    const names = ["arrangement", "component", "class", "number", "seed"];
    this.fields = Object.fromEntries(
      names.map((name) => [name, byId(`grid-${name}`)]),
    );
    this.#fillFields();
    const form = byId("grid-form");
    form.addEventListener("change", () => this.draw());
    form.addEventListener("submit", (event) => event.preventDefault());
    byId("grid-shuffle").addEventListener("click", () => {
      this.fields.seed.value = newSeed();
      this.draw();
    });
    byId("save-grid").addEventListener("click", () =>
      savePng(view.picture(), "samples"),
    );
  }

  /** Draws the samples that the fields ask for. */
  async draw() {
    this.#drawing += 1;
    const drawing = this.#drawing;
    const options = this.#options();
    this.#showFields(options.arrangement);
    const { cells, ...plan } = arrange(options, {
      mixture: this.mixture,
      classNames: this.classNames,
      latentDim: this.generator.latentDim,
    });
    const element = byId("grid");
    element.ariaBusy = "true";
    this.view.prepare(cells, plan);
    let begin = performance.now();
    for (const [index, { latents, h, label }] of cells.entries()) {
      const sample = await this.generator.sample(latents, h, label);
      if (drawing !== this.#drawing) return; // another one has begun
      this.view.show(index, sample);
      if (performance.now() - begin > TURN) {
        await pause();
        begin = performance.now();
      }
    }
    this.view.finish?.();
    element.ariaBusy = "false";
  }

  #options() {
    const chosen = ({ value }) =>
      value === ANY || value === "" ? null : Number(value);
    return {
      arrangement: this.fields.arrangement.value,
      component: chosen(this.fields.component),
      label: chosen(this.fields.class),
      number: Number(this.fields.number.value),
      seed: seedIn(this.fields.seed),
    };
  }

  #fillFields() {
    const { arrangement, component, class: label, number } = this.fields;
    const mixed = this.mixture.size > 1;
    const classes = this.classNames ?? [];
    const few = classes.length > 0 && classes.length <= MOST_CLASSES;
    const arrangements = [["samples", "samples"]];
    if (mixed) arrangements.push(["generators", "by generator"]);
    if (few) arrangements.push(["classes", "by class"]);
    addOptions(
      arrangement,
      this.view.arranged ? arrangements : arrangements.slice(0, 1),
    );
    addOptions(component, [
      [ANY, "the mixture"],
      ...this.mixture.names.entries(),
    ]);
    addOptions(label, [[ANY, "any"], ...classes.entries()]);
    addOptions(
      number,
      this.view.numbers.map((n) => [n, n]),
    );
    number.value = this.view.number;
    this.useful = {
      arrangement: arrangement.length > 1,
      mixed,
      classes: classes.length > 0,
    };
  }

  /** Hides what means nothing to this model, or to what is shown. */
  #showFields(arrangement) {
    const show = (field, shown) => {
      field.closest("label").hidden = !shown;
    };
    const { useful } = this;
    show(this.fields.arrangement, useful.arrangement && this.view.arranged);
    show(this.fields.component, useful.mixed && arrangement !== "generators");
    show(this.fields.class, useful.classes && arrangement !== "classes");
    show(this.fields.number, arrangement === "samples");
  }
}
