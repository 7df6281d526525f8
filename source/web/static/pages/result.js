// One result: what was read, when, from what, and what people add to it.
import { h, replace } from "../lib/dom.js";
import { agreement } from "./result/agreement.js";
import { cursorPanel } from "./result/cursor.js";
import { files } from "./result/files.js";
import { head } from "./result/head.js";
import { keys } from "./result/keys.js";
import { marks } from "./result/marks.js";
import { people } from "./result/people.js";
import { picture } from "./result/picture.js";
import { pictures } from "./result/pictures.js";
import { selection } from "./result/selection.js";
import { Session } from "./result/session.js";
import { stage } from "./result/stage.js";
import { tables } from "./result/tables.js";
import { timeline } from "./result/timeline.js";
import { transcript } from "./result/transcript.js";

/** Show the result `params.id` in `root`; `params.t`: where to begin, in seconds. */
export async function mount(root, params, context) {
  const session = new Session(context, await context.api.get(`/results/${params.id}`));
  document.title = `${session.summary.name} · Demeanor`;
  const shown = [];
  const panel = (make, ...more) => {
    const made = make(session, ...more);
    if (made) shown.push(made);
    return made?.element;
  };
  const overTime = () => {
    const player = session.isTimed ? stage(session) : null;
    if (player) shown.push(player);
    else session.axis.addEventListener("seek", () => session.axis.moveTo(session.axis.wish));
    shown.push(keys(session, player));
    const cursor = cursorPanel(session);
    shown.push(cursor);
    const words = panel(transcript);
    const beside = !player?.hasPicture; // where no picture is, the words are
    return [
      h("div", { class: "watch" }, h("div", { class: "column" }, player?.element, cursor.reasons, beside && words), cursor.element, panel(timeline)),
      panel(selection, player), panel(marks),
      h("div", { class: "grid halves" }, !beside && words, panel(people)),
    ];
  };
  replace(root, panel(head), session.axis ? overTime() : session.isPicture && panel(picture), panel(pictures), panel(tables), panel(agreement), panel(files));
  if (params.t && session.axis) session.axis.seek(Number(params.t));
  return () => shown.forEach((made) => made.close?.());
}
