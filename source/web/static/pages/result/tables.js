// The same as the timeline in tables, for readers and for screen readers.
import { csvButton } from "../../lib/chart-export.js";
import { h, replace } from "../../lib/dom.js";
import { percent, plural, signed } from "../../lib/format.js";
import { attributionText, fullAnswer, modalityName } from "../../lib/readings.js";
import { answerChip, noteLines, partsTable, stretchText, timeButton } from "./parts.js";

const AT_ONCE = 300;

/** Segments of the same answer, and the windows with all probabilities; null where there is no time. */
export function tables(session) {
  if (!session.axis) return null;
  const { prediction, modalities, runs, parts } = session;
  const isVideo = modalities.length > 1;
  const texts = textsOf(session);
  const segments = folded("Segments of the same answer", runs, segmentTable(session, isVideo, texts), session, "segments", () => [
    ["begin", "end", "answer", ...modalities.map(modalityName), "read from", "words"],
    ...runs.map(({ begin, end, reading }, at) => [begin, end, fullAnswer(reading),
      ...modalities.map((name) => fullAnswer(session.answered(reading.modalities?.[name]))), attributionText(reading), texts[at]]),
  ]);
  const numbers = folded(session.isTimed ? "All windows in numbers" : "All sentences in numbers", parts, {
    heads: ["when", "answer", ...prediction.labels, "valence", "arousal"],
    row: ({ begin, end, reading }) => [
      when(session, begin, end), fullAnswer(reading), ...prediction.labels.map((label) => percent(reading.probabilities[label])),
      signed(reading.valence ?? NaN), signed(reading.arousal ?? NaN),
    ],
  }, session, "windows", () => partsTable(session));
  return { element: h("section", { class: "tables" }, h("h2", {}, "In tables"), segments, numbers) };
}

const when = (session, begin, end) => timeButton(session, begin, stretchText(session, begin, end));

function segmentTable(session, isVideo, texts) {
  const alone = isVideo ? session.modalities : [];
  return {
    heads: ["when", "answer", ...alone.map(modalityName), ...(isVideo ? ["read from"] : []), "words"],
    row: ({ begin, end, reading }, at) => [
      when(session, begin, end), answerChip(session, reading),
      ...alone.map((name) => answerChip(session, session.answered(reading.modalities?.[name]))),
      ...(isVideo ? [[attributionText(reading), noteLines(reading.notes)]] : []),
      h("span", { dir: "auto" }, texts[at]),
    ],
  };
}

/** The sentences of each run: those whose middles lie in it. */
function textsOf({ runs, sentences, isTimed }) {
  if (!isTimed) return runs.map(({ reading }) => reading.text);
  let at = 0;
  return runs.map(({ end }) => {
    const words = [];
    for (; at < sentences.length && (sentences[at].start_seconds + sentences[at].end_seconds) / 2 < end; at++) words.push(sentences[at].text);
    return words.join(" ");
  });
}

/** A table behind a summary, which is filled when it is opened. */
function folded(title, rows, { heads, row }, session, name, table) {
  const body = h("tbody");
  const more = h("button", { type: "button", class: "quiet", onclick: () => add() });
  const add = () => {
    const from = body.children.length;
    body.append(...rows.slice(from, from + AT_ONCE).map((one, at) => h("tr", {}, row(one, from + at).map((cell) => h("td", {}, cell)))));
    more.hidden = body.children.length >= rows.length;
    more.textContent = `Show ${plural(Math.min(AT_ONCE, rows.length - body.children.length), "more row")}`;
  };
  const inside = h("div", {});
  const details = h("details", { ontoggle: () => {
    if (!details.open || inside.firstChild) return;
    replace(inside, h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": title },
      h("table", { class: "figures" }, h("thead", {}, h("tr", {}, heads.map((head) => h("th", { scope: "col" }, head)))), body)), h("div", { class: "row" }, more,
      csvButton({ name: () => session.nameFor(name), table })));
    add();
  } }, h("summary", {}, `${title} (${rows.length.toLocaleString("en")})`), inside);
  return details;
}
