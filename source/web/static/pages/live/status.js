// One line on how it goes: a badge, the pace, and whatever is behind or missing.
import { h, put, replace } from "../../lib/dom.js";
import { clock } from "../../lib/format.js";
import { levelMeter } from "../../lib/level.js";

const BADGES = { idle: "off", starting: "starting", live: "live", paused: "paused", ending: "stopping" };
const WORDS_SECONDS = 4, PICTURE_MS = 500;  // from which being behind is said

/** {element, draw()}. */
export function statusLine(run, state) {
  const meter = levelMeter();
  const dot = h("span", { class: "on-air", hidden: true });
  const badge = h("b", { class: "badge" });
  const pace = h("span", { class: "soft number" });
  const speaking = h("span", { class: "chip", hidden: true }, "speaking …");
  const record = h("span", { class: "chip", hidden: true });
  const notices = h("div", { class: "notices", role: "status" });
  const late = h("p", { class: "late" });  // changes too often to be read out
  let shown;

  function draw() {
    const live = run.phase === "live";
    dot.hidden = !run.takes;
    put(badge, BADGES[run.phase]);
    put(pace, live ? paceText() : "");
    speaking.hidden = !(live && state.voice.speaking && run.modalities.includes("audio"));
    meter.element.hidden = !(run.runs && run.modalities.includes("audio"));
    meter.show(live ? run.level : 0);
    record.hidden = !(run.runs && run.phase !== "ending" && run.kept.length);
    put(record, run.kept.includes("media") ? "recording" : "numbers kept");
    record.classList.toggle("records", run.kept.includes("media"));
    put(late, behind().join(" "));
    const sentences = [...run.notices.values()];
    if (run.phase === "starting" && !sentences.length) sentences.push("Starting. The browser may ask for camera and microphone.");
    if (sentences.join() === shown) return;
    shown = sentences.join();
    replace(notices, sentences.map((sentence) => h("p", { class: "soft small" }, sentence)));
  }

  function paceText() {
    const seen = run.modalities.includes("face") && state.frames;
    return [clock(run.now), ...(seen ? [`${run.rate.toFixed(1)} answers a second`, `${Math.round(run.delay)} ms`, `frame ${state.frames}`] : [])].join(" · ");
  }

  function behind() {
    if (run.phase !== "live") return [];
    const words = state.status.words_behind_seconds, { delay } = run;
    return [
      ...(words > WORDS_SECONDS ? [`Words are ${Math.round(words)} s behind.`] : []),
      ...(delay > PICTURE_MS ? [`The answers to the picture are ${(delay / 1000).toFixed(1)} s behind.`] : []),
    ];
  }

  return { element: h("div", { class: "live-status" }, h("p", { class: "row" }, dot, badge, pace, meter.element, speaking, record), late, notices), draw };
}
