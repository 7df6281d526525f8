// A chart with a title, drawn by a function as wide as its place; as a table too, and to save as PNG and CSV.
import { exportButtons } from "../../lib/chart-export.js";
import { h, replace } from "../../lib/dom.js";
import { cssColour } from "../../lib/palette.js";

const SAVED_WIDTH = 960, SCALE = 2, HEAD = 44;  // of the picture that is saved
const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif";

/** The colours of the page as it is now, and a font of `size` pixels. */
const paints = () => ({
  ink: cssColour("--ink", "#15191c"), soft: cssColour("--soft", "#555d63"), line: cssColour("--line", "#d9dcd8"),
  card: cssColour("--card", "#ffffff"), none: cssColour("--none", "#e3e6e2"), unsure: cssColour("--unsure", "#6a7177"),
  font: (size, weight = 400) => `${weight} ${size}px ${FONT}`,
});

/**
 * Return {element, canvas, close}. draw(context, width, paint) draws to the width and returns the height that it took (it
 * is called twice where the height is not known yet); table() gives rows, the first the heads; note: what must be known
 * to read it; more: elements between the title and the chart; label: what it shows, in words.
 */
export function figure({ title, name, label, note, draw, table, more = [] }) {
  const canvas = h("canvas", { role: "img", "aria-label": label ?? title });
  const rows = h("details", { class: "as-table" }, h("summary", { class: "soft small" }, "As a table"));
  rows.addEventListener("toggle", () => rows.open && replace(rows, rows.firstChild, tableOf(table())));
  const saved = exportButtons({ name: () => name, canvas: () => picture(title, draw), table });
  const element = h("section", { class: "figure" },
    h("div", { class: "row apart" }, h("h2", {}, title), saved), note && h("p", { class: "soft small" }, note), more, canvas, rows);

  function redraw() {
    const width = canvas.parentElement?.clientWidth ? canvas.clientWidth : 0;
    if (!width) return;
    const scale = devicePixelRatio || 1;
    const height = draw(sized(canvas, width, 1, scale), width, paints());
    draw(sized(canvas, width, height, scale), width, paints());
    canvas.style.height = `${height}px`;
  }

  const sizes = new ResizeObserver(redraw);
  sizes.observe(element);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", redraw);
  return { element, canvas, close: () => (sizes.disconnect(), dark.removeEventListener("change", redraw)) };
}

function sized(canvas, width, height, scale) {
  Object.assign(canvas, { width: Math.round(width * scale), height: Math.round(height * scale) });
  const context = canvas.getContext("2d");
  context.scale(scale, scale);
  return context;
}

/** The chart with its title on a ground, to be saved. */
function picture(title, draw) {
  const canvas = h("canvas"), paint = paints();
  const height = draw(sized(canvas, SAVED_WIDTH, 1, SCALE), SAVED_WIDTH - 32, paint);
  const context = sized(canvas, SAVED_WIDTH, height + HEAD + 16, SCALE);
  context.fillStyle = paint.card;
  context.fillRect(0, 0, SAVED_WIDTH, height + HEAD + 16);
  Object.assign(context, { fillStyle: paint.ink, font: paint.font(16, 600) });
  context.fillText(title, 16, 28);
  context.translate(16, HEAD);
  draw(context, SAVED_WIDTH - 32, paint);
  return canvas;
}

/** Rows as a table; figures with two decimals. */
function tableOf([heads, ...rows]) {
  const text = (value) => (typeof value === "number" ? String(Number.isInteger(value) ? value : value.toFixed(3)) : value ?? "");
  return h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Table" }, h("table", { class: "number" },
    h("thead", {}, h("tr", {}, heads.map((head) => h("th", { scope: "col" }, head)))),
    h("tbody", {}, rows.map((row) => h("tr", {}, row.map((value) => h("td", {}, text(value))))))));
}

/** Write `text`, shortened with "…" to `most` pixels. */
export function write(context, text, x, y, most = Infinity) {
  let shown = String(text);
  if (context.measureText(shown).width > most) {
    while (shown.length > 1 && context.measureText(`${shown}…`).width > most) shown = shown.slice(0, -1);
    shown = `${shown.trimEnd()}…`;
  }
  context.fillText(shown, x, y);
}
