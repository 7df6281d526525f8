// What is read at the cursor: answer, bars, circumplex with a trail, and why.
import { bars } from "../../lib/bars.js";
import { exportButtons } from "../../lib/chart-export.js";
import { circumplex } from "../../lib/circumplex.js";
import { h, replace } from "../../lib/dom.js";
import { atTime } from "../../lib/readings.js";
import { answerChip, noteLines, stretchText, whyBlock } from "./parts.js";

const TRAIL = 20; // parts behind the cursor

/** The panel beside the player. */
export function cursorPanel(session) {
  const { axis, parts, palette } = session;
  const [when, answer, why, notes, text] = [h("span", { class: "soft number" }), h("p", { class: "at-answer" }), h("div"), h("div"), h("p", { class: "said", dir: "auto" })];
  const chart = bars(palette);
  const hasMood = parts.some(({ reading }) => reading.valence !== null && reading.arousal !== null);
  const mood = hasMood ? circumplex(palette, { label: "Valence and arousal at the cursor, and the way there" }) : null;
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
    text.textContent = reading?.text ?? "";
    if (!mood) return;
    const at = parts.indexOf(part);
    const point = (one) => (one && one.reading.valence !== null ? [one.reading.valence, one.reading.arousal] : null);
    mood.show(point(part), at < 0 ? [] : parts.slice(Math.max(at - TRAIL, 0), at + 1).map(point));
  };
  axis.addEventListener("cursor", show);
  show();
  const name = (what) => () => session.nameFor(`${what} at ${axis.cursor.toFixed(1)}`);
  const titled = (one) => () => one.canvas(`${session.summary.name}: ${when.textContent}`);
  const element = h("section", { class: "at-cursor", "aria-label": "At the cursor" },
    h("div", { class: "row apart" }, h("h2", {}, "At the cursor"), when),
    answer, text,
    h("div", { class: "at-charts" },
      h("div", {}, chart.element, exportButtons({ name: name("bars"), canvas: titled(chart), table: chart.table })),
      mood && h("div", {}, mood.element, exportButtons({ name: name("circumplex"), canvas: titled(mood), table: mood.table }))),
    why, notes);
  return {
    element,
    close() {
      axis.removeEventListener("cursor", show);
      mood?.close();
    },
  };
}
