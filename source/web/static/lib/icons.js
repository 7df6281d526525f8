// Icons as lines, which need no font.
import { s } from "./dom.js";

const PATHS = {
  play: "M7 4.5v15l12-7.5z",
  pause: "M8 5v14M16 5v14",
  sound: "M4 9.5v5h4l5 4v-13l-5 4zM16.5 9a4 4 0 0 1 0 6M19 6.5a8 8 0 0 1 0 11",
  mute: "M4 9.5v5h4l5 4v-13l-5 4zM17 9.5l5 5M22 9.5l-5 5",
  full: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  minus: "M5 12h14",
  plus: "M5 12h14M12 5v14",
  remove: "M6 6l12 12M18 6L6 18",
};

/** An icon: play, pause, sound, mute, full, minus, plus or remove; its button says in words what it does. */
export const icon = (name) =>
  s("svg", { viewBox: "0 0 24 24", width: 20, height: 20, class: "glyph", "aria-hidden": "true" }, s("path", { d: PATHS[name] }));
