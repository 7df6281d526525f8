// The camera's picture with boxes: each box lies on the very frame that it was read from.
import { font } from "./canvas.js";
import { h } from "../../lib/dom.js";
import { inkOn } from "../../lib/palette.js";
import { fullAnswer } from "../../lib/readings.js";

const STALE_MS = 1500;  // without an answer the moving picture is shown, never old boxes
const LAYERS = { picture: "Picture", boxes: "Boxes", answers: "Answers", bars: "Bars", mirror: "Mirror" };
const HIDDEN_AT_FIRST = ["bars"];

/** {element, video, layers, show(frame, faces), tick(now), clear(), picture() -> Promise<Blob>}. */
export function overlay(state) {
  const video = h("video", { playsInline: true, muted: true, autoplay: true, "aria-label": "What the camera sees" });
  const canvas = h("canvas", { hidden: true, "aria-hidden": "true" });
  const empty = h("p", { class: "viewer-empty" });
  const element = h("div", { class: "viewer" }, video, canvas, empty);
  const on = Object.fromEntries(Object.keys(LAYERS).map((name) => [name, !HIDDEN_AT_FIRST.includes(name)]));
  let frame, faces = [], shownAt = -Infinity;

  const layers = h("div", { class: "layers", role: "group", "aria-label": "What is drawn" }, Object.entries(LAYERS).map(([name, said]) =>
    h("button", { class: "quiet", "aria-pressed": String(on[name]), onclick: ({ target }) => {
      on[name] = !on[name];
      target.setAttribute("aria-pressed", String(on[name]));
      apply();
    } }, said)));

  function apply() {
    video.classList.toggle("mirrored", on.mirror);
    video.classList.toggle("blank", !on.picture);
    if (frame) draw();
  }

  function draw() {
    const width = Math.round(Math.min(element.clientWidth * (devicePixelRatio || 1), 1600)) || frame.canvas.width;
    const height = Math.round((width * frame.canvas.height) / frame.canvas.width);
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const pen = canvas.getContext("2d", { alpha: false });
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.fillStyle = "#000";
    pen.fillRect(0, 0, width, height);
    if (on.mirror) pen.setTransform(-1, 0, 0, 1, width, 0);
    if (on.picture) pen.drawImage(frame.canvas, 0, 0, width, height);
    pen.setTransform(1, 0, 0, 1, 0, 0);
    for (const face of faces) drawFace(pen, face, width, height);
  }

  function drawFace(pen, face, width, height) {
    const [left, top, right, bottom] = face.box;
    const x = (on.mirror ? 1 - right : left) * width, y = top * height, w = (right - left) * width, t = (bottom - top) * height;
    const answer = state.reading(face.probabilities);
    const colour = answer.emotion ? state.palette.colour(answer.emotion) : "#d7dbdd", unit = Math.max(width / 640, 0.5);
    if (on.boxes) {
      for (const [stroke, line] of [["rgb(0 0 0 / .6)", 4.5], [colour, 2.5]]) {
        pen.strokeStyle = stroke;
        pen.lineWidth = line * unit;
        pen.setLineDash(answer.emotion ? [] : [8 * unit, 5 * unit]);
        pen.beginPath();
        pen.roundRect(x, y, w, t, 6 * unit);
        pen.stroke();
      }
      pen.setLineDash([]);
    }
    if (on.answers) label(pen, `${numbered(face.person)} ${fullAnswer(answer)}`, x, y, colour, unit, width);
    if (on.bars) bars(pen, face.probabilities, x, Math.min(y + t + 5 * unit, height - 8 * 11 * unit), Math.max(w, 90 * unit), unit);
  }

  function label(pen, text, x, y, colour, unit, width) {
    pen.font = font(14 * unit, 600);
    const wide = pen.measureText(text).width + 12 * unit, tall = 21 * unit, left = Math.max(0, Math.min(x, width - wide));
    const above = y > tall ? y - tall : y;
    pen.fillStyle = colour;
    pen.fillRect(left, above, wide, tall);
    pen.fillStyle = inkOn(colour);
    pen.textBaseline = "middle";
    pen.fillText(text, left + 6 * unit, above + tall / 2 + unit);
  }

  function bars(pen, probabilities, x, y, wide, unit) {
    pen.font = font(9 * unit, 600);
    pen.textBaseline = "middle";
    Object.entries(probabilities).forEach(([name, share], index) => {
      const row = y + index * 11 * unit;
      pen.fillStyle = "rgb(0 0 0 / .55)";
      pen.fillRect(x, row, wide, 10 * unit);
      pen.fillStyle = state.palette.colour(name);
      pen.fillRect(x, row, wide * share, 10 * unit);
      pen.fillStyle = "#fff";
      pen.strokeStyle = "rgb(0 0 0 / .8)";
      pen.lineWidth = 2.5 * unit;
      pen.strokeText(name, x + 3 * unit, row + 5.5 * unit);
      pen.fillText(name, x + 3 * unit, row + 5.5 * unit);
    });
  }

  apply();
  return {
    element, video, layers,
    /** Draw the frame that was read; returns the one shown before, to be drawn on again. */
    show(read, found) {
      const before = frame;
      [frame, faces, shownAt] = [read, found, performance.now()];
      canvas.hidden = false;
      draw();
      return before?.canvas;
    },
    /** Take boxes away whose frame is long over. */
    tick() { if (performance.now() - shownAt > STALE_MS) canvas.hidden = true; },
    clear() {
      [frame, faces] = [undefined, []];
      canvas.hidden = true;
    },
    say(sentence) {
      empty.textContent = sentence;
      empty.hidden = !sentence;
    },
    /** The picture with its boxes as PNG; null before the first. */
    picture: () => (frame ? new Promise((resolve) => canvas.toBlob(resolve, "image/png")) : Promise.resolve(null)),
  };
}

/** "#0", as persons are called; "face" before they have a number. */
export const numbered = (person) => (person === null || person === undefined || person < 0 ? "face" : `#${person}`);
