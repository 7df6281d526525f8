// Record in the page: camera, microphone or both, sent to the server piece by piece and then read.
import { save } from "../../lib/chart-export.js";
import { hasAgreed, notice } from "../../lib/consent.js";
import { OFF, chooser, open, release } from "../../lib/devices.js";
import { h, replace } from "../../lib/dom.js";
import { bytes, clock } from "../../lib/format.js";
import { levelMeter, loudness } from "../../lib/level.js";
import { Recording } from "../../lib/recording.js";

const KEPT = "What you record is kept on this machine, with its result, until you delete it.";
const STATES = { recording: "recording", paused: "paused", sending: "sending the rest" };
const TICK_MS = 100;

/**
 * The panel that records, as an element with a method `close`; it also ends by itself when it is taken off the page.
 * Of the context: `model` that shall read, onDone(job) when a recording waits to be read, onClose() when a person closes it.
 */
export function recordPanel(context) {
  const element = h("div", { class: "record" });
  let open;
  const show = () => {
    open = hasAgreed() ? studio(context) : undefined;
    replace(element, open?.element ?? notice(KEPT, () => (show(), element.querySelector("button.main").focus())));
  };
  show();
  return Object.assign(element, { close: () => open?.close() });
}

/** The devices, the picture and the buttons. */
function studio({ api, model = "combined", onDone = () => {}, onClose }) {
  const devices = chooser({ onChange: () => (complain(), ready()), onThere: () => ready() });
  const picture = h("video", { class: "mirrored", playsInline: true, muted: true, autoplay: true, "aria-label": "What the camera sees" });
  const frame = h("div", { class: "viewer", hidden: true }, picture);
  const meter = levelMeter();
  const dot = h("span", { class: "on-air", hidden: true });
  const state = h("span", { role: "status" });
  const time = h("span", { class: "number" });
  const trouble = h("p", { class: "trouble", role: "alert", hidden: true });
  const transfer = h("p", { class: "trouble", role: "alert", hidden: true });
  const title = h("input", { type: "text", maxLength: 80, "aria-label": "Name of the recording", placeholder: "Name, if you like" });
  const start = h("button", { class: "main", onclick: begin }, "Record");
  const hold = h("button", { hidden: true, onclick: () => (recording.state === "paused" ? recording.resume() : recording.pause()) }, "Pause");
  const end = h("button", { class: "main", hidden: true, onclick: finish }, "Stop and read it");
  const drop = h("button", { hidden: true, onclick: discard }, "Discard");
  const rescue = h("button", { hidden: true, onclick: () => save(recording.name, recording.file()) }, "Save it as a file");
  const shutter = onClose && h("button", { class: "push", onclick: () => (close(), onClose()) }, "Close");
  let stream, ear, recording, ticking;

  function ready() {
    const { camera, microphone } = devices.chosen();
    start.disabled = camera === OFF && microphone === OFF;
    if (start.disabled) complain("There is no camera and no microphone, or neither is chosen. You can drop a file instead.");
  }

  function complain(sentence, line = trouble) {
    line.textContent = sentence ?? "";
    line.hidden = !sentence;
  }

  function follow(what, sentence) {
    const runs = what !== "ended", how = recording?.state;
    complain(sentence, transfer);
    state.textContent = STATES[what] ?? STATES[how] ?? "";
    dot.hidden = !runs || how !== "recording";
    start.hidden = title.hidden = devices.element.hidden = runs;
    if (shutter) shutter.hidden = runs;
    end.hidden = drop.hidden = progress.hidden = !runs;
    hold.hidden = !runs || how === "inactive";
    hold.textContent = how === "paused" ? "Go on" : "Pause";
    rescue.hidden = !["waiting", "broken"].includes(what);
    if (!runs) shut();
  }

  async function begin() {
    start.disabled = true;
    complain();
    try {
      const opened = await open(devices.chosen());
      stream = opened.stream;
      if (!stream.getTracks().length) return complain(Object.values(opened.troubles).join(" "));
      for (const device of Object.keys(opened.troubles)) devices.choose(device, OFF);
      ear = loudness(stream);
      const seen = stream.getVideoTracks().length > 0;
      frame.hidden = !seen;
      picture.srcObject = seen ? new MediaStream(stream.getVideoTracks()) : null;
      recording = new Recording(api, stream, { name: title.value.trim() || named(), model, onState: follow });
      await recording.begin();
      complain(Object.values(opened.troubles).map((sentence) => `${sentence} The rest is recorded.`).join(" "));
      for (const track of stream.getTracks()) track.onended = () => complain(`${track.kind === "video" ? "The camera" : "The microphone"} was unplugged.`);
      tick();
    } catch (error) {
      recording = undefined;
      shut();
      complain(error.message);
    } finally {
      start.disabled = false;
      devices.refresh();
    }
  }

  function tick() {
    if (!recording) return;
    if (!element.isConnected) return void close();
    meter.show(recording.state === "recording" ? ear.level() : 0);
    time.textContent = `${clock(recording.seconds)} · ${bytes(recording.bytes)}`;
    ticking = setTimeout(tick, TICK_MS);
  }

  async function finish() {
    end.disabled = true;
    try {
      follow("sending");
      const job = await recording.finish();
      recording = undefined;
      title.value = "";
      onDone(job);
    } catch (error) {
      follow("broken", error.message);
    } finally {
      end.disabled = false;
    }
  }

  async function discard() {
    const given = recording;
    recording = undefined;
    await given.discard();
  }

  function shut() {
    clearTimeout(ticking);
    release(stream);
    ear?.close();
    stream = ear = undefined;
    frame.hidden = true;
    meter.show(0);
    time.textContent = "";
  }

  /** Leave in the middle: what the server has by then can still be read, as an unfinished recording. */
  function close() {
    devices.close();
    recording?.stop().catch(() => {});
    shut();
  }

  const progress = h("p", { class: "row", hidden: true }, dot, state, time, meter.element);
  const element = h("section", { class: "studio" }, devices.element, progress, trouble, transfer,
    h("p", { class: "row" }, title, start, hold, end, drop, rescue, shutter), frame);
  return { element, close };
}

const named = () => `recording ${new Date().toLocaleString("sv-SE").replaceAll(":", ".")}`;
