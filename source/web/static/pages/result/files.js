// Everything to take away: all files of the result, and exports for annotation tools.
import { h } from "../../lib/dom.js";
import { bytes } from "../../lib/format.js";

const ABOUT = {
  "result.json": "everything, for programs", "timeline.csv": "a row for each window", "faces.csv": "a row for each face",
  "people.csv": "a row for each person", "sentences.csv": "a row for each sentence", "frames.csv": "a row for each analysed frame: blendshapes, head pose, blinks",
  "report.html": "one page with all of it", "highlights.html": "the words, tinted",
  "annotated.mp4": "the recording with boxes and bars in the picture",
  "annotated.png": "the picture with boxes", "timeline.png": "the timeline as a picture", "circumplex.png": "the path of valence and arousal",
  "key_frames.png": "the frames that tell most", "explanation.png": "where the model looked", "feature_maps.png": "what the first layers respond to",
  "transcript.srt": "subtitles with the answers", "transcript.vtt": "subtitles for browsers",
  "transcript.txt": "the words", "transcript.json": "the words with their times",
  "word_counts.csv": "how often each word occurs", "annotations.json": "what you added here",
};
const WITHOUT_TIMES = "labelstudio"; // takes pictures and texts too
const TOOLS = [["eaf", "ELAN"], ["elan", "ELAN text"], ["boris", "BORIS"], [WITHOUT_TIMES, "Label Studio"], ["textgrid", "Praat TextGrid"]];

/** The list of files. */
export function files(session) {
  const about = (name) => ABOUT[name] ?? (name.startsWith("original.") ? "what was read" : "");
  const rows = session.files.map(({ name, bytes: size }) => h("li", {},
    h("a", { href: session.file(name), download: name, dir: "auto" }, name), h("span", { class: "soft small" }, about(name)),
    h("span", { class: "soft small number" }, bytes(size))));
  const exported = TOOLS.filter(([format]) => session.isTimed || format === WITHOUT_TIMES).map(([format, title]) => h("a", {
    class: "button", download: "", href: session.api.address(`/results/${session.id}/export`, { format }),
  }, title));
  return { element: h("section", { class: "files" },
    h("h2", {}, "Take it away"),
    h("p", { class: "soft small" }, session.isTimed ? "Answers, modalities, people, words and marks as tiers of" : "The answers, for annotation with"),
    h("div", { class: "row" }, exported),
    h("ul", { class: "file-list" }, rows)) };
}
