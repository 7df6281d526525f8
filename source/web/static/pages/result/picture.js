// A picture: its faces in boxes, and the bars of each; a click on a face or its card stresses it.
import { bars } from "../../lib/bars.js";
import { drawBoxes } from "../../lib/boxes.js";
import { exportButtons } from "../../lib/chart-export.js";
import { h } from "../../lib/dom.js";
import { moodText } from "../../lib/circumplex.js";
import { answerChip, noteLines } from "./parts.js";
import { nameField } from "./people.js";

/** The picture with its faces. */
export function picture(session) {
  const { prediction, palette, media } = session;
  const faces = prediction.readings.filter((reading) => reading.likeliest);
  const canvas = h("canvas", { class: "overlay", "aria-hidden": "true" });
  const seen = faces.filter(({ box }) => box).map((reading) => ({ person: reading.person, box: reading.box, reading }));
  let chosen = null;
  const alt = `The picture: ${faces.length ? "its faces are listed beside it" : "no face was found"}`;
  const image = media?.kind === "image" ? h("img", { src: session.file(media.name), alt }) : null;
  const draw = () => {
    if (!image?.complete || media.boxes_burnt) return;
    drawBoxes(canvas, image, seen, { size: prediction.size, palette, name: (person) => session.nameOf(person), chosen });
  };
  const choose = (person) => {
    chosen = person === chosen ? null : person;
    for (const one of cards) one.element.classList.toggle("chosen", one.person === chosen);
    draw();
  };
  const cards = faces.map((face) => ({ person: face.person, element: card(session, face, choose) }));
  const press = (event) => {
    if (!prediction.size) return;
    const box = image.getBoundingClientRect();
    const [width, height] = prediction.size;
    const fit = Math.min(box.width / width, box.height / height);
    const at = [(event.clientX - box.left - (box.width - width * fit) / 2) / fit, (event.clientY - box.top - (box.height - height * fit) / 2) / fit];
    const hit = seen.find(({ box: [left, top, right, bottom] }) => left <= at[0] && at[0] <= right && top <= at[1] && at[1] <= bottom);
    if (hit) choose(hit.person);
  };
  image?.addEventListener("load", draw);
  image?.addEventListener("click", press);
  const sizes = new ResizeObserver(draw);
  if (image) sizes.observe(image);
  session.addEventListener("annotations", draw);
  const none = !faces.length && h("p", { class: "soft" }, "There is no face in it that an emotion could be read from.");
  const element = h("div", { class: "watch" },
    image && h("section", { class: "stage" }, h("div", { class: "frame still" }, image, canvas)),
    h("section", { class: "faces" }, h("h2", {}, faces.length === 1 ? "The face" : "The faces"), none, cards.map((one) => one.element)));
  return {
    element,
    close() {
      sizes.disconnect();
      session.removeEventListener("annotations", draw);
    },
  };
}

function card(session, face, choose) {
  const chart = bars(session.palette);
  chart.show(face.probabilities);
  const title = () => `${session.summary.name}: ${session.nameOf(face.person)}`;
  return h("div", { class: "card person", onclick: (event) => event.target.closest("input, button, a, summary") || choose(face.person) },
    h("div", { class: "row apart" }, nameField(session, face.person), answerChip(session, face)),
    chart.element, exportButtons({ name: () => session.nameFor(`face ${face.person}`), canvas: () => chart.canvas(title()), table: chart.table }),
    face.valence !== null && h("p", { class: "soft small" }, `Mood: ${moodText(face.valence, face.arousal)}`), noteLines(face.notes));
}
