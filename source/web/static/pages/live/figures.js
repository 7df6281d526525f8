// The charts' numbers as a table, for those who cannot see the charts or want to copy them.
import { h, replace } from "../../lib/dom.js";
import { clock, signed } from "../../lib/format.js";
import { SPAN_SECONDS } from "./state.js";
import { MODALITY_NAMES, fullAnswer } from "../../lib/readings.js";

/** {element, draw()}: the readings of the last minute, the newest first; drawn only while it is open. */
export function figures(state) {
  const rows = h("tbody", {}), names = ["Seconds", "Answer", "Valence", "Arousal", ...Object.values(MODALITY_NAMES)];
  const element = h("details", {}, h("summary", {}, "Numbers of the last minute"), h("div", { class: "scroll live-table", tabIndex: 0, role: "group", "aria-label": "Table" },
    h("table", { class: "small" }, h("thead", {}, h("tr", {}, names.map((said) => h("th", { scope: "col" }, said)))), rows)));
  let drawn;
  return {
    element,
    draw() {
      const { latest } = state;
      if (!element.open || latest === drawn) return;
      drawn = latest;
      const recent = state.readings.filter((one) => one.end > (latest?.end ?? 0) - SPAN_SECONDS).reverse();
      replace(rows, recent.map((one) => h("tr", {},
        h("td", { class: "number" }, `${clock(one.start)}–${clock(one.end)}`), h("td", {}, fullAnswer(one)),
        h("td", { class: "number" }, signed(one.valence)), h("td", { class: "number" }, signed(one.arousal)),
        Object.keys(MODALITY_NAMES).map((name) => h("td", {}, one.modalities?.[name] ? fullAnswer(state.reading(one.modalities[name])) : "–")))));
    },
  };
}
