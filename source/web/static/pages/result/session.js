// One result with all that its panels share: parts over time, the axis, the palette, and what people added to it.
import { TimeAxis } from "../../lib/axis.js";
import { Palette } from "../../lib/palette.js";
import { meanOf, parts, readingOf, runs, withAnswer, withoutPauses } from "../../lib/readings.js";

const UNSEEN = 1.01; // seconds without a face after which a run of faces ends

/** Events: "annotations" when somebody changed a label, a name, a mark or a sentence. */
export class Session extends EventTarget {
  #frames;
  #saving = Promise.resolve();

  /** context: of the page; document: GET /results/ID. */
  constructor(context, document) {
    super();
    const { summary, prediction, annotations, files, media } = document;
    Object.assign(this, { context, api: context.api, id: summary.id, summary, prediction, annotations, files, media });
    this.palette = new Palette(context.models, prediction.labels);
    this.limit = prediction.not_sure_below;
    this.isTimed = prediction.seconds !== null;
    this.isPicture = summary.kind === "picture";
    this.sentences = (prediction.sentences.length ? prediction.sentences : prediction.readings.filter(({ text }) => text))
      .map((reading) => withAnswer(reading, this.limit)); // as the server counts them
    this.parts = this.#parts();
    this.runs = prediction.model === "text" ? this.parts : runs(this.parts, this.limit);
    const [start, end] = this.#ends();
    this.axis = this.isPicture || end <= start ? null : new TimeAxis(start, end, { least: this.isTimed ? 0.5 : 1 });
  }

  /** Whether valence and arousal were measured anywhere. */
  get hasMood() {
    return this.parts.some(({ reading }) => Number.isFinite(reading.valence) && Number.isFinite(reading.arousal));
  }

  /** The name of a person, as people gave it, else "#0". */
  nameOf(person) {
    return this.annotations.names?.[person] || `#${person}`;
  }

  get marks() {
    return this.annotations.marks ?? [];
  }

  /** Stretches that people left out of means: [[begin, end], ...]. */
  get excluded() {
    return this.marks.filter((mark) => mark.excluded).map((mark) => [mark.begin_seconds, mark.end_seconds]);
  }

  /** Probabilities with their answer. */
  answered(probabilities) {
    return readingOf(probabilities, this.limit);
  }

  /** The mean reading of [from, to], or of all, without what is excluded. */
  mean(from = -Infinity, to = Infinity) {
    return meanOf(this.parts, this.limit, { from, to, without: this.excluded });
  }

  /** The parts of one modality by itself. */
  alone(name) {
    const only = ({ begin, end, reading }) => ({
      begin, end, reading: withAnswer({ ...bare(reading), probabilities: reading.modalities?.[name] ?? {}, modalities: null }, this.limit),
    });
    if (name === "text" && this.prediction.sentences.length) {
      return this.sentences.map((reading, at) => {
        const again = this.annotations.sentences?.[at]?.reading;
        const said = only({ begin: reading.start_seconds, end: reading.end_seconds, reading });
        return again ? { ...said, reading: withAnswer(again, this.limit) } : said;
      });
    }
    const all = this.parts.map(only);
    return runs(name === "audio" ? withoutPauses(all, this.prediction.pauses) : all, this.limit);
  }

  /** When one of these persons is seen, and what the face shows then. */
  faceRuns(persons) {
    const seen = this.prediction.faces.filter((face) => persons.includes(face.person));
    const list = seen.map((face) => ({ begin: face.start_seconds, end: face.end_seconds, reading: withAnswer(face, this.limit) }));
    for (const [at, part] of list.slice(0, -1).entries()) {
      const gap = list[at + 1].begin - part.end;
      if (gap > 0 && gap < UNSEEN / 2) part.end = list[at + 1].begin;
    }
    return runs(list, this.limit);
  }

  /** The modalities that anything was read from. */
  get modalities() {
    const present = new Set(this.prediction.readings.flatMap((reading) => Object.keys(reading.modalities ?? {})));
    if (this.prediction.sentences.some((reading) => reading.modalities?.text)) present.add("text");
    return ["face", "audio", "text"].filter((name) => present.delete(name)).concat([...present]);
  }

  /** Address of a file of the result. */
  file(name) {
    return this.api.address(`/results/${this.id}/files/${encodeURIComponent(name)}`);
  }

  /** The text of frames.csv, fetched once. */
  frames() {
    return (this.#frames ??= this.api.get(`/results/${this.id}/files/frames.csv`));
  }

  has(name) {
    return this.files.some((file) => file.name === name);
  }

  /** Change what people added, and tell all panels; one change after the other, for a late answer is an old state. A trouble is said and thrown. */
  async save(changes) {
    const saved = this.#saving.then(() => this.api.patch(`/results/${this.id}`, changes));
    this.#saving = saved.catch(() => {});
    try {
      this.annotations = await saved;
      this.dispatchEvent(new Event("annotations"));
    } catch (error) {
      this.context.say(error.message);
      throw error;
    }
  }

  /** Name of files that are made here. */
  nameFor(what) {
    return `${this.summary.name.replace(/\.[^.]+$/, "")} ${what}`;
  }

  #parts() {
    const { model, readings, pauses } = this.prediction;
    if (!this.isTimed) return readings.map((reading, at) => ({ begin: at, end: at + 1, reading, title: `sentence ${at + 1}` }));
    if (model === "text") return readings.map((reading) => ({ begin: reading.start_seconds, end: reading.end_seconds, reading }));
    return model === "audio" ? withoutPauses(parts(readings), pauses) : parts(readings);
  }

  #ends() {
    const { start_seconds: start, seconds } = this.prediction;
    if (!this.isTimed) return [0, this.parts.length];
    return [start, Math.max(start + (seconds ?? 0), this.parts.at(-1)?.end ?? 0)];
  }
}

const bare = ({ person, notes, start_seconds, end_seconds, speech_seconds }) => ({ person, notes, start_seconds, end_seconds, speech_seconds });
