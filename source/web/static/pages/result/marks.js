// The marks that people set, as a table: their words and ends can be changed.
import { csvButton } from "../../lib/chart-export.js";
import { h, replace } from "../../lib/dom.js";
import { icon } from "../../lib/icons.js";
import { timeButton } from "./parts.js";

/** The table of marks; it is there as soon as there is one. */
export function marks(session) {
  if (!session.isTimed) return null;
  const rows = h("tbody");
  const element = h("section", { class: "marks", hidden: true },
    h("div", { class: "row apart" }, h("h2", {}, "Marks"),
      csvButton({ name: () => session.nameFor("marks"), table: () => table(session) })),
    h("div", { class: "scroll" }, h("table", {},
      h("thead", {}, h("tr", {}, ["from", "to", "label", "excluded", ""].map((name) => h("th", { scope: "col" }, name)))), rows)));
  const show = () => {
    element.hidden = !session.marks.length;
    const controls = () => [...rows.querySelectorAll("input, button")];
    const focused = controls().indexOf(document.activeElement);
    replace(rows, session.marks.map((mark, at) => row(session, mark, at)));
    controls()[focused]?.focus(); // whoever goes from field to field goes on where they were
  };
  session.addEventListener("annotations", show);
  show();
  return { element, close: () => session.removeEventListener("annotations", show) };
}

function row(session, mark, at) {
  const change = (changes) => session.save({ marks: session.marks.map((one, place) => (place === at ? { ...one, ...changes } : one)) });
  const label = h("input", {
    value: mark.label, maxlength: 120, dir: "auto", list: "emotions", "aria-label": "label", placeholder: "what it is",
    onchange: () => change({ label: label.value }).catch(() => (label.value = mark.label)),
  });
  const left = h("input", {
    type: "checkbox", checked: mark.excluded, "aria-label": "excluded",
    onchange: () => change({ excluded: left.checked }).catch(() => (left.checked = mark.excluded)),
  });
  const remove = () => session.save({ marks: session.marks.filter((_, place) => place !== at) });
  const shown = [mark.begin_seconds, mark.end_seconds].map((seconds) => h("td", {}, timeButton(session, seconds)));
  if (mark.begin_seconds === mark.end_seconds) replace(shown[1], h("span", { class: "soft" }, "a moment"));
  const names = at ? null : h("datalist", { id: "emotions" }, session.prediction.labels.map((value) => h("option", { value })));
  return h("tr", {}, shown, h("td", {}, label, names), h("td", {}, left),
    h("td", {}, h("button", { type: "button", class: "quiet icon", "aria-label": "Remove this mark", title: "Remove", onclick: remove }, icon("remove"))));
}

const table = (session) => [["begin", "end", "label", "excluded"],
  ...session.marks.map((mark) => [mark.begin_seconds, mark.end_seconds, mark.label, mark.excluded])];
