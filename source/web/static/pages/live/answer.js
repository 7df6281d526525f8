// The answer of the moment: in words, with a face, why, and a table of what each modality says.
import { h, put } from "../../lib/dom.js";
import { percent } from "../../lib/format.js";
import { numbered } from "./overlay.js";
import { MODALITY_NAMES, attributionText, fullAnswer } from "../../lib/readings.js";

const READ_OUT_MS = 3000;  // a screen reader is told no more often
const TOGETHER = "all";

/** {element, draw()}. */
export function answer(state) {
  const emoji = h("span", { class: "emoji", "aria-hidden": "true" });
  const head = h("b", {}, "…");
  const rest = h("span", { class: "soft" });
  const why = h("p", { class: "soft small" });
  const notes = h("p", { class: "soft small" });
  const spoken = h("p", { class: "unseen", role: "status", "aria-live": "polite" });
  const figures = table(state);
  const element = h("section", { class: "live-answer", "aria-label": "The answer of this moment" },
    h("div", { class: "big" }, emoji, h("p", {}, head, rest)), why, figures.element, notes, spoken);
  let saidAt = -Infinity;

  function draw() {
    const { latest, palette } = state;
    element.style.setProperty("--tone", palette.colour(latest?.emotion));
    put(emoji, latest?.emotion ? palette.emoji(latest.emotion) : "");
    put(head, headOf(latest));
    put(rest, restOf(state, latest));
    const reason = latest ? attributionText(latest) : "";
    put(why, reason && `Why: ${reason}.`);
    put(notes, (latest?.notes ?? []).join(" "));
    figures.draw();
    readOut(latest ? fullAnswer(latest) : "");
  }

  function readOut(text) {
    if (text === spoken.textContent || performance.now() - saidAt < READ_OUT_MS) return;
    saidAt = performance.now();
    spoken.textContent = text;
  }

  return { element, draw };
}

function headOf(reading) {
  if (!reading) return "…";
  if (!reading.likeliest) return "nothing to read";
  return reading.emotion ? fullAnswer(reading) : "not sure";
}

function restOf(state, reading) {
  if (!reading) return "The first answer needs four seconds.";
  if (reading.likeliest && !reading.emotion) return `perhaps ${reading.likeliest}, ${percent(reading.confidence)}`;
  return state.people.size > 1 ? `person ${numbered(reading.person)}` : "";
}

/** Labels by modalities, each cell a bar and its number. */
function table(state) {
  const columns = [TOGETHER, ...Object.keys(MODALITY_NAMES)];
  const cells = new Map();
  const rows = state.models.labels.map((label) => h("tr", {},
    h("th", { scope: "row" }, state.palette.swatch(label), label),
    columns.map((column) => {
      const number = h("span", {}), bar = h("i", {});
      cells.set(`${column} ${label}`, { number, bar, shown: undefined });
      return h("td", {}, number, h("span", { class: "bar-track", style: { "--tone": state.palette.colour(label) } }, bar));
    })));
  const element = h("table", { class: "shares" },
    h("caption", { class: "unseen" }, "Probabilities in per cent"),
    h("thead", {}, h("tr", {}, h("td", {}), h("th", { scope: "col" }, "all"), Object.values(MODALITY_NAMES).map((said) => h("th", { scope: "col" }, said)))),
    h("tbody", {}, rows));

  function draw() {
    const { latest } = state;
    const shares = { [TOGETHER]: latest?.probabilities, ...latest?.modalities, face: state.face?.probabilities ?? latest?.modalities?.face };
    for (const column of columns) {
      for (const label of state.models.labels) {
        const cell = cells.get(`${column} ${label}`), share = shares[column]?.[label];
        const text = share === undefined ? "–" : String(Math.round(100 * share));
        if (text === cell.shown) continue;
        cell.shown = cell.number.textContent = text;
        cell.bar.style.width = `${100 * (share ?? 0)}%`;
      }
    }
  }
  return { element, draw };
}
