/** Which samples the grid shows: latents, h and class of each. */

import { cumulative } from "./gaussian.js";
import { integers, normals } from "./random.js";

const ACROSS = 12; // samples in a row of each generator
const DOWN = 6; // samples in a column of each class

/**
 * Returns the cells of a grid, row by row, as `gan.sample` draws them.
 *
 * `options`: `arrangement` ("samples", "generators" or "classes"), `seed`,
 * `number`, `component` (`null`: by the weights) and `label` (`null`: drawn).
 * Beside `cells` it gives the `columns`, 0 where they do not matter, and the
 * names of rows and of columns, where they have any.
 */
export function arrange(options, model) {
  return ARRANGEMENTS[options.arrangement](options, model);
}

const ARRANGEMENTS = {
  samples(options, model) {
    const rows = draw(options, options.number, model);
    return {
      cells: rows.map((row) => cell(row, options.component, model)),
      columns: 0,
    };
  },

  generators(options, model) {
    const rows = draw(options, ACROSS, model);
    const { size, names } = model.mixture;
    const cells = Array.from({ length: size }, (_, i) =>
      rows.map((row) => cell(row, i, model)),
    );
    return { cells: cells.flat(), columns: ACROSS, rowNames: names };
  },

  classes(options, model) {
    const names = model.classNames;
    const rows = draw({ ...options, label: 0 }, DOWN, model);
    const cells = rows.map((row) =>
      names.map((_, label) =>
        cell({ ...row, label }, options.component, model),
      ),
    );
    return { cells: cells.flat(), columns: names.length, columnNames: names };
  },
};

function draw({ seed, label }, number, { latentDim, classNames }) {
  const size = latentDim + 1;
  const numbers = normals(seed, number * size);
  const labels = classNames ? integers(seed, number, classNames.length) : null;
  return Array.from({ length: number }, (_, i) => ({
    latents: numbers.slice(i * size, (i + 1) * size - 1),
    h: numbers[(i + 1) * size - 1],
    label: labels === null ? 0 : (label ?? labels[i]),
  }));
}

function cell(row, component, { mixture }) {
  if (component === null || mixture.size === 1) return row;
  return { ...row, h: mixture.inside(component, row.label, cumulative(row.h)) };
}
