// Canvases that are as sharp as the screen and know the page's colours.
import { fitted } from "../../lib/canvas.js";
import { cssColour } from "../../lib/palette.js";

/** Fit a canvas to its place on the screen; returns {pen, width, height} in CSS pixels, wiped. */
export function prepared(canvas) {
  return { pen: fitted(canvas), width: canvas.clientWidth, height: canvas.clientHeight };
}

const read = new Map();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => read.clear());

/** The page's colour of this name, such as "ink", light or dark; asked for many times a second. */
export function tone(name) {
  if (!read.has(name)) read.set(name, cssColour(`--${name}`, "#808080"));
  return read.get(name);
}

/** The page's font for canvases. */
export const font = (pixels, weight = 400) => `${weight} ${pixels}px system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif`;
