// The recording with boxes over it, and its controls; without a recording, the controls alone move the cursor.
import { boxesAt, drawBoxes, finerSights, personAt, sights } from "../../lib/boxes.js";
import { h, replace } from "../../lib/dom.js";
import { clock } from "../../lib/format.js";
import { icon } from "../../lib/icons.js";
import { mediaElement, player } from "../../lib/player.js";
import { atTime } from "../../lib/readings.js";
import { askForName } from "./people.js";

const BURNT = "annotated.mp4";
const MOST_BYTES = 24e6; // of frames.csv that the page reads for finer boxes
const SPEEDS = [0.25, 0.5, 1, 1.5, 2];

/** Returns {element, player, hasPicture, close()}; `player` is replaced where another file has to be played. */
export function stage(session) {
  const { axis, prediction, palette } = session;
  const frame = h("div", { class: "frame" });
  const overlay = h("canvas", { class: "overlay", "aria-hidden": "true" });
  const self = { element: null, player: null, hasPicture: false, close };
  let people = sights(prediction.faces, session.limit), drawn = true, media = null, wantsBoxes = true;

  const time = h("output", { class: "number time-now" });
  const start = h("button", { type: "button", class: "main icon", onclick: () => self.player.toggle() });
  const boxes = h("button", { type: "button", "aria-pressed": "true", onclick: () => toggleBoxes() }, "Boxes");
  const sound = h("button", { type: "button", class: "icon", onclick: () => mute() });
  const full = h("button", { type: "button", class: "icon", title: "Full screen", "aria-label": "Full screen", onclick: () => fullScreen() }, icon("full"));
  const speed = h("select", { "aria-label": "Speed", onchange: () => (self.player.rate = Number(speed.value)) },
    SPEEDS.map((value) => h("option", { value: String(value), selected: value === 1 }, `${value}×`)));
  const said = h("p", { class: "note" });
  const controls = h("div", { class: "row controls" }, start, time, speed, sound, boxes, full);

  const show = (seconds = axis.cursor) => {
    if (media?.tagName !== "VIDEO") return;
    const shown = drawn && wantsBoxes ? boxesAt(people, seconds) : [];
    const speaker = people.size > 1 ? atTime(session.parts, seconds)?.reading.person : null;
    drawBoxes(overlay, media, shown, { size: prediction.size, palette, name: (person) => session.nameOf(person), chosen: speaker });
  };
  const nameFace = ({ offsetX, offsetY }) => {
    const person = personAt(media, boxesAt(people, axis.cursor), prediction.size, offsetX, offsetY);
    if (person !== undefined) askForName(person);
  };
  const tell = () => {
    const playing = Boolean(self.player?.isPlaying);
    replace(start, icon(playing ? "pause" : "play"));
    start.setAttribute("aria-label", playing ? "Pause" : "Play");
  };
  const tellTime = () => (time.textContent = session.isTimed
    ? `${clock(axis.cursor, 1)} / ${clock(axis.end)}`
    : `sentence ${Math.min(Math.floor(axis.cursor) + 1, axis.end)} of ${axis.end}`);
  const toggleBoxes = () => {
    wantsBoxes = !wantsBoxes;
    boxes.setAttribute("aria-pressed", String(wantsBoxes));
    show();
  };
  const mute = () => {
    media.muted = !media.muted;
    tellSound();
  };
  const tellSound = () => {
    replace(sound, icon(media?.muted ? "mute" : "sound"));
    sound.setAttribute("aria-label", media?.muted ? "Sound on" : "Mute");
  };
  const fullScreen = () => (document.fullscreenElement ? document.exitFullscreen() : frame.requestFullscreen());

  /** Play a file of the result; burnt: boxes are in the picture. kind: video, audio or null for none. */
  const load = (name, kind, burnt) => {
    self.player?.close();
    drawn = !burnt;
    media = kind ? mediaElement(kind, session.file(name)) : null;
    replace(frame, media, kind === "video" && overlay);
    frame.hidden = kind !== "video";
    frame.className = `frame ${kind ?? ""}`;
    boxes.hidden = kind !== "video" || burnt || !people.size;
    sound.hidden = !media;
    full.hidden = kind !== "video";
    speed.hidden = controls.hidden = !session.isTimed && !media;
    self.player = player(media, axis, { offset: burnt ? prediction.start_seconds : 0, onChange: tell, onFrame: show });
    self.player.rate = Number(speed.value);
    if (media) watch(kind, burnt);
    tellSound();
    tell();
  };
  const watch = (kind, burnt) => {
    const mine = media;
    const instead = () => mine === media && other(burnt);
    media.addEventListener("error", instead);
    media.addEventListener("click", () => self.player.toggle()); // twice: it goes on as before
    if (kind === "video") media.addEventListener("dblclick", nameFace);
    media.addEventListener("loadedmetadata", () => {
      if (kind === "video" && !mine.videoWidth) instead(); // the browser plays the sound alone
      show();
    });
    sizes.observe(media);
  };
  const other = (burnt) => {
    if (!burnt && session.has(BURNT)) {
      load(BURNT, "video", true);
      said.textContent = "This browser cannot play the original, so the copy with boxes in the picture is shown.";
    } else {
      load(null, null, false);
      said.textContent = "This browser cannot play the recording; the timeline works without it.";
    }
  };

  const sizes = new ResizeObserver(() => show());
  axis.addEventListener("cursor", tellTime);
  const renamed = () => show();
  session.addEventListener("annotations", renamed);
  const given = session.media;
  const plays = given && (given.kind === "video" || given.kind === "audio") && session.isTimed;
  self.hasPicture = Boolean(plays) && given.kind === "video";
  load(given?.name, plays ? given.kind : null, given?.boxes_burnt);
  if (!plays && session.isTimed) said.textContent = "There is no recording beside this result; the timeline works without it.";
  tellTime();

  const finer = session.files.find((file) => file.name === "frames.csv" && file.bytes < MOST_BYTES);
  let closed = false;
  if (finer && plays && !given.boxes_burnt) {
    setTimeout(async () => {
      try {
        people = finerSights(await session.frames(), people);
        if (!closed) show();
      } catch { /* the boxes stay as they are, a second apart */ }
    }, 300); // the page comes first
  }
  function close() {
    closed = true;
    sizes.disconnect();
    axis.removeEventListener("cursor", tellTime);
    session.removeEventListener("annotations", renamed);
    self.player.close();
  }
  self.element = h("section", { class: "stage", "aria-label": "Player" }, frame, controls, said);
  return self;
}
