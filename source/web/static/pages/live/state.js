// What is known of a live session: the last ten minutes, in memory only.
import { Palette } from "../../lib/palette.js";
import { readingOf } from "../../lib/readings.js";

export const SPAN_SECONDS = 60;  // of the charts
const KEEP_SECONDS = 600;
const GONE_SECONDS = 2;  // after which a face that is not seen is not shown
const PHRASES = 400;

/** Takes the server's messages. Times are the page's seconds. */
export class LiveState {
  readings = [];  // by their start; each {start, end, final, person, probabilities, modalities, attribution, valence, arousal, notes}
  faces = [];  // {seconds, faces} of every frame of the last minute
  words = new Map();  // by id
  marks = [];
  people = new Map();  // number -> {seconds, reading, inFocus}
  voice = { level: 0, speaking: false };
  status = {};
  frames = 0;
  steadiness = 0.5;  // of the faces' bars: the share of the old in the new

  constructor(models) {
    this.models = { ...models };
    this.palette = new Palette(this.models);
  }

  /** Forget everything. */
  clear() {
    this.readings.length = this.faces.length = this.marks.length = this.frames = 0;
    this.words.clear();
    this.people.clear();
    this.voice = { level: 0, speaking: false };
    this.status = {};
  }

  /** Take one message in. */
  take(message) {
    this[`_${message.type}`]?.(message);
  }

  /** The newest reading; null before the first. */
  get latest() { return this.readings.at(-1) ?? null; }

  /** Probabilities with their answer. */
  reading(probabilities) { return readingOf(probabilities, this.models.not_sure_below); }

  /** The face that the answer is of, or the first, of the newest frame; null where there is none. */
  get face() { return this.faces.at(-1)?.shown ?? null; }

  _ready({ colours, places, emoji, not_sure_below }) {
    Object.assign(this.models, { colours, places, emoji, not_sure_below });
  }

  _reading({ final, window: [start, end], reading }) {
    const index = this.readings.findLastIndex((one) => one.start <= start + 1e-3);
    const isSame = index >= 0 && Math.abs(this.readings[index].start - start) <= 1e-3;
    this.readings.splice(isSame ? index : index + 1, isSame ? 1 : 0, { ...reading, start, end, final });
    while (this.readings[0].end < end - KEEP_SECONDS) this.readings.shift();
  }

  _face({ seconds, faces, number }) {
    this.frames = number + 1;
    this.faces.push({ seconds, faces, shown: faces.find((face) => face.in_focus) ?? faces[0] ?? null });
    while (this.faces[0].seconds < seconds - SPAN_SECONDS - 2) this.faces.shift();
    for (const face of faces) this.#follow(face, seconds);
    for (const [person, { seconds: seen }] of this.people) if (seen < seconds - GONE_SECONDS) this.people.delete(person);
  }

  #follow(face, seconds) {
    const before = this.people.get(face.person)?.reading.probabilities;
    const mixed = ([label, share]) => [label, before ? this.steadiness * before[label] + (1 - this.steadiness) * share : share];
    const probabilities = Object.fromEntries(Object.entries(face.probabilities).map(mixed));
    this.people.set(face.person, { seconds, reading: this.reading(probabilities), inFocus: face.in_focus });
  }

  _voice({ level, speaking }) { this.voice = { level, speaking }; }

  _words(phrase) {
    if (!phrase.text) return void this.words.delete(phrase.id);  // taken back: later words made it part of another
    this.words.set(phrase.id, phrase);
    if (this.words.size > PHRASES) this.words.delete(this.words.keys().next().value);
  }

  _status(message) { this.status = message; }
}
