// Watch live: what camera and microphone give is read at once, and forgotten unless it is kept.
import { save } from "../lib/chart-export.js";
import { circumplex } from "../lib/circumplex.js";
import { hasAgreed, notice } from "../lib/consent.js";
import { OFF, chooser } from "../lib/devices.js";
import { h, replace } from "../lib/dom.js";
import { clock } from "../lib/format.js";
import { answer } from "./live/answer.js";
import { askWhatToKeep, controls, outcome, settings } from "./live/controls.js";
import { figures } from "./live/figures.js";
import { marks } from "./live/marks.js";
import { overlay } from "./live/overlay.js";
import { people } from "./live/people.js";
import { LiveRun } from "./live/run.js";
import { LiveState } from "./live/state.js";
import { statusLine } from "./live/status.js";
import { strips } from "./live/strips.js";
import { transcript } from "./live/transcript.js";

const FORGOTTEN = "Nothing is kept unless you press Keep.";
const READY = {  // with a camera, with a microphone
  "true true": "Press Start.",
  "true false": "No microphone: the face alone will be read.",
  "false true": "No camera: voice and words alone will be read.",
  "false false": "There is no camera and no microphone, or none is chosen. Plug one in, or drop a file on the page Read.",
};
const DRAW_MS = 200;  // where no face is answered, which draws at once
const TRAIL = 20;  // readings, one a second
const CHARTS_MS = 190, CALM_MS = 1000;  // between two pictures of the charts; the latter for people who want little motion

/** Show the page in `root`. */
export async function mount(root, params, context) {
  let leave = () => {};
  const show = () => (leave = stage(root, context));
  const agreed = () => (show(), root.querySelector("button.main").focus());
  if (hasAgreed()) show();
  else replace(root, h("h1", {}, "Live"), notice(FORGOTTEN, agreed));
  return () => leave();
}

/** What stands in the place of the picture where there is none. */
function sentenceOf(run, { camera, microphone }) {
  if (run.phase === "idle" && run.outcome) return "Stopped";
  if (run.phase === "idle") return READY[`${camera !== OFF} ${microphone !== OFF}`];
  if (run.phase === "paused") return "Paused";
  return run.phase === "live" && !run.modalities.includes("face") ? "No camera" : "";
}

function stage(root, { api, models, say }) {
  const state = new LiveState(models), keys = { on: true };
  const picture = overlay(state);
  const run = new LiveRun(api, state, picture, { onChange: changed, onFace: soon, onLost: (device) => devices.choose(device, OFF) });
  const devices = chooser({ onChange: (device, id) => (run.notices.delete(device), run.use(device, id), changed()), onThere: changed });
  const line = statusLine(run, state), ends = outcome(run);
  const buttons = controls({ start, pause, mark: () => moments.add(run.now), keep, picture: savePicture, stop: () => (moments.flush(), run.stop()) });
  const moments = marks(state, (seconds, label) => run.mark(seconds, label));
  const views = { answer: answer(state), strips: strips(state), mood: circumplex(state.palette), people: people(state), words: transcript(state), figures: figures(state) };
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const details = h("details", { open: true }, h("summary", {}, "Devices and view"), devices.element, picture.layers, settings(run, state, keys));
  let timer, frame, drawnAt = 0, left = false;

  replace(root, h("h1", { class: "unseen" }, "Live"), h("div", { class: "live-columns" },
    h("div", { class: "live-left" },
      h("section", { class: "live-camera" }, picture.element, line.element, buttons.element, moments.element,
        ends.element, details),
      h("section", { class: "live-strips" }, h("h2", {}, "The last minute"), views.strips.element, views.figures.element),
      h("div", { class: "live-words" }, views.words.element)),
    h("div", { class: "live-right" }, views.answer.element,
      h("section", { class: "live-trail" }, h("h2", {}, "Mood"), views.mood.element),
      h("div", { class: "live-people" }, views.people.element))));

  async function start() {
    state.clear();
    moments.show();
    details.open = false;
    await run.start(devices.chosen());
    for (const device of ["camera", "microphone"]) if (run.notices.has(device)) devices.choose(device, OFF);
    await devices.refresh();
    if (run.runs) for (const [device, id] of Object.entries(run.devices)) devices.choose(device, id);
    changed();
  }

  function pause() {
    if (run.phase === "paused") run.resume();
    else run.pause();
  }

  async function keep() {
    const what = await askWhatToKeep(run.kept);
    if (what) await run.keep(what);
  }

  async function savePicture() {
    const png = await picture.picture();
    if (png) save(`live ${clock(run.now).replaceAll(":", ".")}.png`, png);
    else say("There is no answered frame yet.");
  }

  function changed() {
    if (left) return;
    buttons.draw(run, devices.chosen());
    if (run.phase !== "ending") views.strips.choose(run.runs ? run.modalities : ["face", "audio", "text"]);
    picture.say(sentenceOf(run, devices.chosen()));
    ends.draw();
    soon();
  }

  /** Draw with the next picture of the screen, the charts no more often than people want them to move. */
  function soon() {
    frame ??= requestAnimationFrame(draw);
  }

  function draw() {
    frame = undefined;
    picture.tick();
    line.draw();
    views.answer.draw();
    views.people.draw();
    views.words.draw();
    if (performance.now() - drawnAt < (calm.matches ? CALM_MS : CHARTS_MS)) return;
    drawnAt = performance.now();
    views.strips.draw(run.now);
    drawMood();
    views.figures.draw();
  }

  function drawMood() {
    const way = state.readings.slice(-TRAIL).map((one) => (Number.isFinite(one.valence) && Number.isFinite(one.arousal) ? [one.valence, one.arousal] : null));
    views.mood.show(way.at(-1) ?? null, way);
  }

  function pressed(event) {
    if (!keys.on || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, dialog") || !run.on) return;
    const key = event.key.toLowerCase();
    if (key === "m") (event.preventDefault(), moments.add(run.now));
    if (key === "p") (event.preventDefault(), pause());
  }

  const visible = () => run.visible(!document.hidden);
  const stay = (event) => { if (run.kept.length && run.runs) event.preventDefault(); };  // the browser asks whether to leave
  document.addEventListener("keydown", pressed);
  document.addEventListener("visibilitychange", visible);
  addEventListener("beforeunload", stay);
  const again = new ResizeObserver(soon);
  again.observe(root);
  timer = setInterval(soon, DRAW_MS);
  changed();

  return async () => {
    left = true;
    moments.flush();
    clearInterval(timer);
    cancelAnimationFrame(frame);
    again.disconnect();
    devices.close();
    views.mood.close();
    document.removeEventListener("keydown", pressed);
    document.removeEventListener("visibilitychange", visible);
    removeEventListener("beforeunload", stay);
    run.stop();
  };
}
