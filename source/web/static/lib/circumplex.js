// Russell's circumplex: valence from left to right, arousal upwards, the emotions at their places, and a trail.
import { fitted } from "./canvas.js";
import { h } from "./dom.js";
import { signed } from "./format.js";
import { cssColour } from "./palette.js";

const MARGIN = 26; // pixels
const FAINT = 0.08;

/**
 * Return {element, show(point, trail), canvas(title), table(), close()}. point: [valence, arousal] or null;
 * trail: points from the oldest to the newest, null where there was none. It is square, as wide as its place.
 */
export function circumplex(palette, { label = "Valence and arousal" } = {}) {
  const canvas = h("canvas", { role: "img", "aria-label": label });
  const said = h("p", { class: "soft mood" });
  const element = h("div", { class: "circumplex" }, canvas, said);
  let point = null, trail = [], waiting = 0;
  const draw = () => {
    waiting = 0;
    const size = canvas.clientWidth;
    if (!size) return;
    paint(fitted(canvas, size, size), size, palette, point, trail);
  };
  const later = () => (waiting ||= requestAnimationFrame(draw));
  const sizes = new ResizeObserver(later);
  sizes.observe(canvas);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", later);

  return {
    element,
    show(next, path = []) {
      [point, trail] = [next, path];
      said.textContent = point ? moodText(...point) : "no valence and arousal here";
      later();
    },
    table: () => [["valence", "arousal"], ...trail.filter(Boolean), ...(point ? [point] : [])],
    canvas(title) {
      const [size, scale] = [560, 2];
      const picture = h("canvas", { width: size * scale, height: (size + 34) * scale });
      const context = picture.getContext("2d");
      context.scale(scale, scale);
      context.fillStyle = cssColour("--card", "#ffffff");
      context.fillRect(0, 0, size, size + 34);
      Object.assign(context, { fillStyle: cssColour("--ink", "#1d1d20"), font: "600 15px system-ui, sans-serif" });
      context.fillText(title, 12, 22);
      context.translate(0, 34);
      paint(context, size, palette, point, trail);
      return picture;
    },
    close() {
      cancelAnimationFrame(waiting);
      sizes.disconnect();
      dark.removeEventListener("change", later);
    },
  };
}

/** "pleasant (+0.42), calm (−0.20)". */
export function moodText(valence, arousal) {
  const side = (value, below, above) =>
    Math.abs(value) < 0.1 ? `neither ${below} nor ${above}` : `${Math.abs(value) > 0.35 ? "" : "rather "}${value > 0 ? above : below}`;
  return `${side(valence, "unpleasant", "pleasant")} (valence ${signed(valence)}), ${side(arousal, "calm", "excited")} (arousal ${signed(arousal)})`;
}

function paint(context, size, palette, point, trail) {
  const [ink, soft, line] = [cssColour("--ink", "#1d1d20"), cssColour("--soft", "#5b5b63"), cssColour("--line", "#dfdfe4")];
  const radius = size / 2 - MARGIN;
  const at = ([valence, arousal]) => [size / 2 + valence * radius, size / 2 - arousal * radius];
  Object.assign(context, { strokeStyle: line, lineWidth: 1, font: "11px system-ui, sans-serif", textBaseline: "middle" });
  context.beginPath();
  context.arc(size / 2, size / 2, radius, 0, 2 * Math.PI);
  context.moveTo(...at([-1, 0]));
  context.lineTo(...at([1, 0]));
  context.moveTo(...at([0, -1]));
  context.lineTo(...at([0, 1]));
  context.stroke();
  context.fillStyle = soft;
  context.textAlign = "center";
  context.fillText("excited", size / 2, 11);
  context.fillText("calm", size / 2, size - 11);
  context.textAlign = "left";
  context.fillText("unpleasant", 2, size / 2 + 11);
  context.textAlign = "right";
  context.fillText("pleasant", size - 2, size / 2 + 11);
  context.textAlign = "center";
  const taken = palette.labels.map((label) => palette.place(label)).filter(Boolean).map((place) => boxAround(...at(place), 10, 10));
  for (const label of palette.labels) {
    const place = palette.place(label);
    if (!place) continue;
    const [x, y] = at(place);
    const spot = freeSpot(x, y, context.measureText(label).width, taken);
    context.fillStyle = palette.colour(label);
    context.beginPath();
    context.arc(x, y, 4, 0, 2 * Math.PI);
    context.fill();
    context.fillStyle = soft;
    context.fillText(label, ...spot);
  }
  context.lineWidth = 2;
  context.strokeStyle = ink;
  context.lineCap = "round";
  for (let step = 1; step < trail.length; step++) {
    if (!trail[step - 1] || !trail[step]) continue;
    context.globalAlpha = FAINT + (0.75 - FAINT) * (step / trail.length) ** 2;
    context.beginPath();
    context.moveTo(...at(trail[step - 1]));
    context.lineTo(...at(trail[step]));
    context.stroke();
  }
  context.globalAlpha = 1;
  if (!point) return;
  context.fillStyle = ink;
  context.strokeStyle = cssColour("--card", "#ffffff");
  context.beginPath();
  context.arc(...at(point), 7, 0, 2 * Math.PI);
  context.fill();
  context.stroke();
}

const boxAround = (x, y, width, height) => [x - width / 2, y - height / 2, x + width / 2, y + height / 2];

/** Where the middle of a label of a dot at x, y can be without touching another; takes the place. */
function freeSpot(x, y, width, taken) {
  const side = width / 2 + 8;
  const spots = [[x, y - 11], [x, y + 12], [x - side, y], [x + side, y], [x - side / 2, y - 12]];
  const touches = ([left, top, right, bottom]) => taken.some((one) => left < one[2] && one[0] < right && top < one[3] && one[1] < bottom);
  const spot = spots.find((place) => !touches(boxAround(...place, width, 10))) ?? spots[0];
  taken.push(boxAround(...spot, width, 10));
  return spot;
}
