// Draws on a strip of time. A view is {pen, width, height, x(seconds)}, in CSS pixels.
import { font, tone } from "./canvas.js";
import { inkOn } from "../../lib/palette.js";

const GAP_SECONDS = 2.5;  // between two readings, from which nothing is drawn between them
const ALONE_SECONDS = 0.4;
const LABELLED = 0.16;  // of the height, from which a band has its name in it

/** Bands that fill the height; what may still be restated is paler. */
export function stacked({ pen, width, height, x }, points, palette) {
  pen.fillStyle = tone("none");
  pen.fillRect(0, 0, width, height);
  let last = [];
  for (const run of runs(points)) {
    last = run;
    const below = run.map(() => 0);
    for (const label of palette.labels) {
      pen.fillStyle = palette.fill(pen, label);
      pen.beginPath();
      run.forEach(({ seconds }, index) => pen.lineTo(x(seconds), height * (1 - below[index])));
      run.forEach(({ probabilities }, index) => (below[index] += probabilities[label] ?? 0));
      for (let index = run.length - 1; index >= 0; index--) pen.lineTo(x(run[index].seconds), height * (1 - below[index]));
      pen.fill();
    }
    const open = run.find(({ final }) => !final);
    if (open) hatch(pen, x(open.seconds), Math.min(x(run.at(-1).seconds), width), height);
  }
  names(pen, last, width, height, x, palette);
}

/** Thin lines over what is not final. */
function hatch(pen, from, to, height) {
  pen.save();
  pen.beginPath();
  pen.rect(from, 0, to - from, height);
  pen.clip();
  pen.strokeStyle = tone("card");
  pen.globalAlpha = 0.45;
  pen.beginPath();
  for (let left = from - height; left < to; left += 6) {
    pen.moveTo(left, height);
    pen.lineTo(left + height, 0);
  }
  pen.stroke();
  pen.restore();
}

/** The names of the last run's thick bands, at its right end, where there is room: never by colour alone. */
function names(pen, run, width, height, x, palette) {
  if (!run.length) return;
  const last = run.at(-1), right = Math.min(x(last.seconds), width) - 6, room = right - Math.max(x(run[0].seconds), 0);
  pen.font = font(12, 600);
  pen.textAlign = "right";
  pen.textBaseline = "middle";
  let below = 0;
  for (const label of palette.labels) {
    const share = last.probabilities[label] ?? 0;
    if (share > LABELLED && share * height > 13 && pen.measureText(label).width < room) {
      pen.fillStyle = inkOn(palette.colour(label));
      pen.fillText(label, right, height * (1 - below - share / 2));
    }
    below += share;
  }
  pen.textAlign = "left";
}

/** Points without a gap between them, run by run; one by itself becomes a short run. */
function* runs(points) {
  let run = [];
  for (const point of [...points, { seconds: Infinity }]) {
    if (run.length && (point.broken || point.seconds - run.at(-1).seconds > GAP_SECONDS)) {
      yield run.length > 1 ? run : [-ALONE_SECONDS, ALONE_SECONDS].map((shift) => ({ ...run[0], seconds: run[0].seconds + shift }));
      run = [];
    }
    run.push(point);
  }
}

/** Valence, drawn through, and arousal, dashed, from -1 to 1. */
export function mood({ pen, width, height, x }, { readings }) {
  const y = (value) => height * (0.5 - value * 0.46);
  pen.fillStyle = tone("none");
  pen.fillRect(0, 0, width, height);
  pen.strokeStyle = tone("edge");
  pen.lineWidth = 1;
  pen.beginPath();
  pen.moveTo(0, y(0));
  pen.lineTo(width, y(0));
  pen.stroke();
  for (const [name, dashes] of [["valence", []], ["arousal", [5, 4]]]) {
    const points = readings.filter((one) => Number.isFinite(one[name])).map((one) => ({ seconds: (one.start + one.end) / 2, value: one[name] }));
    pen.strokeStyle = tone(name);
    pen.lineWidth = 2;
    pen.setLineDash(dashes);
    for (const run of runs(points)) {
      pen.beginPath();
      run.forEach(({ seconds, value }) => pen.lineTo(x(seconds), y(value)));
      pen.stroke();
    }
  }
  pen.setLineDash([]);
}

/** Lines at marked moments, with their names where `named`. */
export function marks({ pen, width, height, x }, all, named) {
  pen.font = font(12, 600);
  pen.textBaseline = "top";
  for (const { seconds, label } of all) {
    const at = x(seconds);
    if (at < 0) continue;
    pen.fillStyle = tone("ink");
    pen.fillRect(at - 1, 0, 2, height);
    if (!named) continue;
    const text = label || "mark", wide = pen.measureText(text).width + 8, left = at + wide > width ? at - wide : at;
    pen.fillRect(left, 0, wide, 17);
    pen.fillStyle = tone("card");
    pen.fillText(text, left + 4, 3);
  }
}

/** A thin line where the pointer is. */
export function hair({ pen, height, x }, seconds) {
  pen.fillStyle = tone("ink");
  pen.fillRect(x(seconds), 0, 1, height);
}
