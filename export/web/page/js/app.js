/** Loads the model, and puts the page together. */

import { Cells } from "./cells.js";
import { Classes } from "./classes.js";
import { fetchJson } from "./download.js";
import { Generator } from "./generator.js";
import { Grid } from "./grid.js";
import { Images } from "./images.js";
import { Interpolation } from "./interpolation.js";
import { Mixture } from "./mixture.js";
import { byId, make } from "./page.js";
import { Plot } from "./plot.js";
import { Points } from "./points.js";
import { integers, normals } from "./random.js";
import { Selector } from "./selector.js";
import { Sliders } from "./sliders.js";
import { Stage } from "./stage.js";
import { Store } from "./store.js";

const MEGABYTE = 2 ** 20;

async function start() {
  const description = await fetchJson("model.json");
  introduce(description);
  const generator = await Generator.load(description, showProgress);
  byId("loading").hidden = true;
  byId("panels").hidden = false;
  return { description, generator, ...open(description, generator) };
}

function open(description, generator) {
  const isImage = description.sample_shape.length === 3;
  document.body.classList.toggle("points", !isImage);
  const artist = isImage ? new Images(description) : new Points(description);
  const first = normals(0, generator.latentDim + 1);
  const classes = description.num_classes;
  const store = new Store({
    latents: first.slice(0, -1),
    h: first.at(-1),
    label: classes === null ? 0 : integers(0, 1, classes)[0],
    component: null,
  });
  const context = {
    store,
    generator,
    artist,
    mixture: new Mixture(description),
    classNames: description.class_names,
    directions: description.directions,
  };
  new Selector(context);
  new Classes(context);
  new Sliders(context);
  new Interpolation(context);
  const stage = new Stage(context);
  const take = ({ latents, h, label }) => {
    store.change({ latents, h, label, component: null });
    stage.canvas.scrollIntoView({ block: "nearest" });
  };
  const element = byId("grid");
  const view = isImage
    ? new Cells(context, element, take)
    : new Plot(context, element);
  const grid = new Grid(context, view);
  store.change({});
  grid.draw();
  return { store };
}

function introduce({
  title,
  components,
  sample_shape,
  class_names,
  latent_dim,
  parameters,
}) {
  document.title = title;
  byId("title").textContent = title;
  const [height, width, channels] = sample_shape;
  const facts = [
    components.length > 1 ? `${components.length} generators` : "1 generator",
    channels
      ? `${width} × ${height} ${channels === 3 ? "colour" : "grey"} images`
      : "points of the plane",
    class_names && `${class_names.length} classes`,
    `${latent_dim} latents`,
    `${parameters.toLocaleString("en")} parameters`,
  ];
  const items = facts
    .filter(Boolean)
    .map((textContent) => make("li", { textContent }));
  byId("facts").append(...items);
}

function showProgress(received, total) {
  const done = (received / MEGABYTE).toFixed(1);
  const all = (total / MEGABYTE).toFixed(1);
  byId("loading-progress").value = received / total;
  byId("loading-text").textContent =
    received < total
      ? `Loading the generator: ${done} of ${all} MiB`
      : "Starting the generator";
}

function showError(error) {
  console.error(error);
  byId("loading").hidden = true;
  byId("panels").hidden = true;
  byId("error").hidden = false;
  byId("error-title").textContent = "The generator could not be started";
  byId("error-text").textContent = String(error?.message ?? error);
  byId("error-remedy").hidden = false;
  byId("error-remedy").textContent =
    "Reload the page; if that does not help, try a current version of " +
    "Chrome, Edge, Firefox or Safari, and see that the whole folder is served.";
}

/** For scripts and tests: `await mixgan.generate(latentsAndH, label)`. */
const started = start();
window.mixgan = {
  started,
  normals,
  integers,
  async generate(numbers, label = 0) {
    const { generator } = await started;
    return generator.sample(numbers.slice(0, -1), numbers.at(-1), label);
  },
  async state() {
    return (await started).store.state;
  },
};
started.catch(showError);
addEventListener("unhandledrejection", ({ reason }) => showError(reason));
