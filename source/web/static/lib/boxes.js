// Boxes over a video or a picture: where each face is at a time, by time stamps, and its drawing.
import { fitted } from "./canvas.js";
import { firstAfter, fullAnswer, withAnswer } from "./readings.js";
import { inkOn } from "./palette.js";

const REACH = 0.75; // seconds before the first and after the last sight in which a box stays
const GAP = 1.6; // seconds between two sights over which a box glides

/** The sights of all faces of a prediction: Map(person -> [{seconds, box, reading}]), from second to second. */
export function sights(faces, notSureBelow) {
  const people = new Map();
  for (const face of faces) {
    if (!face.box) continue;
    const seconds = (face.start_seconds + face.end_seconds) / 2;
    add(people, face.person, { seconds, box: face.box, reading: withAnswer(face, notSureBelow) });
  }
  return people;
}

/** Finer sights from the text of frames.csv: a box for every analysed frame, with the answers of `coarse`. */
export function finerSights(text, coarse) {
  const people = new Map();
  for (const line of text.split("\n").slice(1)) {
    const [seconds, person, left, top, right, bottom] = line.split(",", 6);
    if (!person) continue;
    const box = [left, top, right, bottom].map(Number);
    const number = Number(person);
    const reading = nearestOf(coarse.get(number) ?? [], Number(seconds))?.reading;
    if (reading) add(people, number, { seconds: Number(seconds), box, reading });
  }
  return people;
}

function add(people, person, sight) {
  if (!people.has(person)) people.set(person, []);
  people.get(person).push(sight);
}

/** The boxes at a time: [{person, box, reading}]; between two sights a box glides. */
export function boxesAt(people, seconds) {
  const found = [];
  for (const [person, list] of people) {
    const after = firstAfter(list, seconds, (sight) => sight.seconds);
    const [before, next] = [list[after - 1], list[after]];
    if (before && next && next.seconds - before.seconds <= GAP) {
      const share = (seconds - before.seconds) / (next.seconds - before.seconds);
      const box = before.box.map((edge, at) => edge + share * (next.box[at] - edge));
      found.push({ person, box, reading: (share < 0.5 ? before : next).reading });
    } else {
      const near = [before, next].find((sight) => sight && Math.abs(sight.seconds - seconds) <= REACH);
      if (near) found.push({ person, ...near });
    }
  }
  return found;
}

function nearestOf(list, seconds) {
  const after = firstAfter(list, seconds, (sight) => sight.seconds);
  const near = [list[after - 1], list[after]].filter(Boolean);
  return near.sort((one, two) => Math.abs(one.seconds - seconds) - Math.abs(two.seconds - seconds))[0];
}

/**
 * Draw boxes on a canvas that lies over `media` (video or img) with object-fit: contain.
 * size: [width, height] of the picture that the boxes are in; name(person): what to write; chosen: a person to stress.
 */
export function drawBoxes(canvas, media, boxes, { size, palette, name, chosen = null }) {
  const [width, height] = [media.clientWidth, media.clientHeight];
  const context = fitted(canvas, width, height);
  if (!boxes.length || !size) return;
  context.font = "600 13px system-ui, sans-serif";
  context.textBaseline = "middle";
  for (const { person, box, reading } of boxes) {
    const [left, top, right, bottom] = placed(box, media, size);
    const colour = palette.colour(reading.emotion);
    context.setLineDash(reading.emotion ? [] : [6, 4]);
    for (const [style, thick] of [["rgb(0 0 0 / .6)", 5], [colour, person === chosen ? 4 : 2.5]]) {
      Object.assign(context, { strokeStyle: style, lineWidth: thick });
      context.strokeRect(left, top, right - left, bottom - top);
    }
    const text = `${name(person)}  ${fullAnswer(reading)}`;
    const room = context.measureText(text).width + 12;
    const from = Math.min(Math.max(left - 1, 0), Math.max(width - room, 0));
    const over = top > 24 ? top - 22 : Math.min(bottom, height - 22);
    context.fillStyle = colour;
    context.fillRect(from, over, room, 21);
    context.fillStyle = inkOn(colour.startsWith("#") ? colour : "#6c6c75");
    context.fillText(text, from + 6, over + 11);
  }
  context.setLineDash([]);
}

/** The number of the person whose box holds a point of `media`, in CSS pixels; undefined: there is none. */
export const personAt = (media, boxes, size, x, y) => boxes.find(({ box }) => {
  const [left, top, right, bottom] = placed(box, media, size);
  return left <= x && x <= right && top <= y && y <= bottom;
})?.person;

/** A box of the picture, [left, top, right, bottom], as it lies on `media`. */
function placed(box, media, size) {
  const [width, height] = [media.clientWidth, media.clientHeight];
  const fit = Math.min(width / size[0], height / size[1]);
  const [x, y] = [(width - size[0] * fit) / 2, (height - size[1] * fit) / 2];
  return box.map((edge, at) => edge * fit + (at % 2 ? y : x));
}
