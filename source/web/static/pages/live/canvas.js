// Canvases that are as sharp as the screen and know the page's colours.
import { cssColour } from "../../lib/palette.js";

/** Fit a canvas to its place on the screen; returns {pen, width, height} in CSS pixels, wiped. */
export function prepared(canvas) {
  const width = canvas.clientWidth, height = canvas.clientHeight, sharp = devicePixelRatio || 1;
  const [across, down] = [Math.round(width * sharp), Math.round(height * sharp)];
  if (canvas.width !== across || canvas.height !== down) Object.assign(canvas, { width: across, height: down });
  const pen = canvas.getContext("2d");
  pen.setTransform(sharp, 0, 0, sharp, 0, 0);
  pen.clearRect(0, 0, width, height);
  return { pen, width, height };
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
