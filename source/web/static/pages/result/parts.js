// Small pieces that several panels show.
import { h } from "../../lib/dom.js";
import { clock, plural } from "../../lib/format.js";
import { attributionText, fullAnswer, modalityName } from "../../lib/readings.js";

/** An answer: its colour and pattern, and its words. */
export function answerChip(session, reading) {
  const { palette } = session;
  const swatch = reading?.emotion ? palette.swatch(reading.emotion) : h("span", { class: "dot unsure", "aria-hidden": "true" });
  return h("span", { class: "answer" }, swatch, fullAnswer(reading));
}

/** A time that leads there. */
export function timeButton(session, seconds, text = clock(seconds)) {
  const go = () => session.axis.seek(seconds);
  return h("button", { type: "button", class: "time", onclick: go, "aria-label": `Go to ${text}` }, text);
}

/** "0:12 to 0:16", or "sentences 3 to 5". */
export function stretchText(session, from, to) {
  if (!session.isTimed) {
    const [first, last] = [Math.floor(from) + 1, Math.ceil(to)];
    return first >= last ? `sentence ${first}` : `sentences ${first} to ${last}`;
  }
  const digits = to - from < 10 ? 1 : 0;
  return `${clock(from, digits)} to ${clock(to, digits)}`;
}

/** What each modality says alone, and by how much the answer hangs on it; null where there is only one model. */
export function whyBlock(session, reading) {
  const names = Object.keys(reading?.modalities ?? {});
  if (!names.length || !reading.likeliest) return null;
  const text = attributionText(reading);
  return h("div", { class: "why" },
    text && h("p", {}, h("b", {}, "Read from: "), text),
    h("table", { class: "compact" },
      h("thead", {}, h("tr", {}, ["", "alone says", "without it"].map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", {}, names.map((name) => {
        const by = reading.attribution?.[name];
        const alone = session.answered(reading.modalities[name]);
        return h("tr", {}, h("th", { scope: "row" }, modalityName(name)), h("td", {}, answerChip(session, alone)),
          h("td", { class: "number" }, by === undefined ? "–" : lever(by, reading.likeliest)));
      }))));
}

/** By how many points the answer would change without a modality, with a bar to the left or right of none. */
function lever(by, label) {
  const bar = h("i", { class: by >= 0 ? "for" : "against", "aria-hidden": "true" });
  bar.style.width = `${Math.min(Math.abs(by), 0.5) * 100}%`;
  const points = Math.round(Math.abs(by) * 100);
  const text = points ? `${plural(points, "point").replace(" ", "\u00a0")} ${by > 0 ? "less" : "more"}` : "the same";
  return h("span", { class: "lever", title: `${label} would be ${text} probable` }, h("span", { class: "lever-track" }, bar), text);
}

/** All parts in numbers: rows, the first the heads. */
export function partsTable({ parts, prediction: { labels }, isTimed }) {
  const ends = isTimed ? ["begin_seconds", "end_seconds"] : ["sentence", "next"];
  const figures = ({ probabilities, valence, arousal }) => [...labels.map((label) => probabilities[label] ?? ""), valence ?? "", arousal ?? ""];
  return [
    [...ends, "answer", ...labels, "valence", "arousal"],
    ...parts.map(({ begin, end, reading }) => [begin, end, fullAnswer(reading), ...figures(reading)]),
  ];
}

/** Notes, each as a line. */
export const noteLines = (notes) => (notes ?? []).map((note) => h("p", { class: "note" }, note));
