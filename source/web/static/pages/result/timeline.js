// The timeline: a strip for the answer, its probabilities, each modality, mood, each person, pauses, marks and raters.
import { exportButtons } from "../../lib/chart-export.js";
import { h, replace } from "../../lib/dom.js";
import { clock } from "../../lib/format.js";
import { icon } from "../../lib/icons.js";
import { gestures } from "../../lib/gestures.js";
import { answers, areas, curves, spans } from "../../lib/lanes.js";
import { overview } from "../../lib/overview.js";
import { legend } from "../../lib/palette.js";
import { atTime, fullAnswer, modalityName } from "../../lib/readings.js";
import { strips } from "../../lib/strips.js";

const MOST_PEOPLE = 6;

/** The timeline with its tools; stage: of stage.js. */
export function timeline(session) {
  const { axis, palette, parts } = session;
  const tick = session.isTimed ? undefined : (value) => (Number.isInteger(value) && value < axis.end ? String(value + 1) : "");
  const drawn = strips(axis, palette, { label: "answers over time", tick });
  const fixed = lanesOf(session);
  const update = () => drawn.set([...fixed(), ...added(session)]);
  session.addEventListener("annotations", update);
  update();
  const map = overview(axis, palette, session.runs);

  const slider = drawn.element;
  const place = () => {
    const part = atTime(parts, axis.cursor);
    const where = session.isTimed ? clock(axis.cursor, 1) : `sentence ${Math.floor(axis.cursor) + 1}`;
    for (const [name, value] of [["valuemin", axis.start], ["valuemax", axis.end], ["valuenow", axis.cursor.toFixed(1)], ["valuetext", `${where}: ${fullAnswer(part?.reading)}`]]) {
      slider.setAttribute(`aria-${name}`, value);
    }
  };
  for (const [name, value] of [["role", "slider"], ["tabindex", "0"], ["aria-label", "Position in the recording"]]) slider.setAttribute(name, value);
  axis.addEventListener("cursor", place);
  place();
  const end = gestures(drawn, axis);

  const zoomed = h("span", { class: "soft small number" });
  const tell = () => (zoomed.textContent = axis.isZoomed && session.isTimed ? `${clock(axis.from)} to ${clock(axis.to)}` : "");
  axis.addEventListener("view", tell);
  const button = (name, title, onclick) => h("button", { type: "button", class: "icon", title, "aria-label": title, onclick }, icon(name));
  const line = (name, kind) => h("li", {}, h("span", { class: `stroke ${kind}`, "aria-hidden": "true" }), name);
  const element = h("section", { class: "timeline" },
    h("div", { class: "row apart" },
      h("h2", {}, session.isTimed ? "Over time" : "From sentence to sentence"),
      h("div", { class: "row tools" }, zoomed,
        button("minus", "Zoom out (−)", () => axis.zoom(2)), button("plus", "Zoom in (+)", () => axis.zoom(0.5)),
        h("button", { type: "button", title: "Show all (0)", onclick: () => axis.all() }, "All"),
        exportButtons({
          name: () => session.nameFor("timeline"), canvas: () => drawn.canvas(session.summary.name),
          table: () => table(session), what: "timeline",
        }))),
    drawn.element, map.element,
    h("p", { class: "soft small hint" }, "Click to go there, drag to select; Ctrl and the wheel zoom."),
    legend(palette, session.hasMood && [line("valence", "valence"), line("arousal (dashed)", "arousal")]));
  return {
    element,
    close() {
      session.removeEventListener("annotations", update);
      axis.removeEventListener("cursor", place);
      axis.removeEventListener("view", tell);
      end();
      map.close();
      drawn.close();
    },
  };
}

/** What the model read: the heavy lanes are made once. */
function lanesOf(session) {
  const { parts, runs, prediction } = session;
  const values = (key) => parts.map(({ reading }) => reading[key]);
  const middles = parts.map(({ begin, end }) => (begin + end) / 2);
  const most = mostSeen(prediction.faces);
  const voiceAndFace = session.modalities.filter((name) => name !== "text").map((name) => answers(modalityName(name), session.alone(name), { height: 22 }));
  const faces = most.map((person) => [person, session.faceRuns(person)]);
  const pauses = prediction.pauses.map(([begin, end]) => ({ begin, end, text: "nobody speaks", hatched: true }));
  return () => [
    answers("answer", runs),
    areas("probability", parts),
    ...voiceAndFace,
    ...(session.modalities.includes("text") ? [answers("words", session.alone("text"), { height: 22 })] : []),
    ...(session.hasMood ? [curves("mood", middles, [
      { name: "valence", colour: "--valence", values: values("valence") },
      { name: "arousal", colour: "--arousal", dash: [5, 3], values: values("arousal") },
    ])] : []),
    ...faces.map(([person, list]) => answers(session.nameOf(person), list, { height: 18 })),
    ...(pauses.length ? [spans("pauses", pauses, { height: 10 })] : []),
  ];
}

/** What people added. */
function added(session) {
  const spanOf = (mark) => ({
    begin: mark.begin_seconds, end: mark.end_seconds, text: mark.label || (mark.excluded ? "excluded" : "mark"),
    colour: mark.excluded ? "--unsure" : "--ink", hatched: mark.excluded,
  });
  const rated = ([name, marks]) => answers(name, marks.map(({ begin_seconds: begin, end_seconds: end, label }) => {
    const emotion = session.prediction.labels.includes(label) ? label : null;
    return { begin, end, title: label, reading: { emotion, likeliest: label, confidence: 1, probabilities: {} } };
  }), { height: 22 });
  return [
    ...(session.marks.length ? [spans("marks", session.marks.map(spanOf))] : []),
    ...Object.entries(session.annotations.raters ?? {}).map(rated),
  ];
}

function mostSeen(faces) {
  const counts = new Map();
  for (const { person } of faces) counts.set(person, (counts.get(person) ?? 0) + 1);
  return [...counts].sort((one, two) => two[1] - one[1]).slice(0, MOST_PEOPLE).map(([person]) => person).sort((one, two) => one - two);
}

function table({ parts, prediction, unit }) {
  const first = unit === "seconds" ? ["begin_seconds", "end_seconds"] : ["sentence", "next"];
  return [[...first, "answer", ...prediction.labels, "valence", "arousal"], ...parts.map(({ begin, end, reading }) => [
    begin, end, fullAnswer(reading), ...prediction.labels.map((label) => reading.probabilities[label] ?? ""), reading.valence ?? "", reading.arousal ?? "",
  ])];
}
