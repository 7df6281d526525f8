// One quantity over time, a line a case, by uPlot; a case of several recordings shows their mean.
import { exportButtons } from "../../lib/chart-export.js";
import { h, replace } from "../../lib/dom.js";
import { clock, percent } from "../../lib/format.js";
import { lines } from "../../lib/lines.js";
import { cssColour } from "../../lib/palette.js";

const MOST_POINTS = 600;
const DASHES = [undefined, [9, 4], [2, 3], [9, 3, 2, 3], [16, 5], [1, 6]];
const SIGNS = ["——", "– –", "····", "–·–", "— —", "·  ·"];  // how the legend shows them

/** Return {element, close}. cases: [{name, ids}]; share: per cent of each recording instead of seconds. */
export function courses(recordings, cases, labels, share) {
  const moods = recordings.some((one) => one.path.some(Boolean)) ? ["valence", "arousal"] : [];
  const place = h("div");
  const select = h("select", { "aria-label": "What is shown", onchange: draw }, [...labels, ...moods].map((name) => h("option", {}, name)));
  const likeliest = labels.map((label) => [label, sum(recordings, label)]).sort((one, other) => other[1] - one[1])[0]?.[0];
  if (likeliest) select.value = likeliest;
  let chart, turn = 0;
  const saved = exportButtons({ name: () => `compare_${select.value}`, canvas: () => titled(`${select.value} over time`, cases, chart.canvas()), table: () => chart.table() });
  const element = h("section", { class: "figure" },
    h("div", { class: "row apart" }, h("div", { class: "row" }, h("h2", {}, "One quantity over time"), select), saved),
    h("p", { class: "soft small" }, "A line a case; where it stands for several recordings, their mean. Drag to zoom, double-click to see all."), place);

  async function draw() {
    const mine = ++turn, what = select.value, mood = moods.includes(what);
    const series = cases.map((one, at) => ({ name: `${SIGNS[at % SIGNS.length]} ${one.name}`, colour: tone(at), dash: DASHES[at % DASHES.length] }));
    const next = await lines(series, { height: 220, range: mood ? [-1, 1] : [0, 1], x: share ? percent : (at) => clock(at, Number.isInteger(at) ? 0 : 1), unit: share ? "share" : "seconds", label: `${what} over time` });
    if (mine !== turn) return next.close();
    chart?.close();
    chart = next;
    replace(place, chart.element);
    chart.set(...gridOf(recordings, cases, what, share));
  }
  draw();
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", draw);
  return { element, close: () => (turn++, chart?.close(), dark.removeEventListener("change", draw)) };
}

const tone = (at) => cssColour(Math.floor(at / DASHES.length) % 2 ? "--faint" : "--ink", "#15191c");
const sum = (recordings, label) => recordings.reduce((all, one) => all + one.parts.reduce((part, { begin, end, probabilities }) => part + (end - begin) * (probabilities[label] ?? 0), 0) / one.seconds, 0);

/** [times, values of each case]; null where none of its recordings has an answer. */
function gridOf(recordings, cases, what, share) {
  const longest = share ? 1 : Math.max(...recordings.map((one) => one.seconds));
  const count = Math.min(share ? 200 : Math.ceil(longest * 2), MOST_POINTS);
  const times = Array.from({ length: count }, (_, at) => (longest * (at + 0.5)) / count);
  const cursors = new Map(recordings.map((one) => [one.id, 0]));
  const rows = times.map((time) => new Map(recordings.map((one) => [one.id, valueAt(one, share ? time * one.seconds : time, what, cursors)])));
  return [times, ...cases.map(({ ids }) => rows.map((row) => {
    const given = ids.map((id) => row.get(id)).filter((value) => value !== null && value !== undefined);
    return given.length ? given.reduce((all, value) => all + value, 0) / given.length : null;
  }))];
}

/** The value at a time; `cursors` remember where each recording's part was found, for times only grow. */
function valueAt(one, seconds, what, cursors) {
  let at = cursors.get(one.id);
  while (at < one.parts.length && one.parts[at].end <= seconds) at++;
  cursors.set(one.id, at);
  const part = one.parts[at];
  if (!part || part.begin > seconds) return null;
  if (what === "valence" || what === "arousal") return one.path[at]?.[what === "valence" ? 0 : 1] ?? null;
  return part.probabilities[what] ?? null;
}

/** The chart with its title and the names of its lines. */
function titled(title, cases, drawn) {
  const scale = devicePixelRatio || 1, line = 18, top = 36;
  const canvas = h("canvas", { width: drawn.width, height: drawn.height + (top + cases.length * line) * scale });
  const context = canvas.getContext("2d");
  context.fillStyle = cssColour("--card", "#ffffff");
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(drawn, 0, (top + cases.length * line) * scale);
  context.scale(scale, scale);
  Object.assign(context, { fillStyle: cssColour("--ink", "#15191c"), font: "600 15px system-ui, sans-serif", lineWidth: 2 });
  context.fillText(title, 12, 24);
  context.font = "12px system-ui, sans-serif";
  for (const [at, { name }] of cases.entries()) {
    context.strokeStyle = tone(at);
    context.setLineDash(DASHES[at % DASHES.length] ?? []);
    context.beginPath();
    context.moveTo(12, top + line * at + 6);
    context.lineTo(52, top + line * at + 6);
    context.stroke();
    context.fillText(name, 62, top + line * at + 10);
  }
  return canvas;
}
