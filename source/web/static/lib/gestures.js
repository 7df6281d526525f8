// Pointer and wheel over strips: click seeks, drag selects, wheel zooms and moves.
const DRAG = 5; // pixels from which a press is a drag

/** Let people use `strips` (of strips.js) with pointer and wheel. Returns a function that ends it. */
export function gestures(strips, axis) {
  const { element, share } = strips;
  let from = null;
  const inside = (event) => Math.min(Math.max(share(event), 0), 1);
  const down = (event) => {
    if (event.button !== 0 || share(event) < 0) return;
    from = { x: event.clientX, seconds: axis.at(inside(event)), drags: false };
  };
  const move = (event) => {
    if (!from) return;
    if (!from.drags && Math.abs(event.clientX - from.x) < DRAG) return;
    if (!from.drags) element.setPointerCapture(event.pointerId);
    from.drags = true;
    axis.select(from.seconds, axis.at(inside(event)));
  };
  const up = (event) => {
    if (!from) return;
    const { seconds, drags } = from;
    from = null;
    if (drags) return;
    const [begin, end] = axis.selection ?? [Infinity, -Infinity];
    if (seconds < begin || seconds > end) axis.select(0, 0);
    axis.seek(axis.at(inside(event)));
  };
  const cancel = () => (from = null);
  const wheel = (event) => {
    const sideways = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
    if (Math.abs(sideways) > Math.abs(event.shiftKey ? 0 : event.deltaY)) {
      if (!axis.isZoomed) return;
      const by = (sideways / 800) * (axis.to - axis.from);
      axis.show(axis.from + by, axis.to + by);
    } else if (event.ctrlKey || event.metaKey || element.contains(document.activeElement)) {
      axis.zoom(1.0018 ** event.deltaY, axis.at(inside(event)));
    } else return; // the page scrolls
    event.preventDefault();
  };
  const listeners = { pointerdown: down, pointermove: move, pointerup: up, pointercancel: cancel };
  for (const [name, listener] of Object.entries(listeners)) element.addEventListener(name, listener);
  element.addEventListener("wheel", wheel, { passive: false });
  return () => {
    for (const [name, listener] of Object.entries(listeners)) element.removeEventListener(name, listener);
    element.removeEventListener("wheel", wheel);
  };
}
