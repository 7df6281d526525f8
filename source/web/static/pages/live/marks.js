// Moments that a person marks, with a name if they like.
import { h, replace } from "../../lib/dom.js";
import { clock } from "../../lib/format.js";

/** {element, add(seconds), flush()}; send(seconds, label) when a mark is named or left without a name. */
export function marks(state, send) {
  const list = h("ul", { class: "moments", "aria-label": "Marks" });
  const form = h("form", { class: "row", hidden: true });
  const element = h("div", {}, form, list);
  let open;

  function flush() {
    if (!open) return;
    const { mark, field } = open;
    open = undefined;
    mark.label = field.value.trim();
    form.hidden = true;
    send(mark.seconds, mark.label);
    show();
  }

  function show() {
    replace(list, state.marks.map(({ seconds, label }) => h("li", { class: "chip" }, h("span", { class: "number" }, clock(seconds)), label || "mark")));
  }

  form.addEventListener("submit", (event) => (event.preventDefault(), flush()));
  return {
    element, flush, show,
    add(seconds) {
      flush();
      const mark = { seconds, label: "" };
      state.marks.push(mark);
      const field = h("input", { type: "text", maxLength: 80, "aria-label": `Name of the mark at ${clock(seconds)}`, placeholder: "Name, if you like", onblur: flush,
        onkeydown: (event) => { if (event.key === "Escape") (field.value = "", flush()); } });
      replace(form, h("span", { class: "number" }, clock(seconds)), field, h("button", {}, "Done"));
      form.hidden = false;
      open = { mark, field };
      field.focus();
      show();
    },
  };
}
