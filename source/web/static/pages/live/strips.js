// The last minute: probabilities stacked, a strip for each modality, valence and arousal, and marks, on one axis.
import { prepared } from "./canvas.js";
import { h, put } from "../../lib/dom.js";
import { hair, marks, mood, stacked } from "./bands.js";
import { SPAN_SECONDS } from "./state.js";
import { MODALITY_NAMES, fullAnswer, modalityName } from "../../lib/readings.js";

const TICKS_SECONDS = [60, 45, 30, 15, 0];

/** {element, draw(now)}; now in the page's seconds is at the right end. */
export function strips(state) {
  const lanes = [
    lane("all", "all", 132, (view) => stacked(view, pointsOf(state.readings, (one) => one.probabilities), state.palette)),
    lane("face", MODALITY_NAMES.face, 40, (view) => stacked(view, facePoints(state), state.palette)),
    lane("audio", MODALITY_NAMES.audio, 40, (view) => stacked(view, pointsOf(state.readings, (one) => one.modalities?.audio), state.palette)),
    lane("text", MODALITY_NAMES.text, 40, (view) => stacked(view, pointsOf(state.readings, (one) => one.modalities?.text), state.palette)),
    lane("affect", [h("span", { class: "key valence" }, "valence"), h("span", { class: "key arousal" }, "arousal")], 96, (view) => mood(view, state)),
  ];
  const legend = h("ul", { class: "legend" }, state.models.labels.map((label) => h("li", {}, state.palette.swatch(label), label)));
  const at = h("p", { class: "strip-at number", "aria-hidden": "true" });
  const element = h("div", { class: "strips" }, lanes.map(({ element: one }) => one),
    h("p", { class: "strip-axis", "aria-hidden": "true" }, TICKS_SECONDS.map((ago) => h("span", {}, ago ? `−${ago} s` : "now"))), at, legend);
  const pointed = { seconds: undefined, ago: undefined };
  element.addEventListener("pointermove", (event) => (pointed.ago = agoAt(lanes[0].canvas, event.clientX)));
  element.addEventListener("pointerleave", () => (pointed.ago = undefined));
  return {
    element,
    draw(now) {
      pointed.seconds = pointed.ago === undefined ? undefined : now - pointed.ago;
      put(at, pointed.seconds === undefined ? "" : sayAt(state, pointed));
      for (const { canvas, draw, element: one } of lanes) {
        if (one.hidden) continue;
        const view = { ...prepared(canvas), now };
        view.x = (seconds) => view.width * (1 - (now - seconds) / SPAN_SECONDS);
        draw(view);
        marks(view, state.marks, canvas.dataset.lane === "all");
        if (pointed.seconds !== undefined) hair(view, pointed.seconds);
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

/** How many seconds ago a place on the screen is; undefined beside the chart. */
function agoAt(canvas, clientX) {
  const { left, width } = canvas.getBoundingClientRect(), share = (clientX - left) / width;
  return share >= 0 && share <= 1 ? SPAN_SECONDS * (1 - share) : undefined;
}

/** What was read at a moment: "12 s ago: happy 71 %; face sad 40 %, voice happy 80 %". */
function sayAt(state, { seconds, ago }) {
  const near = state.readings.findLast((one) => Math.abs((one.start + one.end) / 2 - seconds) < 1);
  if (!near) return `${Math.round(ago)} s ago: nothing was read.`;
  const alone = Object.entries(near.modalities ?? {}).map(([name, shares]) => `${modalityName(name)} ${fullAnswer(state.reading(shares))}`);
  return `${Math.round(ago)} s ago: ${[fullAnswer(near), ...alone].join("; ")}`;
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

/** Frames with a face; one after frames without any is no neighbour of the last. */
function facePoints({ faces }) {
  return faces.flatMap(({ seconds, shown }, index) =>
    (shown ? [{ seconds, probabilities: shown.probabilities, final: true, broken: index > 0 && !faces[index - 1].shown }] : []));
}
