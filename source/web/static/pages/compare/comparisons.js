// The charts of Compare. Each case is a recording, or several under one name; colour names the emotion, shape the case.
import { clock, percent, signed } from "../../lib/format.js";
import { write } from "./figure.js";

const ROW = 40, GAP = 8, AXIS = 24, NARROW = 560;

/** Where names stand: in a column on the left, or on a line above where there is no room. */
function columnFor(width, least = 170) {
  return width >= NARROW ? { left: Math.min(least, width * 0.24), above: 0 } : { left: 0, above: 18 };
}

/** Round steps for `most` ticks or fewer between two numbers. */
function ticks(low, high, most) {
  const rough = (high - low || 1) / most, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((one) => one * power).find((one) => one >= rough - 1e-12);
  const count = Math.floor(high / step + 1e-9) - Math.ceil(low / step - 1e-9) + 1;
  return Array.from({ length: Math.max(count, 0) }, (_, at) => (Math.ceil(low / step - 1e-9) + at) * step);
}

const CLOCK_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200];
const clockTicks = (high, most) => {
  const step = CLOCK_STEPS.find((one) => high / one <= most) ?? high / most;
  return Array.from({ length: Math.floor(high / step + 1e-9) + 1 }, (_, at) => at * step);
};

/** Small multiples: each recording's probabilities over time, stacked, all on one axis. share: per cent instead of seconds. */
export const overTime = (recordings, palette, share) => (context, width, paint) => {
  const { left, above } = columnFor(width);
  const longest = longestOf(recordings, share);
  const x = (place) => left + place * (width - left);
  let y = 0;
  for (const one of recordings) {
    Object.assign(context, { fillStyle: paint.ink, font: paint.font(12.5, 600), textBaseline: "alphabetic", textAlign: "left" });
    write(context, one.name, 0, y + (above ? 12 : 17), above ? width : left - 12);
    Object.assign(context, { fillStyle: paint.soft, font: paint.font(11.5) });
    if (!above) write(context, [one.participant, one.group, clock(one.seconds)].filter(Boolean).join(" · "), 0, y + 33, left - 12);
    y += above;
    const length = share ? one.seconds : longest;
    context.fillStyle = paint.none;
    context.fillRect(x(0), y, x(one.seconds / length) - x(0), ROW);
    for (const { begin, end, probabilities } of one.parts) {
      const [from, to] = [x(begin / length), x(Math.min(end, one.seconds) / length)];
      let top = y;
      for (const label of palette.labels) {
        const height = (probabilities[label] ?? 0) * ROW;
        context.fillStyle = palette.fill(context, label);
        context.fillRect(from, top, Math.max(to - from, 0.6) + 0.3, height);
        top += height;
      }
    }
    y += ROW + GAP;
  }
  Object.assign(context, { fillStyle: paint.soft, strokeStyle: paint.line, font: paint.font(11.5), textBaseline: "top" });
  const most = Math.max(Math.floor((width - left) / 80), 2);
  for (const at of share ? ticks(0, 1, Math.min(most, 10)) : clockTicks(longest, most)) {
    context.textAlign = at === 0 ? "left" : at >= longest * 0.98 ? "right" : "center";
    context.fillText(share ? percent(at) : clock(at), x(at / longest), y);
  }
  return y + AXIS;
};

const longestOf = (recordings, share) => (share ? 1 : Math.max(...recordings.map((one) => one.seconds), 1));

/** What each recording answers at the place `x` of the chart over time, in words; "" beside it. */
export function saidAt(recordings, share, x, width) {
  const { left } = columnFor(width), place = (x - left) / (width - left);
  if (place < 0 || place > 1) return "";
  const said = recordings.flatMap((one) => {
    const seconds = place * (share ? one.seconds : longestOf(recordings, share));
    const part = one.parts.find(({ begin, end }) => begin <= seconds && seconds < end);
    const [label, most] = Object.entries(part?.probabilities ?? {}).sort((a, b) => b[1] - a[1])[0] ?? [];
    return label ? [`${one.name} ${label} ${percent(most)}`] : [];
  });
  return `${share ? percent(place) : clock(place * longestOf(recordings, share))}: ${said.join(" · ") || "nothing"}`;
}

/** A stacked bar a case: shares of its time by answer. */
export const timeShares = (cases, palette) => (context, width, paint) => {
  const { left, above } = columnFor(width);
  const pieces = [...palette.labels, null, undefined];
  let y = 0;
  for (const one of cases) {
    Object.assign(context, { fillStyle: paint.ink, font: paint.font(12.5, 600), textBaseline: "middle", textAlign: "left" });
    write(context, nameOf(one), 0, y + (above ? 8 : 14), above ? width : left - 12);
    y += above;
    let from = left;
    for (const label of pieces) {
      const value = one.shares[label ?? (label === null ? "not sure" : "nothing")]?.mean ?? 0;
      const wide = value * (width - left);
      if (!wide) continue;
      context.fillStyle = label ? palette.fill(context, label) : label === null ? paint.unsure : paint.none;
      context.fillRect(from, y, Math.max(wide - 1, 0.5), 28);
      const text = percent(value);
      Object.assign(context, { font: paint.font(11.5, 600), textAlign: "center" });
      if (wide > context.measureText(text).width + 12) {
        plate(context, from + wide / 2, y + 14, text, paint);
      }
      from += wide;
    }
    y += 28 + GAP;
  }
  return y;
};

/** A figure on a plate, legible on any colour and pattern. */
function plate(context, x, y, text, paint) {
  const half = context.measureText(text).width / 2 + 4;
  context.fillStyle = paint.card;
  context.beginPath();
  context.roundRect(x - half, y - 8, 2 * half, 16, 4);
  context.fill();
  context.fillStyle = paint.ink;
  context.fillText(text, x, y + 0.5);
}

const nameOf = (one) => (one.recordings > 1 ? `${one.name} (${one.recordings})` : one.name);

/**
 * A row a quantity, a mark a case, with its interval: means, or changes around zero.
 * rows: [{name, colour, values: [{mean, low, high} | null for each case]}].
 */
export const dots = (rows, cases, { signs = false, scale = percent } = {}) => (context, width, paint) => {
  const { left } = { left: Math.min(96, width * 0.3) };
  const all = rows.flatMap((row) => row.values.filter(Boolean).flatMap(({ mean, low, high }) => [mean, low ?? mean, high ?? mean]));
  const most = Math.max(...all.map(Math.abs), 0.05) * 1.04;
  const [low, high] = signs ? [-most, most] : [0, Math.min(most, 1)];
  const x = (value) => left + ((Math.min(Math.max(value, low), high) - low) / (high - low)) * (width - left - 14);
  const line = Math.max(13, Math.min(17, 130 / cases.length)), row = line * cases.length + 12;
  const bottom = rows.length * row;
  Object.assign(context, { strokeStyle: paint.line, fillStyle: paint.soft, font: paint.font(11.5), textBaseline: "top", lineWidth: 1 });
  for (const at of ticks(low, high, Math.max(Math.floor((width - left) / 64), 2))) {
    context.beginPath();
    context.moveTo(x(at), 0);
    context.lineTo(x(at), bottom);
    context.globalAlpha = Math.abs(at) < 1e-9 ? 1 : 0.7;
    context.stroke();
    context.globalAlpha = 1;
    context.textAlign = x(at) > width - 24 ? "right" : "center";
    context.fillText(scale(Math.abs(at) < 1e-9 ? 0 : at), x(at), bottom + 6);
  }
  for (const [index, { name, colour, values }] of rows.entries()) {
    const top = index * row;
    context.fillStyle = paint.line;
    if (index) context.fillRect(0, top, width, 1);
    Object.assign(context, { fillStyle: paint.ink, font: paint.font(12.5, 600), textBaseline: "middle", textAlign: "left" });
    write(context, name, 0, top + row / 2, left - 10);
    for (const [at, value] of values.entries()) {
      if (!value) continue;
      const y = top + 6 + line * (at + 0.5);
      Object.assign(context, { strokeStyle: paint.ink, lineWidth: 1.4 });
      if (Number.isFinite(value.low)) {
        context.beginPath();
        context.moveTo(x(value.low), y);
        context.lineTo(x(value.high), y);
        for (const end of [value.low, value.high]) {
          context.moveTo(x(end), y - 3);
          context.lineTo(x(end), y + 3);
        }
        context.stroke();
      }
      mark(context, at, x(value.mean), y, colour ?? paint.card, paint.ink);
    }
  }
  return bottom + AXIS + 4;
};

const SHAPES = [0, 4, 3, -4, 5, -3, 6];  // corners; 0: a circle; minus: turned

/** The mark of a case: its shape says which, its colour which emotion. */
export function mark(context, at, x, y, fill, ink, size = 5.2) {
  const corners = SHAPES[at % SHAPES.length], count = Math.abs(corners);
  context.beginPath();
  if (!count) context.arc(x, y, size, 0, 2 * Math.PI);
  for (let corner = 0; corner < count; corner++) {
    const turn = (2 * Math.PI * corner) / count - Math.PI / 2 + (corners < 0 ? Math.PI / count : 0);
    context.lineTo(x + size * 1.15 * Math.cos(turn), y + size * 1.15 * Math.sin(turn));
  }
  context.closePath();
  Object.assign(context, { fillStyle: fill, strokeStyle: ink, lineWidth: 1.2 });
  context.fill();
  context.stroke();
}

/** Rows of a table: a quantity and a case each. */
export const rowsOf = (rows, cases) => [["quantity", "case", "recordings", "mean", "low", "high"], ...rows.flatMap((row) =>
  row.values.map((value, at) => [row.name, cases[at].name, cases[at].recordings, value?.mean ?? "", value?.low ?? "", value?.high ?? ""]))];

/** "+4" of a change of probability by 0.04: percentage points. */
export const points = (share) => signed(share * 100, 0);
