// What was measured in the face, frame by frame: head pose, eyes and blendshapes of frames.csv, as lines on the timeline.
import { curves } from "../../lib/lanes.js";

const FIRST = "_neutral", LAST = "noseSneerRight"; // of the blendshapes' columns
const POSE = ["yaw", "pitch", "roll"], EYES = ["left_eye_aspect", "right_eye_aspect"];
const RANGES = { yaw: [-60, 60], pitch: [-60, 60], roll: [-60, 60], left_eye_aspect: [0, 0.5], right_eye_aspect: [0, 0.5] };
const LINES = [["--ink", []], ["--valence", [6, 3]], ["--unsure", [2, 2]], ["--ink", [8, 2, 2, 2]]];
const MOST_PEOPLE = LINES.length;
const GAP = 1; // seconds without a face after which a line breaks

/** The names of the measures in the text of frames.csv, in groups {title: names}. */
export function measuresIn(text) {
  const columns = text.slice(0, text.indexOf("\n")).trim().split(",");
  const has = (name) => columns.includes(name);
  const shapes = columns.slice(columns.indexOf(FIRST), columns.indexOf(LAST) + 1);
  return { "Head pose, degrees": POSE.filter(has), "How far the eyes are open": EYES.filter(has), Blendshapes: has(FIRST) ? shapes : [] };
}

/** The lane of one measure: a line for each person, in another stroke. */
export function measureLane(text, name, session) {
  const lines = text.trimEnd().split("\n");
  const column = lines[0].trim().split(",").indexOf(name);
  const people = new Map();
  const times = lines.slice(1).map((line, row) => {
    const cells = line.split(",", column + 1);
    if (cells[1] !== "") {
      if (!people.has(cells[1])) people.set(cells[1], new Array(lines.length - 1));
      people.get(cells[1])[row] = Number(cells[column]);
    }
    return Number(cells[0]);
  });
  const series = [...people].slice(0, MOST_PEOPLE).map(([person, values], at) => {
    const [colour, dash] = LINES[at];
    return { name: session.nameOf(Number(person)), colour, dash, values };
  });
  return curves(name, times, series, { height: 44, range: RANGES[name] ?? [0, 1], gap: GAP });
}
