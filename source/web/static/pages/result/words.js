// Words tinted by how much each adds to the probability of the answer.
import { h } from "../../lib/dom.js";
import { signed } from "../../lib/format.js";

const LEAST = 0.02; // of probability below which a word is not tinted

/** The words of a reading; each with what it adds for the label, as colour, and in a title. */
export function tintedWords(reading, palette) {
  if (!reading.word_attribution?.length) return [reading.text];
  const strongest = Math.max(...reading.word_attribution.map(([, by]) => Math.abs(by)), 0.2);
  return reading.word_attribution.flatMap(([word, by]) => {
    if (Math.abs(by) < LEAST) return [`${word} `];
    const mark = h("mark", { class: by > 0 ? "for" : "against", title: `${signed(by)} for ${reading.likeliest}` }, word);
    mark.style.setProperty("--tone", palette.colour(by > 0 ? reading.likeliest : null));
    mark.style.setProperty("--much", `${Math.round((70 * Math.abs(by)) / strongest)}%`);
    return [mark, " "];
  });
}
