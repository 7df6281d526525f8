// The keys of the page; fields and buttons keep their own.
import { exclude, mark } from "./selection.js";

const FRAME = 1 / 25; // seconds of a step with comma and full stop

/** Listen to keys while the result is open. Returns {close()}. */
export function keys(session, stage) {
  const { axis } = session;
  let anchor = null;
  const go = (seconds) => {
    anchor = null;
    axis.seek(seconds);
  };
  const extend = (by) => {
    if (anchor === null || !axis.selection) anchor = axis.cursor;
    axis.seek(axis.cursor + by);
    axis.select(anchor, axis.cursor);
  };
  const move = (event, by) => (event.shiftKey ? extend(by) : go(axis.cursor + by));
  const actions = {
    " ": () => session.isTimed && stage.player.toggle(),
    ArrowLeft: (event) => move(event, -1), ArrowRight: (event) => move(event, 1),
    PageUp: (event) => onSlider(event) && move(event, -10), PageDown: (event) => onSlider(event) && move(event, 10),
    Home: (event) => onSlider(event) && go(axis.start), End: (event) => onSlider(event) && go(axis.end),
    ",": () => go(axis.cursor - FRAME), ".": () => go(axis.cursor + FRAME),
    "+": () => axis.zoom(0.5), "=": () => axis.zoom(0.5), "-": () => axis.zoom(2), 0: () => axis.all(),
    m: () => session.isTimed && mark(session).catch(() => {}), x: () => session.isTimed && exclude(session)?.catch(() => {}),
    Escape: () => axis.select(0, 0),
  };
  const onSlider = (event) => event.target.closest?.(".strips");
  const press = (event) => {
    const action = actions[event.key] ?? actions[event.key.toLowerCase()];
    if (!action || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    const own = event.target.closest?.("input, textarea, select, [contenteditable], .scroll, .talk");
    const pressed = event.key === " " && event.target.closest?.("button, a, summary, video[controls], audio[controls]");
    if (own || pressed || action(event) === null) return;
    if (/^(?: |Arrow|Page|Home|End)/.test(event.key) && !(/^(?:Page|Home|End)/.test(event.key) && !onSlider(event))) event.preventDefault();
  };
  document.addEventListener("keydown", press);
  return { close: () => document.removeEventListener("keydown", press) };
}
