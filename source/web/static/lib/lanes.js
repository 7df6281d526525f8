// What a lane of the strips can hold. Each function returns {name, height, draw(context, frame), tip(seconds)};
// frame: {axis, palette, width, height, scale}, lengths in CSS pixels.
import { clock } from "./format.js";
import { cssColour, inkOn } from "./palette.js";
import { atTime, firstAfter, fullAnswer } from "./readings.js";

const LABELLED = 46; // pixels from which an answer is written
const FINEST = 2; // pixels: what is shorter joins its neighbours

/** Answers: parts {begin, end, reading}, sorted, without overlap, title?; their emotion in colour, pattern and words. */
export function answers(name, parts, { height = 44 } = {}) {
  return {
    name, height,
    tip: (seconds) => describe(atTime(parts, seconds)),
    draw(context, { axis, palette, width, height: high, scale }) {
      const x = (seconds) => axis.place(seconds) * width;
      for (const { begin, end, reading } of coarse(visible(parts, axis), (FINEST * (axis.to - axis.from)) / width)) {
        if (!reading.likeliest) continue;
        const [left, right] = [Math.max(x(begin), -1), Math.min(x(end), width + 1)];
        context.fillStyle = palette.fill(context, reading.emotion, scale);
        context.fillRect(left, 0, Math.max(right - left, 1), high);
        if (right - left >= LABELLED && high > 15) write(context, reading.emotion, Math.max(left, 0), Math.min(right, width), high, palette);
      }
    },
  };
}

/** The probabilities of all labels, one upon the other; parts {begin, end, reading}. */
export function areas(name, parts, { height = 92 } = {}) {
  return {
    name, height,
    tip: (seconds) => describe(atTime(parts, seconds)),
    draw(context, { axis, palette, width, height: high, scale }) {
      const shown = visible(parts, axis);
      const x = (seconds) => axis.place(seconds) * width;
      const floors = shown.map(() => 0);
      for (const label of palette.labels) {
        context.fillStyle = palette.fill(context, label, scale);
        context.beginPath();
        for (const [at, { begin, end, reading }] of shown.entries()) {
          const share = reading.probabilities[label] ?? 0;
          const left = x(begin);
          if (share > 0) context.rect(left, high * (1 - floors[at] - share), x(end) - left + 0.5, high * share + 0.5);
          floors[at] += share;
        }
        context.fill();
      }
    },
  };
}

/**
 * Lines within `range`: series [{name, colour: "--variable", dash, values}]; times: seconds of the values, ascending.
 * A line breaks where there is no value for more than `gap` seconds.
 */
export function curves(name, times, series, { height = 64, range: [low, top] = [-1, 1], gap = 0 } = {}) {
  return {
    name, height,
    tip: (seconds) => {
      const at = nearest(times, seconds);
      return at < 0 ? "" : series.map((one) => `${one.name} ${one.values[at]?.toFixed(2) ?? "–"}`).join("; ");
    },
    draw(context, { axis, width, height: high }) {
      const y = (value) => high - 3 - ((high - 6) * (Math.min(Math.max(value, low), top) - low)) / (top - low);
      context.strokeStyle = cssColour("--unsure", "#6c6c75");
      context.globalAlpha = 0.5;
      if (low < 0) context.strokeRect(0, y(0), width, 0);
      context.globalAlpha = 1;
      context.lineWidth = 2;
      context.lineJoin = "round";
      const first = Math.max(nearest(times, axis.from) - 1, 0);
      for (const { colour, dash = [], values } of series) {
        context.strokeStyle = cssColour(colour, "#7c3aed");
        context.setLineDash(dash);
        context.beginPath();
        for (let at = first, drawn = false, last = 0; at < times.length; at++) {
          if (values[at] === null || values[at] === undefined) drawn &&= times[at] - last <= gap;
          else {
            const [left, top] = [axis.place(times[at]) * width, y(values[at])];
            if (drawn) context.lineTo(left, top);
            else context.moveTo(left, top), context.lineTo(left + 0.1, top);
            [drawn, last] = [true, times[at]];
          }
          if (times[at] > axis.to) break;
        }
        context.stroke();
      }
      context.setLineDash([]);
    },
  };
}

/** Stretches with a name each, such as marks and pauses: spans {begin, end, text, colour?: "--variable", hatched?}. */
export function spans(name, list, { height = 18 } = {}) {
  return {
    name, height,
    tip: (seconds) => list.filter((one) => one.begin - 0.05 <= seconds && seconds <= one.end + 0.05).map((one) => one.text).join("; "),
    draw(context, { axis, width, height: high }) {
      for (const { begin, end, text, colour = "--unsure", hatched } of list) {
        const left = axis.place(begin) * width;
        const wide = Math.max(axis.place(end) * width - left, 3);
        if (left > width || left + wide < 0) continue;
        context.save();
        context.beginPath();
        context.rect(left, 0, wide, high);
        context.clip();
        context.fillStyle = context.strokeStyle = cssColour(colour, "#6c6c75");
        if (hatched) hatch(context, Math.max(left, -high), Math.min(left + wide, width + high), high);
        else context.fillRect(left, 0, wide, high);
        if (wide > LABELLED && text && !hatched) {
          context.fillStyle = cssColour("--card", "#ffffff");
          context.font = `600 ${high - 7}px system-ui, sans-serif`;
          context.textBaseline = "middle";
          context.fillText(text, Math.max(left, 0) + 5, high / 2 + 0.5);
        }
        context.restore();
      }
    },
  };
}

function hatch(context, left, right, high) {
  context.beginPath();
  for (let x = left - high; x < right; x += 6) {
    context.moveTo(x, high);
    context.lineTo(x + high, 0);
  }
  context.stroke();
}

function describe(part) {
  if (!part) return "";
  const { begin, end, reading, title } = part; // a title says where it is, if a clock does not
  const digits = end - begin < 1 ? 1 : 0;
  return `${title ?? `${clock(begin, digits)} to ${clock(end, digits)}`}: ${fullAnswer(reading)}`;
}

function write(context, emotion, from, to, high, palette) {
  const size = high > 30 ? 14 : 11;
  const text = emotion ?? "not sure";
  const emoji = high > 30 ? palette.emoji(emotion) : "";
  context.font = `600 ${size}px system-ui, sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  const full = `${emoji} ${text}`.trim();
  const shown = [full, text, emoji].find((words) => words && context.measureText(words).width < to - from - 6);
  if (!shown) return;
  const colour = palette.colour(emotion);
  const wide = context.measureText(shown).width + 6;
  const middle = (from + to) / 2;
  context.fillStyle = colour;
  context.fillRect(middle - wide / 2, high / 2 - size * 0.65, wide, size * 1.3); // the pattern would blur the words
  context.fillStyle = inkOn(colour);
  context.fillText(shown, middle, high / 2 + 1);
  context.textAlign = "left";
}

/** The parts that are on the axis now; parts are sorted. */
function visible(parts, axis) {
  const first = firstAfter(parts, axis.from, (part) => part.end);
  const last = firstAfter(parts, axis.to, (part) => part.begin);
  return parts.slice(first, last);
}

function nearest(times, seconds) {
  const after = firstAfter(times, seconds, (time) => time);
  if (after === 0) return times.length ? 0 : -1;
  return after < times.length && times[after] - seconds < seconds - times[after - 1] ? after : after - 1;
}

/** Join parts that are shorter than `least` seconds to the answer that prevails among them. */
function coarse(parts, least) {
  const result = [];
  let group = [];
  const close = () => {
    if (group.length === 1) result.push(group[0]);
    else if (group.length) {
      const seconds = new Map();
      for (const part of group) {
        const key = part.reading.likeliest && (part.reading.emotion ?? "");
        seconds.set(key, (seconds.get(key) ?? 0) + part.end - part.begin);
      }
      const [longest] = [...seconds].reduce((best, one) => (one[1] > best[1] ? one : best));
      const chosen = group.find((part) => (part.reading.likeliest && (part.reading.emotion ?? "")) === longest);
      result.push({ ...chosen, begin: group[0].begin, end: group.at(-1).end });
    }
    group = [];
  };
  for (const part of parts) {
    if (group.length && (part.begin - group.at(-1).end > least || part.end - part.begin >= least)) close();
    group.push(part);
    if (part.end - group[0].begin >= least) close();
  }
  close();
  return result;
}
