// The pictures that were drawn with the result: telling frames at once, the others when asked for.
import { h } from "../../lib/dom.js";

const SHOWN = {
  "key_frames.png": ["Telling frames", "The moments that show most, and where in the face the model looked."],
  "explanation.png": ["What the model looked at", "Of the largest faces: what the network saw, where it looked, landmarks and the strongest blendshapes."],
};
const FOLDED = {
  "timeline.png": ["The timeline as a picture", "Answers and probabilities over time."],
  "circumplex.png": ["The path through valence and arousal", "From beginning to end, among the places of the emotions."],
  "feature_maps.png": ["What the first layers respond to", "The first and the middle convolution's response to the largest face."],
};

/** The pictures among the files; null where there are none. */
export function pictures(session) {
  const open = Object.entries(SHOWN).filter(([name]) => session.has(name));
  const isSound = !session.prediction.faces.length && session.prediction.model === "audio";
  const folded = Object.entries(FOLDED).filter(([name]) => session.has(name));
  if (!open.length && !folded.length) return null;
  const figure = (name, about) => h("figure", {},
    h("a", { href: session.file(name), target: "_blank", rel: "noopener" }, h("img", { src: session.file(name), alt: about, loading: "lazy" })));
  return { element: h("div", {},
    open.map(([name, [title, about]]) => h("section", { class: "picture" }, h("h2", {}, title), h("p", { class: "soft small" }, about), figure(name, about))),
    folded.length > 0 && h("section", { class: "picture" }, folded.map(([name, [title, about]]) => {
      const wave = isSound && name === "timeline.png";
      const [heads, says] = wave ? ["Waveform and spectrogram", "Waveform, spectrogram, answers and probabilities over time."] : [title, about];
      return h("details", { open: wave }, h("summary", {}, heads), h("p", { class: "soft small" }, says), figure(name, says));
    }))) };
}
