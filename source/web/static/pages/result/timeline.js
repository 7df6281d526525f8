// The timeline: the lanes of lanes.js with their tools; which are shown is remembered.
import { exportButtons } from "../../lib/chart-export.js";
import { h } from "../../lib/dom.js";
import { clock } from "../../lib/format.js";
import { icon } from "../../lib/icons.js";
import { gestures } from "../../lib/gestures.js";
import { overview } from "../../lib/overview.js";
import { legend } from "../../lib/palette.js";
import { atTime, fullAnswer } from "../../lib/readings.js";
import { strips } from "../../lib/strips.js";
import { laneGroups } from "./lanes.js";
import { measureLane, measuresIn } from "./measures.js";
import { partsTable } from "./parts.js";

const HIDDEN = "demeanor.hidden"; // in the browser's storage: the groups of lanes that are not shown
const KEYS = [
  ["Space", "play, pause"], ["← →", "a second back, on"], [", .", "a frame back, on"], ["Shift ← →", "select"], ["Esc", "select nothing"],
  ["+ − 0", "zoom in, out, show all"], ["M", "mark the moment or the selection"], ["X", "exclude the selection, or count it again"],
];

/** The timeline with its tools. */
export function timeline(session) {
  const { axis, palette } = session;
  const tick = session.isTimed ? undefined : (value) => (Number.isInteger(value) && value < axis.end ? String(value + 1) : "");
  const drawn = strips(axis, palette, { label: "answers over time", tick });
  const groups = laneGroups(session), measured = new Map();
  const hidden = new Set(JSON.parse(localStorage.getItem(HIDDEN) ?? "[]"));
  const update = () => {
    drawn.shade(session.excluded);
    drawn.set([...groups.flatMap(([name, lanes]) => (hidden.has(name) ? [] : lanes())), ...measured.values()]);
  };
  session.addEventListener("annotations", update);
  update();
  const map = overview(axis, palette, session.runs);

  const place = asSlider(drawn.element, session);
  axis.addEventListener("cursor", place);
  const end = gestures(drawn, axis);

  const zoomed = h("span", { class: "soft small number" });
  const tell = () => (zoomed.textContent = axis.isZoomed && session.isTimed ? `${clock(axis.from)} to ${clock(axis.to)}` : "");
  axis.addEventListener("view", tell);
  const button = (name, title, onclick) => h("button", { type: "button", class: "icon", title, "aria-label": title, onclick }, icon(name));
  const line = (name, kind) => h("li", {}, h("span", { class: `stroke ${kind}`, "aria-hidden": "true" }), name);
  const element = h("section", { class: "timeline" },
    h("div", { class: "row apart" },
      h("h2", {}, session.isTimed ? "Over time" : "From sentence to sentence"),
      h("div", { class: "row tools" }, zoomed,
        button("minus", "Zoom out (−)", () => axis.zoom(2)), button("plus", "Zoom in (+)", () => axis.zoom(0.5)),
        h("button", { type: "button", title: "Show all (0)", onclick: () => axis.all() }, "All"),
        exportButtons({
          name: () => session.nameFor("timeline"), canvas: () => drawn.canvas(session.summary.name),
          table: () => partsTable(session), what: "timeline",
        }))),
    drawn.element, map.element,
    h("p", { class: "soft small hint" }, "Click to go there, drag to select; Ctrl and the wheel zoom."),
    choices(session, groups, hidden, measured, update),
    legend(palette, session.hasMood && [line("valence", "valence"), line("arousal (dashed)", "arousal")]));
  return {
    element,
    close() {
      session.removeEventListener("annotations", update);
      axis.removeEventListener("cursor", place);
      axis.removeEventListener("view", tell);
      end();
      map.close();
      drawn.close();
    },
  };
}

/** Let a screen reader take an element for the slider of the cursor; returns what tells it where that is. */
function asSlider(element, { axis, parts, isTimed }) {
  const set = (names) => Object.entries(names).forEach(([name, value]) => element.setAttribute(name, value));
  const tell = () => {
    const where = isTimed ? clock(axis.cursor, 1) : `sentence ${Math.floor(axis.cursor) + 1}`;
    const answer = fullAnswer(atTime(parts, axis.cursor)?.reading);
    set({ "aria-valuenow": axis.cursor.toFixed(1), "aria-valuetext": `${where}: ${answer}` });
  };
  set({ role: "slider", tabindex: 0, "aria-label": "Position in the recording", "aria-valuemin": axis.start, "aria-valuemax": axis.end });
  tell();
  return tell;
}

/** Which lanes are shown, lines of what was measured in the face, and the keys. */
function choices(session, groups, hidden, measured, update) {
  const box = ([name]) => {
    const input = h("input", { type: "checkbox", checked: !hidden.has(name), onchange: () => {
      hidden[input.checked ? "delete" : "add"](name);
      localStorage.setItem(HIDDEN, JSON.stringify([...hidden]));
      update();
    } });
    return h("label", { class: "check small" }, input, name);
  };
  const lines = h("div", { class: "row" });
  const fill = async () => {
    if (lines.firstChild || !session.has("frames.csv")) return;
    const text = await session.frames();
    const options = Object.entries(measuresIn(text)).map(([label, names]) => h("optgroup", { label }, names.map((name) => h("option", { value: name }, name))));
    const select = h("select", { "aria-label": "Lines of what was measured in the face", onchange: () => {
      const name = select.value;
      select.value = "";
      if (measured.has(name)) measured.delete(name);
      else measured.set(name, measureLane(text, name, session));
      update();
    } }, h("option", { value: "" }, "Show or hide a line …"), options);
    lines.append(select);
  };
  return h("div", { class: "choices" },
    h("details", { ontoggle: () => fill().catch((error) => session.context.say(error.message)) },
      h("summary", { class: "small" }, "Lanes"), h("div", { class: "row" }, groups.map(box)), lines),
    h("details", {}, h("summary", { class: "small" }, "Keys"),
      h("dl", { class: "keys small" }, KEYS.map(([keys, what]) => h("div", {}, h("dt", {}, keys.split(" ").map((key) => h("kbd", {}, key))), h("dd", {}, what))))));
}
