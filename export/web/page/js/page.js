/** Small helpers for the page's elements. */

export function byId(id) {
  return document.getElementById(id);
}

/** Makes an element: properties, then children. */
export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/**
 * Fills a fieldset with radio buttons that look like one row of buttons.
 *
 * `entries` are `[value, name, colour]`; `chosen(value)` is called when a
 * person picks one.
 */
export function addChoices(fieldset, entries, chosen) {
  for (const [value, name, colour] of entries) {
    const input = make("input", { type: "radio", name: fieldset.id, value });
    const label = make("label", {}, input, make("span", { textContent: name }));
    if (colour) label.style.setProperty("--colour", colour);
    fieldset.append(label);
  }
  fieldset.addEventListener("change", (event) => chosen(event.target.value));
}

/** Shows which radio button of a fieldset is chosen. */
export function choose(fieldset, value) {
  for (const input of fieldset.querySelectorAll("input")) {
    input.checked = input.value === String(value);
  }
}

/** Fills a select element with `[value, name]` entries. */
export function addOptions(select, entries) {
  for (const [value, textContent] of entries) {
    select.append(make("option", { value, textContent }));
  }
}

/** Fills a slider's track from where it has the value 0 to its thumb. */
export function showFill(range) {
  const { min, max, value } = range;
  const percent = (x) => `${(100 * (x - min)) / (max - min)}%`;
  range.style.setProperty("--from", percent(Math.min(0, value)));
  range.style.setProperty("--to", percent(Math.max(0, value)));
}

/** Returns a number with its sign and two decimals. */
export function signed(number) {
  return `${number < 0 ? "−" : "+"}${Math.abs(number).toFixed(2)}`;
}

/** Returns a seed of few digits. */
export function newSeed() {
  return Math.floor(Math.random() * 100000);
}

/** Returns the seed in a number field; 0 where it holds none. */
export function seedIn(input) {
  const seed = Math.trunc(Number(input.value));
  return seed >= 0 && seed <= 0x7fffffff ? seed : 0;
}

/** Lets a file be saved that holds a canvas's picture. */
export function savePng(canvas, name) {
  canvas.toBlob((blob) => {
    const address = URL.createObjectURL(blob);
    make("a", { href: address, download: `${name}.png` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  }, "image/png");
}

/** Gives the browser time to draw and to listen. */
export function pause() {
  return new Promise((resolve) => setTimeout(resolve));
}
