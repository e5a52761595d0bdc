/** One colour for each component; dark text is readable on all of them. */

const NAMED = [
  "#4f7cff",
  "#f28c28",
  "#16a88a",
  "#c061e8",
  "#e5596a",
  "#a4a81c",
  "#22b3d6",
  "#b9814f",
];

/** Returns the colour of a component, as `#rrggbb`. */
export function colourOf(component) {
  if (component < NAMED.length) return NAMED[component];
  const hue = (component * 137.5) % 360; // never far from new
  return hex((offset) => {
    const k = (offset + hue / 30) % 12;
    return 0.58 - 0.27 * Math.max(-1, Math.min(k - 3, 9 - k, 1));
  });
}

function hex(channel) {
  const bytes = [0, 8, 4].map((offset) => Math.round(255 * channel(offset)));
  return `#${bytes.map((b) => b.toString(16).padStart(2, "0")).join("")}`;
}
