// The last minute: probabilities stacked, a strip for each modality, valence and arousal, and marks, on one axis.
import { font, prepared, tone } from "./canvas.js";
import { h } from "./dom.js";
import { SPAN_SECONDS } from "./live-state.js";
import { inkOn } from "./palette.js";
import { MODALITY_NAMES } from "./readings.js";

const GAP_SECONDS = 2.5;  // between two readings, from which nothing is drawn between them
const FRAME_GAP_SECONDS = 1;
const LABELLED = 0.16;  // of the height, from which a band has its name in it
const TICKS_SECONDS = [60, 45, 30, 15, 0];

/** {element, draw(now)}; now in the page's seconds is at the right end. */
export function strips(state) {
  const lanes = [
    lane("all", "all", 132, (view) => stacked(view, pointsOf(state.readings, (one) => one.probabilities), state.palette)),
    lane("face", MODALITY_NAMES.face, 40, (view) => stacked(view, facePoints(state), state.palette, FRAME_GAP_SECONDS)),
    lane("audio", MODALITY_NAMES.audio, 40, (view) => stacked(view, pointsOf(state.readings, (one) => one.modalities?.audio), state.palette)),
    lane("text", MODALITY_NAMES.text, 40, (view) => stacked(view, pointsOf(state.readings, (one) => one.modalities?.text), state.palette)),
    lane("affect", [h("span", { class: "key valence" }, "valence"), h("span", { class: "key arousal" }, "arousal")], 96, (view) => mood(view, state)),
  ];
  const legend = h("ul", { class: "legend" }, state.models.labels.map((label) => h("li", {}, state.palette.swatch(label), label)));
  const element = h("div", { class: "strips" }, lanes.map(({ element: one }) => one),
    h("p", { class: "strip-axis", "aria-hidden": "true" }, TICKS_SECONDS.map((ago) => h("span", {}, ago ? `−${ago} s` : "now"))), legend);
  return {
    element,
    draw(now) {
      for (const { canvas, draw, element: one } of lanes) {
        if (one.hidden) continue;
        const view = { ...prepared(canvas), now };
        view.x = (seconds) => view.width * (1 - (now - seconds) / SPAN_SECONDS);
        draw(view);
        marks(view, state.marks, canvas.dataset.lane === "all");
      }
    },
    /** Show only what these modalities say. */
    choose(modalities) {
      for (const { canvas, element: one } of lanes) one.hidden = canvas.dataset.lane in MODALITY_NAMES && !modalities.includes(canvas.dataset.lane);
    },
  };
}

function lane(name, said, height, draw) {
  const about = name in MODALITY_NAMES || name === "all" ? `Probabilities, ${said}` : "Valence and arousal";
  const canvas = h("canvas", { role: "img", "aria-label": `${about}, over the last minute; the table below has the numbers`, data: { lane: name }, style: { height: `${height}px` } });
  return { canvas, draw, element: h("div", { class: "strip" }, h("span", {}, said), canvas) };
}

/** Each reading stands for its middle; the newest reaches to its end. Yields {seconds, probabilities, sure}. */
function pointsOf(readings, probabilitiesOf) {
  const since = (readings.at(-1)?.end ?? 0) - SPAN_SECONDS - 8;
  const points = [];
  for (const reading of readings) {
    const probabilities = probabilitiesOf(reading);
    if (reading.end < since || !probabilities || !Object.keys(probabilities).length) continue;
    points.push({ seconds: (reading.start + reading.end) / 2, probabilities, final: reading.final });
  }
  const last = readings.at(-1);
  if (points.length && last && probabilitiesOf(last) === points.at(-1).probabilities) points.push({ ...points.at(-1), seconds: last.end, final: false });
  return points;
}

const facePoints = (state) => state.faces.filter(({ shown }) => shown).map(({ seconds, shown }) => ({ seconds, probabilities: shown.probabilities, final: true }));

/** Bands that fill the height; what may still be restated is paler. */
function stacked({ pen, width, height, x }, points, palette, gap = GAP_SECONDS) {
  pen.fillStyle = tone("none");
  pen.fillRect(0, 0, width, height);
  for (const run of runs(points, gap)) {
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
  names(pen, points.at(-1), width, height, x, palette);
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

/** The names of the thick bands at their right end: never by colour alone. */
function names(pen, last, width, height, x, palette) {
  if (!last || x(last.seconds) < width / 2) return;
  pen.font = font(12, 600);
  pen.textAlign = "right";
  pen.textBaseline = "middle";
  let below = 0;
  for (const label of palette.labels) {
    const share = last.probabilities[label] ?? 0;
    if (share > LABELLED && share * height > 13) {
      pen.fillStyle = inkOn(palette.colour(label));
      pen.fillText(label, Math.min(x(last.seconds), width) - 6, height * (1 - below - share / 2));
    }
    below += share;
  }
  pen.textAlign = "left";
}

function* runs(points, gap) {
  let run = [];
  for (const point of points) {
    if (run.length && point.seconds - run.at(-1).seconds > gap) {
      if (run.length > 1) yield run;
      run = [];
    }
    run.push(point);
  }
  if (run.length > 1) yield run;
}

/** Valence, drawn through, and arousal, dashed, from -1 to 1. */
function mood({ pen, width, height, x }, { readings }) {
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
    for (const run of runs(points, GAP_SECONDS)) {
      pen.beginPath();
      run.forEach(({ seconds, value }) => pen.lineTo(x(seconds), y(value)));
      pen.stroke();
    }
  }
  pen.setLineDash([]);
}

function marks({ pen, width, height, x }, all, named) {
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
