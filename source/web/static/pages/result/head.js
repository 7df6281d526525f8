// Whose result it is, what the answer is and how far to trust it, and the labels that people give it.
import { confirm, h, replace } from "../../lib/dom.js";
import { clock, moment, plural } from "../../lib/format.js";
import { moodText } from "../../lib/circumplex.js";
import { answerChip, noteLines } from "./parts.js";
import { attributionText, fullAnswer } from "../../lib/readings.js";

const MODELS = { combined: "face, voice and words", face: "the face", audio: "the voice", text: "the words" };

/** The top of the page. */
export function head(session) {
  const { prediction, summary, palette } = session;
  const overall = prediction.overall ?? (prediction.readings.length === 1 ? prediction.readings[0] : null);
  const without = h("p", { class: "soft" });
  const showWithout = () => {
    const count = session.excluded.length;
    without.hidden = !count || !session.axis;
    if (!without.hidden) replace(without, `Without ${plural(count, "excluded stretch", "excluded stretches")}: `, answerChip(session, session.mean()));
  };
  session.addEventListener("annotations", showWithout);
  showWithout();
  const element = h("section", { class: "result-head" },
    h("div", {},
      h("h1", { dir: "auto" }, summary.name),
      h("p", { class: "soft small" }, facts(session).join(" · ")),
      overall && h("div", { class: "big overall" },
        h("span", { class: "emoji", "aria-hidden": "true" }, palette.emoji(overall.emotion)),
        h("div", {}, h("b", {}, fullAnswer(overall)), h("p", { class: "soft small" }, meaning(overall)))),
      overall?.valence !== null && overall?.valence !== undefined && h("p", { class: "soft small" }, `Mood: ${moodText(overall.valence, overall.arousal)}`),
      without, noteLines([...prediction.notes, ...(overall?.notes ?? [])])),
    h("div", { class: "labels" }, labels(session), actions(session)));
  return { element, close: () => session.removeEventListener("annotations", showWithout) };
}

function facts({ prediction, summary }) {
  const { seconds, start_seconds: start, size, people, sentences, readings } = prediction;
  const faces = people.length || (summary.kind === "picture" ? readings.length : 0);
  return [
    moment(summary.created), `read from ${MODELS[summary.model] ?? summary.model}`,
    seconds !== null && (seconds < 60 ? `${seconds.toFixed(1)} s` : clock(seconds)),
    start > 0 && `from ${clock(start)} to ${clock(start + seconds)}`,
    size && `${size.join("×")}`,
    faces > 0 && plural(faces, "person", "people"),
    sentences.length > 0 && plural(sentences.length, "sentence"),
  ].filter(Boolean);
}

function meaning(reading) {
  if (!reading.likeliest) return "There is no face, no voice and no word in it that an emotion could be read from.";
  const from = attributionText(reading);
  const source = from ? ` Read from: ${from}.` : "";
  if (!reading.emotion) return `No emotion is probable enough to name one.${source}`;
  const hundred = Math.round(Math.min(100 * reading.confidence, 99));
  return `Of answers given with this confidence, about ${hundred} in 100 are right on recordings like those that the model was tested on.${source}`;
}

/** Participant, group and note: saved as soon as a field is left. */
function labels(session) {
  const field = (name, title, tag) => {
    const input = h(tag, { value: session.annotations[name] ?? "", maxlength: tag === "textarea" ? 5000 : 120, rows: 2, dir: "auto", autocomplete: "off" });
    let saved = input.value;
    input.addEventListener("change", async () => {
      try {
        await session.save({ [name]: input.value });
        saved = input.value = session.annotations[name] ?? "";
        session.context.say(`${title} saved.`);
      } catch {
        input.value = saved;
      }
    });
    return h("label", { class: `field ${name}` }, h("span", {}, title), input);
  };
  return [field("participant", "Participant", "input"), field("group", "Group", "input"), field("note", "Note", "textarea")];
}

function actions(session) {
  const remove = async () => {
    const sure = await confirm(`Delete “${session.summary.name}”?`, {
      yes: "Delete", danger: true, detail: "The recording, all files and everything that was added here go. There is no way back.",
    });
    if (!sure) return;
    await session.api.remove(`/results/${session.id}`);
    session.context.say("Deleted.");
    session.context.go("#/results");
  };
  return h("div", { class: "row" },
    session.has("report.html") && h("a", { class: "button", href: session.file("report.html"), target: "_blank", rel: "noopener" }, "Report ↗"),
    session.has("highlights.html") && h("a", { class: "button", href: session.file("highlights.html"), target: "_blank", rel: "noopener" }, "Report ↗"),
    session.axis && session.isTimed && h("a", { class: "button", href: `#/compare?ids=${session.id}` }, "Compare"),
    h("button", { type: "button", class: "quiet", onclick: remove }, "Delete …"));
}
