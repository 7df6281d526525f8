// Readings of overlapping windows as parts without overlap, their runs and their means: what source/results/timeline.py
// and video_timeline.py do for files, for the page. A part is {begin, end, reading}, in seconds of the recording.
import { percent } from "./format.js";

export const MODALITY_NAMES = { face: "face", audio: "voice", text: "words" };
const WORTH_NAMING = 0.05; // of probability that a modality adds or takes away
const MOSTLY = 2; // times as much as the next one adds
const NOTHING = {
  probabilities: {}, likeliest: null, emotion: null, confidence: 0, speech_seconds: 0, modalities: null, attribution: null,
  valence: null, arousal: null, sentiment: null, notes: [],
};

/** What people call a modality. */
export const modalityName = (name) => MODALITY_NAMES[name] ?? name;

/** Probabilities with their answer: {probabilities, likeliest, emotion (null: not sure), confidence, ...more}. */
export function readingOf(probabilities, notSureBelow, more = {}) {
  const ranked = Object.entries(probabilities ?? {}).sort((one, two) => two[1] - one[1]);
  const [likeliest, confidence] = ranked[0] ?? [null, 0];
  return { ...more, probabilities: probabilities ?? {}, likeliest, confidence, emotion: confidence >= notSureBelow ? likeliest : null };
}

/** A reading as result.json has it, with its answer where the document leaves it out (faces, people, sentences). */
export const withAnswer = (reading, notSureBelow) =>
  "likeliest" in reading ? reading : readingOf(reading.probabilities, notSureBelow, reading);

/** "happy 71 %", "not sure (happy 32 %)", "no speech" or "nothing to read". */
export function fullAnswer(reading) {
  if (!reading?.likeliest) return reading?.speech_seconds !== null && reading?.speech_seconds !== undefined && !reading.modalities ? "no speech" : "nothing to read";
  const text = `${reading.likeliest} ${reading.confidence >= 0.995 ? "over 99\u00a0%" : percent(reading.confidence)}`;
  return reading.emotion ? text : `not sure (${text})`;
}

/** Cut overlapping windows to parts: each keeps what lies nearer to its middle than to another's. */
export function parts(readings) {
  const timed = readings.filter((reading) => reading.start_seconds !== null && reading.end_seconds !== null);
  const middles = timed.map((reading) => (reading.start_seconds + reading.end_seconds) / 2);
  return timed.map((reading, at) => ({
    begin: at ? (middles[at - 1] + middles[at]) / 2 : reading.start_seconds,
    end: at + 1 < timed.length ? (middles[at] + middles[at + 1]) / 2 : reading.end_seconds,
    reading,
  }));
}

/** Cut parts where a pause begins or ends; within a pause there is nothing to read. pauses: [[begin, end], ...]. */
export function withoutPauses(list, pauses) {
  const cuts = pauses.flat();
  return list.flatMap((part) => {
    const edges = [part.begin, ...cuts.filter((cut) => cut > part.begin && cut < part.end), part.end];
    return edges.slice(1).map((end, at) => {
      const middle = (edges[at] + end) / 2;
      const silent = pauses.some(([from, to]) => from <= middle && middle < to);
      const reading = silent ? { ...part.reading, ...NOTHING } : part.reading;
      return { begin: edges[at], end, reading };
    });
  });
}

/** Join neighbours of the same person and answer; each run has the mean of its readings. */
export function runs(list, notSureBelow) {
  const groups = [];
  for (const part of list) {
    const last = groups.at(-1)?.at(-1);
    const same = last && sameAnswer(last.reading, part.reading) && Math.abs(part.begin - last.end) < 1e-3;
    if (same) groups.at(-1).push(part);
    else groups.push([part]);
  }
  return groups.map((group) => (group.length === 1 ? group[0] : {
    begin: group[0].begin, end: group.at(-1).end, reading: meanOf(group, notSureBelow),
  }));
}

const sameAnswer = (one, two) =>
  one.emotion === two.emotion && !one.likeliest === !two.likeliest && one.person === two.person;

/** The mean reading of parts over time, of [from, to] alone where given; `without` are stretches that do not count. */
export function meanOf(list, notSureBelow, { from = -Infinity, to = Infinity, without = [] } = {}) {
  const weighted = [];
  for (const { begin, end, reading } of list) {
    if (end <= from || begin >= to) continue;
    const [low, high] = [Math.max(begin, from), Math.min(end, to)];
    const seconds = high - low - covered(without, low, high);
    if (seconds > 1e-9) weighted.push([seconds * speechShare(reading), reading, seconds]);
  }
  const rows = (key) => weighted.map(([weight, reading]) => [weight, reading[key]]);
  const modalities = new Set(weighted.flatMap(([, reading]) => Object.keys(reading.modalities ?? {})));
  const alone = [...modalities].map((name) => [name, means(weighted.map(([weight, { modalities: all }]) => [weight, all?.[name]]))]);
  const attributed = rows("attribution").filter(([, row]) => row);
  return readingOf(means(rows("probabilities")), notSureBelow, {
    person: prevailing(weighted),
    modalities: modalities.size ? Object.fromEntries(alone) : null,
    attribution: attributed.length ? means(attributed, [...modalities]) : null,
    ...Object.fromEntries(["valence", "arousal", "sentiment"].map((key) => [key, mean(rows(key))])),
    notes: [...new Set(weighted.flatMap(([, reading]) => reading.notes ?? []))],
    seconds: weighted.reduce((sum, one) => sum + one[2], 0),
    speech_seconds: weighted[0]?.[1].speech_seconds ?? null,
  });
}

/** Overlapping stretches count once. */
function covered(stretches, low, high) {
  let sum = 0, reached = low;
  for (const [begin, end] of [...stretches].sort((one, two) => one[0] - two[0])) {
    const from = Math.max(begin, reached);
    if (Math.min(end, high) > from) sum += Math.min(end, high) - from;
    reached = Math.max(reached, Math.min(end, high));
  }
  return sum;
}

/** A voice counts by how much of its window is speech; a video by time. */
function speechShare({ speech_seconds: speech, modalities, start_seconds: start, end_seconds: end }) {
  if (speech === null || speech === undefined || modalities || !(end > start)) return 1;
  return Math.min(speech / (end - start), 1);
}

function means(rows, names) {
  const full = rows.filter(([weight, row]) => weight > 0 && row && Object.keys(row).length);
  const total = full.reduce((sum, [weight]) => sum + weight, 0);
  const sums = Object.fromEntries((names ?? Object.keys(full[0]?.[1] ?? {})).map((name) => [name, 0]));
  for (const [weight, row] of full) for (const name in sums) sums[name] += (weight / total) * (row[name] ?? 0);
  return sums;
}

function mean(rows) {
  const full = rows.filter(([weight, value]) => weight > 0 && value !== null && value !== undefined);
  const total = full.reduce((sum, [weight]) => sum + weight, 0);
  return total ? full.reduce((sum, [weight, value]) => sum + weight * value, 0) / total : null;
}

function prevailing(weighted) {
  const seconds = new Map();
  for (const [weight, { person }] of weighted) seconds.set(person, (seconds.get(person) ?? 0) + weight);
  return [...seconds].reduce((best, one) => (one[1] > best[1] ? one : best), [0, -1])[0];
}

/** The index of the first of a sorted list whose key is beyond a time; the list's length where there is none. */
export function firstAfter(list, seconds, key) {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (key(list[middle]) > seconds) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The part at a time, or undefined; parts are sorted and without overlap. */
export function atTime(list, seconds) {
  const found = list[firstAfter(list, seconds, (part) => part.end)] ?? (list.at(-1)?.end === seconds ? list.at(-1) : undefined);
  return found && found.begin <= seconds ? found : undefined;
}

/** Which modalities the answer was read from, in words: "mostly the voice, then the face". */
export function attributionText({ probabilities, modalities, attribution }) {
  const present = Object.keys(modalities ?? {});
  if (!Object.keys(probabilities ?? {}).length || !present.length) return "";
  if (present.length === 1) return `the ${modalityName(present[0])} alone`;
  const ranked = Object.entries(attribution ?? {}).sort((one, two) => two[1] - one[1]);
  const [forIt, against] = [ranked.filter(([, by]) => by >= WORTH_NAMING), ranked.filter(([, by]) => by <= -WORTH_NAMING)];
  const text = forIt.length ? supporting(forIt) : `the ${joined(present)} alike`;
  return against.length ? `${text}; the ${joined(against.map(([name]) => name))} spoke against` : text;
}

function supporting([first, ...others]) {
  if (!others.length) return `mostly the ${modalityName(first[0])}`;
  const names = others.map(([name]) => name);
  if (first[1] >= MOSTLY * others[0][1]) return `mostly the ${modalityName(first[0])}, then the ${joined(names)}`;
  return `the ${joined([first[0], ...names])}`;
}

function joined(modalities) {
  const names = modalities.map(modalityName);
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", the ")} and the ${names.at(-1)}`;
}
