/** A grid of images, each a button that takes it to the stage. */

import { colourOf } from "./colours.js";
import { make } from "./page.js";

const STEPS = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
const SCALE = 3; // of a saved picture
const GAP = 4; // between saved images, and the height of a component's mark

export class Cells {
  arranged = true;
  numbers = [16, 32, 64, 128, 256];
  number = 64;

  /** `take(cell)` is called with a cell that is clicked. */
  constructor({ artist, mixture, classNames }, element, take) {
    Object.assign(this, { artist, mixture, classNames, element, take });
    element.addEventListener("keydown", (event) => this.#walk(event));
  }

  /** Makes room for cells, row by row. */
  prepare(cells, { columns, rowNames, columnNames }) {
    this.cells = cells;
    this.buttons = cells.map((cell) => this.#button(cell));
    this.buttons[0].tabIndex = 0;
    const { style } = this.element;
    this.element.classList.toggle("free", !columns);
    style.setProperty("--columns", columns);
    style.setProperty("--heads", rowNames ? "2.4em" : "");
    const content = (columnNames ?? []).map((name) =>
      make("b", { textContent: name }),
    );
    this.buttons.forEach((button, i) => {
      if (rowNames && i % columns === 0) {
        content.push(make("b", { textContent: rowNames[i / columns] }));
      }
      content.push(button);
    });
    this.element.replaceChildren(...content);
  }

  /** Draws the sample of a cell. */
  show(index, sample) {
    this.artist.drawSmall(this.buttons[index].firstChild, sample);
  }

  /** Returns all of it as one canvas. */
  picture() {
    const columns = this.#columns();
    const { width, height } = this.artist;
    const step = [width * SCALE + GAP, height * SCALE + 2 * GAP];
    const canvas = make("canvas");
    canvas.width = columns * step[0] + GAP;
    canvas.height = Math.ceil(this.cells.length / columns) * step[1] + GAP;
    const context = canvas.getContext("2d");
    context.imageSmoothingEnabled = false;
    this.buttons.forEach((button, i) => {
      const x = (i % columns) * step[0] + GAP;
      const y = Math.floor(i / columns) * step[1] + GAP;
      const size = [width * SCALE, height * SCALE];
      context.drawImage(button.firstChild, x, y, ...size);
      if (this.mixture.size === 1) return;
      context.fillStyle = colourOf(this.#component(this.cells[i]));
      context.fillRect(x, y + size[1], size[0], GAP);
    });
    return canvas;
  }

  #button(cell) {
    const button = make(
      "button",
      { type: "button", tabIndex: -1 },
      make("canvas"),
    );
    const component = this.#component(cell);
    const parts = [];
    if (this.mixture.size > 1) {
      button.style.setProperty("--colour", colourOf(component));
      parts.push(`generator ${this.mixture.names[component]}`);
    }
    if (this.classNames) parts.push(`class ${this.classNames[cell.label]}`);
    button.title = parts.join(", ");
    button.ariaLabel = `Sample${parts.length ? `: ${button.title}` : ""}`;
    button.addEventListener("click", () => this.take(cell));
    return button;
  }

  #component({ h, label }) {
    return this.mixture.component(h, label);
  }

  #columns() {
    const top = this.buttons[0].offsetTop;
    const next = this.buttons.findIndex((button) => button.offsetTop > top);
    return next < 0 ? this.buttons.length : next;
  }

  /** Arrow keys walk through the grid; Tab passes it in one step. */
  #walk(event) {
    const step = STEPS[event.key];
    const from = this.buttons.indexOf(document.activeElement);
    if (!step || from < 0) return;
    const next = this.buttons[from + step[0] + step[1] * this.#columns()];
    event.preventDefault();
    if (!next) return;
    this.buttons[from].tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }
}
