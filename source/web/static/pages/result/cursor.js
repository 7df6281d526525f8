// What is read at the cursor: answer, bars, circumplex with a trail, and why.
import { bars } from "../../lib/bars.js";
import { exportButtons } from "../../lib/chart-export.js";
import { circumplex } from "../../lib/circumplex.js";
import { h, replace } from "../../lib/dom.js";
import { atTime } from "../../lib/readings.js";
import { answerChip, noteLines, stretchText, whyBlock } from "./parts.js";

const TRAIL = 20; // parts behind the cursor

/** The panel beside the player: `element`, and `reasons`, which stand for themselves. */
export function cursorPanel(session) {
  const { axis, parts, palette } = session;
  const [when, answer] = [h("span", { class: "soft number" }), h("p", { class: "at-answer" })];
  const [text, why, notes] = [h("p", { class: "words", dir: "auto" }), h("div"), h("div")];
  const chart = bars(palette);
  const mood = session.hasMood ? circumplex(palette, { label: "Valence and arousal at the cursor, and the way there" }) : null;
  let shown;
  const show = () => {
    const part = atTime(parts, axis.cursor);
    if (part === shown && part) return;
    shown = part;
    when.textContent = part ? stretchText(session, part.begin, part.end) : "";
    const reading = part?.reading;
    replace(answer, answerChip(session, reading));
    chart.show(reading?.probabilities);
    replace(why, reading && whyBlock(session, reading));
    replace(notes, noteLines(reading?.notes));
    text.textContent = session.prediction.model === "text" ? "" : reading?.text ?? ""; // else the list says it
    reasons.hidden = !text.textContent && !why.firstChild && !notes.firstChild;
    if (!mood) return;
    const at = parts.indexOf(part);
    const point = (one) => (Number.isFinite(one?.reading.valence) ? [one.reading.valence, one.reading.arousal] : null);
    mood.show(point(part), at < 0 ? [] : parts.slice(Math.max(at - TRAIL, 0), at + 1).map(point));
  };
  axis.addEventListener("cursor", show);
  const name = (what) => () => session.nameFor(`${what} at ${axis.cursor.toFixed(1)}`);
  const titled = (one) => () => one.canvas(`${session.summary.name}: ${when.textContent}`);
  const charted = (one, what) => h("div", { class: "charted-one" }, one.element, exportButtons({ name: name(what), canvas: titled(one), table: one.table }));
  const element = h("section", { class: "at-cursor", "aria-label": "At the cursor" },
    h("div", { class: "row apart" }, h("h2", {}, "At the cursor"), when),
    answer, charted(chart, "bars"), mood && charted(mood, "circumplex"));
  const reasons = h("section", { class: "reasons", "aria-label": "Why" }, text, why, notes);
  show();
  return {
    element, reasons,
    close() {
      axis.removeEventListener("cursor", show);
      mood?.close();
    },
  };
}
