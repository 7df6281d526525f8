// The buttons of a session: start, pause, mark, keep, stop, and how it is read.
import { OFF } from "../../lib/devices.js";
import { h, replace } from "../../lib/dom.js";
import { listed } from "../../lib/format.js";
import { fullAnswer } from "../../lib/readings.js";

const KEPT = { numbers: ["numbers"], media: ["sound", "picture"] };
const ABOUT = {
  numbers: "Numbers: all answers, the words and your marks, from Start to Stop.",
  media: "Sound and picture, from now on. After Stop they are read once more, more thoroughly.",
};

/** {element, draw(run, chosen)}; actions: {start, pause, stop, mark, keep, picture}. */
export function controls(actions) {
  const button = (name, said, props) => h("button", { onclick: actions[name], ...props }, said);
  const parts = {
    start: button("start", "Start", { class: "main" }), pause: button("pause", "Pause"), mark: button("mark", ["Mark ", h("kbd", {}, "M")]),
    keep: button("keep", "Keep …", { "aria-haspopup": "dialog" }), picture: button("picture", "Picture", { title: "Save this frame with its boxes" }),
    stop: button("stop", "Stop", { class: "main" }),
  };
  const element = h("div", { class: "row" }, Object.values(parts));

  function draw(run, chosen) {
    const { on } = run;
    const nothing = chosen.camera === OFF && chosen.microphone === OFF;
    parts.start.hidden = run.phase !== "idle";
    parts.start.disabled = nothing;
    parts.start.textContent = startText(chosen);
    parts.stop.hidden = !["starting", "live", "paused"].includes(run.phase);
    for (const name of ["pause", "mark", "keep", "picture"]) parts[name].hidden = !on;
    parts.pause.textContent = run.phase === "paused" ? "Go on" : "Pause";
    parts.keep.textContent = run.kept.length ? `Keeping ${listed(run.kept.flatMap((one) => KEPT[one]))} …` : "Keep …";
    parts.picture.hidden ||= !run.modalities.includes("face");
  }
  return { element, draw };
}

function startText({ camera, microphone }) {
  if (camera === OFF && microphone !== OFF) return "Start with the microphone alone";
  return microphone === OFF && camera !== OFF ? "Start with the camera alone" : "Start";
}

/** Ask what to keep; resolves to the list, or undefined where nothing is to change. */
export function askWhatToKeep(kept) {
  return new Promise((resolve) => {
    const boxes = Object.entries(ABOUT).map(([name, said]) => [name, h("input", { type: "checkbox", checked: kept.includes(name) }), said]);
    const chosen = () => boxes.filter(([, box]) => box.checked).map(([name]) => name);
    const dialog = h("dialog", { class: "ask", "aria-label": "What to keep", onclose: () => (dialog.remove(), resolve(dialog.returnValue === "keep" ? chosen() : undefined)) },
      h("form", { method: "dialog" },
        h("h2", {}, "What to keep"),
        h("p", {}, "Without this, all is forgotten at Stop. What is kept becomes a result on this machine, until you delete it."),
        boxes.map(([, box, said]) => h("p", {}, h("label", { class: "check" }, box, said))),
        h("div", { class: "row end" }, h("button", { type: "button", onclick: () => dialog.close() }, "Cancel"), h("button", { value: "keep", class: "main" }, "Keep what is ticked"))));
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** How it is read, as an element; told to run and state at once, or at the next start. */
export function settings(run, state, keys) {
  const rate = h("select", { onchange: () => run.setFramesPerSecond(Number(rate.value)) },
    [5, 10, 15].map((value) => h("option", { value: String(value), selected: value === run.framesPerSecond }, `${value} a second at most`)));
  const steady = h("input", { type: "range", min: "0", max: "0.9", step: "0.1", value: String(state.steadiness), oninput: () => (state.steadiness = Number(steady.value)) });
  const words = h("input", { type: "checkbox", checked: run.wantsWords, onchange: () => (run.wantsWords = words.checked) });
  const shortcuts = h("input", { type: "checkbox", checked: keys.on, onchange: () => (keys.on = shortcuts.checked) });
  return h("div", { class: "settings" },
    h("div", { class: "row" },
      h("label", { class: "field" }, h("span", {}, "Frames"), rate),
      h("label", { class: "field" }, h("span", {}, "Steadiness of the people's bars"), steady)),
    h("p", {}, h("label", { class: "check" }, words, "Recognise words (from the next start on); without them a slow machine is quicker")),
    h("p", {}, h("label", { class: "check" }, shortcuts, h("span", {}, "Keys: ", h("kbd", {}, "M"), " marks a moment, ", h("kbd", {}, "P"), " pauses"))));
}

/** What became of a session, with links; empty where nothing is to be said. */
export function outcome(run) {
  const element = h("div", { class: "outcome", role: "status" });
  return {
    element,
    draw() {
      const { outcome: is, phase } = run;
      const key = JSON.stringify([is, phase]);
      if (key === element.dataset.shown) return;
      element.dataset.shown = key;
      const lines = [];
      if (phase === "ending") lines.push(is?.kept.length ? "Writing what you keep …" : "Stopping …");
      else if (is && !is.kept.length) lines.push("Nothing was kept; leaving this page forgets what is still shown.");
      else if (is?.broken && is.kept.includes("numbers")) lines.push(h("span", {}, "The numbers up to the break are kept. ", h("a", { href: "#/results" }, "See the results")));
      if (is?.overall) lines.push(`All in all: ${fullAnswer(is.overall)}.`);
      if (is?.result) lines.push(h("span", {}, "The numbers are kept. ", h("a", { href: `#/result/${is.result}` }, "Open the result")));
      if (is?.kept.includes("media") && !is.job) lines.push("Sending the rest of the recording …");
      if (is?.job) lines.push(h("span", {}, "Sound and picture are kept and wait to be read. ", h("a", { href: "#/read" }, "See the queue")));
      replace(element, lines.map((line) => h("p", {}, line)));
    },
  };
}
