// What was said, phrase by phrase, each with the answer that its words give by themselves.
import { h } from "../../lib/dom.js";
import { clock } from "../../lib/format.js";
import { fullAnswer } from "../../lib/readings.js";

const NEAR_END_PIXELS = 40;

/** {element, draw()}. */
export function transcript(state) {
  const list = h("ol", { class: "phrases", tabIndex: 0, "aria-label": "What was said" });
  const nothing = h("p", { class: "soft small" }, "Phrases appear here a moment after they end.");
  const element = h("section", {}, h("h2", {}, "Words"), list, nothing);
  const rows = new Map();  // id -> {phrase, element}

  function rowOf({ start_seconds: start, text, reading }) {
    const own = state.reading(reading?.modalities?.text ?? reading?.probabilities);
    return h("li", {}, h("span", { class: "when number" }, clock(start)), h("span", { class: "said" }, text),
      h("span", { class: `answer${own.emotion ? "" : " unsure"}` }, h("span", { class: "dot", style: { "--tone": state.palette.colour(own.emotion) } }), fullAnswer(own)));
  }

  /** Only what is new or changed, as asking for the list's height costs. */
  function draw() {
    const gone = [...rows].filter(([id]) => !state.words.has(id)), changed = [...state.words].filter(([id, phrase]) => rows.get(id)?.phrase !== phrase);
    if (!gone.length && !changed.length) return;
    const follows = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_END_PIXELS;
    for (const [id, row] of gone) {
      row.element.remove();
      rows.delete(id);
    }
    for (const [id, phrase] of changed) {
      const before = rows.get(id)?.element, made = rowOf(phrase);
      if (before) before.replaceWith(made);
      else list.append(made);
      rows.set(id, { phrase, element: made });
    }
    nothing.hidden = rows.size > 0;
    if (follows) list.scrollTop = list.scrollHeight;
  }
  return { element, draw };
}
