// Strips over one axis of time, drawn on canvases: some thousand readings are drawn in milliseconds.
import { fitted } from "./canvas.js";
import { clock } from "./format.js";
import { h, replace } from "./dom.js";
import { cssColour } from "./palette.js";

const NAMES = 84; // pixels for the lanes' names in a picture
const GAP = 5;

/**
 * Draw lanes (of lanes.js) over `axis`, with a cursor, a selection and ticks, which follow the axis.
 * Returns {element, set(lanes), shade([[begin, end], ...]), draw(), share(event), canvas(title), close()}; `label` says what it is to a screen reader;
 * tick(value, digits): text of a tick.
 */
export function strips(axis, palette, { label = "Answers over time", tick: named = clock } = {}) {
  const rows = h("div", { class: "lanes" });
  const ticks = h("div", { class: "ticks", "aria-hidden": "true" });
  const [cursor, ghost, stretch] = ["cursor", "ghost", "stretch"].map((name) => h("i", { class: name, hidden: true }));
  const shades = h("div", { class: "shades" });
  const tip = h("b", { class: "tip", hidden: true });
  const over = h("div", { class: "over", "aria-hidden": "true" }, shades, stretch, ghost, cursor, tip);
  const element = h("div", { class: "strips" }, rows, ticks, over);
  let lanes = [], shaded = [], waiting = 0;

  const draw = () => {
    waiting = 0;
    const scale = devicePixelRatio || 1;
    for (const [at, lane] of lanes.entries()) paint(rows.children[at].lastChild, lane, axis, palette, scale);
    const width = over.clientWidth;
    const marked = axis.ticks(Math.max(Math.floor(width / 70), 2));
    const digits = marked.some(([, time]) => Math.abs(time - Math.round(time)) > 1e-6) ? 1 : 0;
    replace(ticks, marked.map(([share, time]) => {
      const tick = h("span", {}, named(time, digits));
      tick.style.left = `${100 * share}%`;
      if (share < 0.03) tick.className = "first";
      if (share > 0.97) tick.className = "last";
      return tick;
    }));
    place();
    shade();
  };
  const later = () => (waiting ||= requestAnimationFrame(draw));
  const put = (line, seconds) => {
    const share = axis.place(seconds);
    line.hidden = share < 0 || share > 1;
    line.style.transform = `translateX(${share * over.clientWidth}px)`;
  };
  const place = () => {
    put(cursor, axis.cursor);
    span(stretch, axis.selection);
  };
  const span = (element, ends) => {
    element.hidden = !ends || axis.place(ends[1]) < 0 || axis.place(ends[0]) > 1;
    if (element.hidden) return;
    const [left, right] = ends.map((seconds) => 100 * Math.min(Math.max(axis.place(seconds), 0), 1));
    element.style.left = `${left}%`;
    element.style.width = `${right - left}%`;
  };
  const shade = () => [...shades.children].forEach((element, at) => span(element, shaded[at]));
  const share = (event) => {
    const box = over.getBoundingClientRect();
    return (event.clientX - box.left) / (box.width || 1);
  };
  const hover = (event) => {
    const at = share(event);
    if (at < 0 || at > 1) return leave();
    const row = event.target.closest?.(".lane");
    const lane = row && lanes[[...rows.children].indexOf(row)];
    const time = axis.at(at);
    ghost.hidden = tip.hidden = false;
    put(ghost, time);
    tip.textContent = lane?.tip?.(time) || named(time, 1);
    tip.style.left = `${100 * at}%`;
    tip.classList.toggle("left", at > 0.6);
    tip.style.top = row ? `${row.offsetTop + row.offsetHeight + 2}px` : "0";
  };
  const leave = () => (ghost.hidden = tip.hidden = true);

  element.addEventListener("pointermove", (event) => event.pointerType !== "touch" && hover(event));
  element.addEventListener("pointerleave", leave);
  axis.addEventListener("view", later);
  axis.addEventListener("cursor", place);
  axis.addEventListener("selection", place);
  const sizes = new ResizeObserver(later);
  sizes.observe(over);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", later);

  return {
    element, draw: later, share,
    set(next) {
      lanes = next;
      replace(rows, lanes.map((lane) => {
        const canvas = h("canvas", { role: "img", "aria-label": `${lane.name}: ${label}; the tables say the same` });
        canvas.style.height = `${lane.height}px`;
        return h("div", { class: "lane" }, h("span", { title: lane.name, dir: "auto" }, lane.name), canvas);
      }));
      later();
    },
    shade(stretches) {
      shaded = stretches;
      replace(shades, stretches.map(() => h("i", { class: "shade" })));
      later();
    },
    canvas: (title) => picture(title, lanes, axis, palette, named),
    close() {
      cancelAnimationFrame(waiting);
      sizes.disconnect();
      dark.removeEventListener("change", later);
      axis.removeEventListener("view", later);
      axis.removeEventListener("cursor", place);
      axis.removeEventListener("selection", place);
    },
  };
}

function paint(canvas, lane, axis, palette, scale) {
  const [width, height] = [canvas.clientWidth, lane.height];
  if (!width) return;
  lane.draw(fitted(canvas, width, height), { axis, palette, width, height, scale });
}

/** All lanes in one picture, with names, times and the colours' meaning. */
function picture(title, lanes, axis, palette, named, width = 1200, scale = 2) {
  const top = 34;
  const body = lanes.reduce((sum, lane) => sum + lane.height + GAP, 0);
  const canvas = h("canvas", { width: width * scale, height: (top + body + 52) * scale });
  const context = canvas.getContext("2d");
  const plot = width - NAMES - 12;
  const ink = cssColour("--ink", "#1d1d20");
  const write = (text, x, y, align = "left", font = "12px system-ui, sans-serif") => {
    Object.assign(context, { fillStyle: ink, font, textAlign: align, textBaseline: "alphabetic" });
    context.fillText(text, x, y);
  };
  context.scale(scale, scale);
  context.fillStyle = cssColour("--card", "#ffffff");
  context.fillRect(0, 0, width, top + body + 52);
  write(title, 10, 22, "left", "600 15px system-ui, sans-serif");
  let y = top;
  for (const lane of lanes) {
    write(lane.name, 10, y + lane.height / 2 + 4);
    context.save();
    context.translate(NAMES, y);
    context.fillStyle = cssColour("--none", "#e4e4e9");
    context.fillRect(0, 0, plot, lane.height);
    context.beginPath();
    context.rect(0, 0, plot, lane.height);
    context.clip();
    lane.draw(context, { axis, palette, width: plot, height: lane.height, scale });
    context.restore();
    y += lane.height + GAP;
  }
  for (const [share, time] of axis.ticks(12)) write(named(time, 0), NAMES + share * plot, y + 12, "center");
  let x = NAMES;
  for (const text of [...palette.labels, null]) {
    context.fillStyle = palette.fill(context, text, scale);
    context.fillRect(x, y + 24, 14, 14);
    write(text ?? "not sure", x + 19, y + 36);
    x += 36 + context.measureText(text ?? "not sure").width;
  }
  return canvas;
}
