// The colour of each label, with a pattern of its own: nobody has to tell colours apart.
import { h } from "./dom.js";

const SPARE = ["#d55e00", "#009e73", "#cc79a7", "#f0e442", "#0072b2", "#e69f00", "#56b4e9", "#7a5230"];
const TILE = 8; // CSS pixels of a pattern's side
const STROKES = [ // lines within the tile, from x, y to x, y
  [[0, 8, 8, 0]],
  [[0, 0, 8, 8]],
  [[0, 4, 8, 4]],
  [[3, 4, 5, 4]],
  [[4, 0, 4, 8]],
  [[0, 8, 8, 0], [0, 0, 8, 8]],
  [],
  [[0, 4, 8, 4], [4, 0, 4, 8]],
];

/** The value of a CSS variable now: dark and light have their own. */
export const cssColour = (name, fallback) =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim() || fallback;

/** Black or white, whichever stands out more on "#rrggbb" (WCAG 2). */
export function inkOn(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => (parseInt(colour.slice(at, at + 2), 16) / 255) ** 2.2);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? "#000000" : "#ffffff";
}

/** new Palette(context.models, prediction.labels): labels of any grouping get a colour. */
export class Palette {
  #fills = new Map();
  #pictures = new Map(); // of swatches: a page has thousands

  constructor(models, labels = models.labels) {
    this.labels = labels;
    this.models = models;
  }

  /** "#rrggbb" of a label; of null (not sure) the grey of doubt. */
  colour(label) {
    if (label === null || label === undefined) return cssColour("--unsure", "#6c6c75");
    return this.models.colours?.[label] ?? SPARE[Math.max(this.labels.indexOf(label), 0) % SPARE.length];
  }

  /** The label's face, "" where there is none. */
  emoji(label) {
    return this.models.emoji?.[label] ?? "";
  }

  /** [valence, arousal] of a label, or undefined. */
  place(label) {
    return this.models.places?.[label];
  }

  /** What to give to `fillStyle` of a canvas: the colour under its pattern. `scale`: device pixels of a CSS pixel. */
  fill(context, label, scale = devicePixelRatio || 1) {
    const colour = this.colour(label);
    const key = `${colour} ${label} ${scale}`;
    if (!this.#fills.has(key)) this.#fills.set(key, context.createPattern(this.#tile(label, colour, scale), "repeat"));
    return this.#fills.get(key);
  }

  /** A small square that shows the label's colour and pattern in a legend. */
  swatch(label) {
    const colour = this.colour(label);
    if (!this.#pictures.has(label)) this.#pictures.set(label, `url(${this.#tile(label, colour, 2).toDataURL()}) 0 0 / ${TILE}px ${colour}`);
    const element = h("span", { class: "swatch", "aria-hidden": "true" });
    element.style.background = this.#pictures.get(label);
    return element;
  }

  #tile(label, colour, scale) {
    const canvas = h("canvas", { width: TILE * scale, height: TILE * scale });
    const context = canvas.getContext("2d");
    context.scale(scale, scale);
    context.fillStyle = colour;
    context.fillRect(0, 0, TILE, TILE);
    context.strokeStyle = inkOn(colour);
    context.globalAlpha = 0.22;
    context.lineCap = "square";
    const strokes = label === null ? [] : STROKES[Math.max(this.labels.indexOf(label), 0) % STROKES.length];
    for (const [x, y, toX, toY] of strokes) {
      context.beginPath();
      context.moveTo(x, y);
      context.lineTo(toX, toY);
      context.stroke();
    }
    return canvas;
  }
}

/** The legend of the labels, with "not sure" and "nothing to read". */
export function legend(palette, ...more) {
  const item = (mark, text) => h("li", {}, mark, text);
  const plain = (name) => h("span", { class: `swatch ${name}`, "aria-hidden": "true" });
  return h("ul", { class: "legend" },
    palette.labels.map((label) => item(palette.swatch(label), label)),
    item(plain("unsure"), "not sure"), item(plain("none"), "nothing to read"), more);
}
