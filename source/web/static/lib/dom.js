// Makes elements. Whatever a person, a file or a model wrote becomes a text node, never markup.

const SVG = "http://www.w3.org/2000/svg";

function fill(element, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") element.setAttribute("class", value);
    else if (name === "style") for (const [key, what] of Object.entries(value)) element.style.setProperty(key, what);
    else if (name === "data") Object.assign(element.dataset, value);
    else if (name.startsWith("on")) element.addEventListener(name.slice(2).toLowerCase(), value);
    else if (name in element && !(element instanceof SVGElement) && typeof value !== "string") element[name] = value;
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Return a new HTML element: h("button", {class: "main", onclick: start}, "Start"). Empty children are left out. */
export const h = (tag, props, ...children) => fill(document.createElement(tag), props, children);

/** Return a new SVG element, with the same arguments as `h`. */
export const s = (tag, props, ...children) => fill(document.createElementNS(SVG, tag), props, children);

/** Put `children` in place of what `element` holds. */
export function replace(element, ...children) {
  element.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Write a text where it is another one: what is drawn many times a second changes nothing in vain. */
export function put(element, text) {
  if (element.textContent !== (text ?? "")) element.textContent = text ?? "";
}

/** Ask with a dialog; resolve to true when the person says yes. Escape and Cancel mean no. */
export function confirm(question, { yes = "Yes", detail = "", danger = false } = {}) {
  return new Promise((resolve) => {
    const dialog = h(
      "dialog",
      { class: "ask", onclose: () => (dialog.remove(), resolve(dialog.returnValue === "yes")) },
      h("form", { method: "dialog" },
        h("h2", {}, question),
        detail && h("p", {}, detail),
        h("div", { class: "row end" },
          h("button", { value: "no" }, "Cancel"),
          h("button", { value: "yes", class: danger ? "danger" : "main" }, yes))),
    );
    dialog.setAttribute("aria-label", question);
    document.body.append(dialog);
    dialog.showModal();
  });
}
