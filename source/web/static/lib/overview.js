// The whole axis in a thin strip below a zoomed one: shows what is visible, and moves it.
import { h } from "./dom.js";
import { answers } from "./lanes.js";

const HEIGHT = 16;

/** Return {element, close()}; it is there only while a part of the axis is visible. parts: as for the lane "answers". */
export function overview(axis, palette, parts) {
  const canvas = h("canvas", { "aria-hidden": "true" });
  const view = h("i");
  const element = h("div", { class: "overview", hidden: true, title: "Drag to move what is shown" }, canvas, view);
  const whole = { place: (seconds) => (seconds - axis.start) / axis.length, get from() { return axis.start; }, get to() { return axis.end; } };
  const lane = answers("", parts, { height: HEIGHT });
  let drawnAt = 0;
  const draw = () => {
    element.hidden = !axis.isZoomed;
    if (element.hidden) return;
    const [from, to] = [axis.from, axis.to].map((seconds) => 100 * whole.place(seconds));
    view.style.left = `${from}%`;
    view.style.width = `${to - from}%`;
    const [width, scale] = [canvas.clientWidth, devicePixelRatio || 1];
    if (!width || drawnAt === width) return;
    drawnAt = width;
    [canvas.width, canvas.height] = [Math.round(width * scale), HEIGHT * scale];
    const context = canvas.getContext("2d");
    context.scale(scale, scale);
    lane.draw(context, { axis: whole, palette, width, height: HEIGHT, scale });
  };
  const move = (event) => {
    if (event.type === "pointermove" && !element.hasPointerCapture(event.pointerId)) return;
    if (event.type === "pointerdown") element.setPointerCapture(event.pointerId);
    const box = canvas.getBoundingClientRect();
    const middle = axis.start + ((event.clientX - box.left) / box.width) * axis.length;
    const half = (axis.to - axis.from) / 2;
    axis.show(middle - half, middle + half);
  };
  element.addEventListener("pointerdown", move);
  element.addEventListener("pointermove", move);
  axis.addEventListener("view", draw);
  const sizes = new ResizeObserver(draw);
  sizes.observe(element);
  return {
    element,
    close() {
      axis.removeEventListener("view", draw);
      sizes.disconnect();
    },
  };
}
