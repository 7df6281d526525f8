// Everybody in the picture, by number.
import { h, put, replace } from "../../lib/dom.js";
import { numbered } from "./overlay.js";
import { fullAnswer } from "../../lib/readings.js";

/** {element, draw()}. */
export function people(state) {
  const list = h("ul", { class: "people" });
  const nobody = h("p", { class: "soft small" });
  const element = h("section", {}, h("h2", {}, "People"), list, nobody);
  const rows = new Map();

  function rowOf(person) {
    const emoji = h("span", { class: "emoji", "aria-hidden": "true" }), words = h("span", {}), focus = h("span", { class: "chip" }, "read with voice and words");
    const parts = state.models.labels.map((label) => h("i", { style: { "background-color": state.palette.colour(label) } }));
    return { emoji, words, focus, parts, element: h("li", {}, h("b", {}, numbered(person)), emoji, words, focus, h("span", { class: "share", "aria-hidden": "true" }, parts)) };
  }

  function draw() {
    const there = [...state.people.keys()].sort((one, other) => (one ?? 1e9) - (other ?? 1e9));
    if (JSON.stringify(there) !== JSON.stringify([...rows.keys()])) {
      rows.clear();
      for (const person of there) rows.set(person, rowOf(person));
      replace(list, [...rows.values()].map((row) => row.element));
    }
    for (const [person, row] of rows) {
      const { reading, inFocus } = state.people.get(person), words = fullAnswer(reading);
      put(row.words, words);
      put(row.emoji, reading.emotion ? state.palette.emoji(reading.emotion) : "");
      row.focus.hidden = !(inFocus && rows.size > 1);
      state.models.labels.forEach((label, index) => (row.parts[index].style.width = `${100 * reading.probabilities[label]}%`));
    }
    put(nobody, rows.size ? "" : "Nobody is in the picture.");
    nobody.hidden = rows.size > 0;
  }
  return { element, draw };
}
