// The selected stretch: its mean answer, bars, affect and why, and what one can do with it.
import { bars, shareBar } from "../../lib/bars.js";
import { exportButtons } from "../../lib/chart-export.js";
import { moodText } from "../../lib/circumplex.js";
import { h, replace } from "../../lib/dom.js";
import { percent } from "../../lib/format.js";
import { answerChip, stretchText, whyBlock } from "./parts.js";

const NOT_SURE = "not sure", NOTHING = "nothing to read";

/** The panel below the timeline; stage: of stage.js. */
export function selection(session, stage) {
  const { axis, palette } = session;
  const chart = bars(palette);
  const [title, body] = [h("h2", {}, "Selection"), h("div")];
  let waiting = 0;
  const show = () => {
    waiting = 0;
    element.hidden = !axis.selection;
    if (element.hidden) return;
    const [from, to] = axis.selection;
    const reading = session.mean(from, to);
    title.textContent = `Selection: ${stretchText(session, from, to)}`;
    chart.show(reading.probabilities);
    const shares = sharesOf(session, from, to);
    replace(body,
      h("div", { class: "row" }, h("p", { class: "at-answer", "aria-live": "polite" }, answerChip(session, reading)),
        h("span", { class: "soft small" }, session.isTimed ? overText(to - from, reading.seconds) : "mean of the sentences")),
      reading.valence !== null && h("p", { class: "soft small" }, `Mood: ${moodText(reading.valence, reading.arousal)}`),
      h("div", { class: "grid halves" }, chart.element,
        h("div", {}, whyBlock(session, reading),
          h("p", { class: "soft small" }, "Share of the time: ", Object.entries(shares).map(([label, share]) => `${label} ${percent(share)}`).join(", ")),
          shareBar(palette, shares))));
  };
  const later = () => (waiting ||= requestAnimationFrame(show));
  const act = (text, title, onclick) => h("button", { type: "button", title, onclick }, text);
  const element = h("section", { class: "selection", hidden: true },
    h("div", { class: "row apart" }, title,
      h("div", { class: "row tools" },
        session.isTimed && act("Play", "Play this stretch", () => {
          const [from, to] = axis.selection;
          axis.seek(from);
          stage.player.play(to);
        }),
        act("Zoom", "Show this stretch alone", () => axis.show(...axis.selection)),
        session.isTimed && act("Mark", "Mark this stretch (M)", () => mark(session)),
        session.isTimed && act("Exclude", "Leave this stretch out of means (X)", () => exclude(session)),
        session.isTimed && act("Baseline", "Show all changes against this stretch, in Compare", () => {
          const [from, to] = axis.selection.map((seconds) => seconds.toFixed(2));
          session.context.go(`#/compare?ids=${session.id}&baseline=${from}-${to}`);
        }),
        act("Clear", "Select nothing (Esc)", () => axis.select(0, 0)),
        exportButtons({ name: () => session.nameFor("selection"), canvas: () => chart.canvas(title.textContent), table: chart.table }))),
    body);
  axis.addEventListener("selection", later);
  session.addEventListener("annotations", later);
  return {
    element,
    close() {
      cancelAnimationFrame(waiting);
      axis.removeEventListener("selection", later);
      session.removeEventListener("annotations", later);
    },
  };
}

function overText(seconds, counted) {
  const less = counted < seconds - 0.05 ? `, of which ${counted.toFixed(1)} s count` : "";
  return `mean over ${seconds.toFixed(1)} s${less}`;
}

/** Mark the selection, else the moment at the cursor. */
export async function mark(session, excluded = false) {
  const [begin, end] = session.axis.selection ?? [session.axis.cursor, session.axis.cursor];
  const round = (seconds) => Math.round(seconds * 1000) / 1000;
  const added = { begin_seconds: round(begin), end_seconds: round(end), label: "", excluded };
  const marks = [...session.marks, added].sort((one, two) => one.begin_seconds - two.begin_seconds);
  await session.save({ marks });
  session.context.say(excluded ? "Left out of means." : "Marked.");
}

/** Exclude the selection; where it is excluded already, count it again. */
export async function exclude(session) {
  const chosen = session.axis.selection;
  if (!chosen) return session.context.say("Select a stretch first: drag over the timeline, or Shift and the arrows.");
  const within = (one) => one.excluded && one.begin_seconds >= chosen[0] - 0.01 && one.end_seconds <= chosen[1] + 0.01;
  if (!session.marks.some(within)) return mark(session, true);
  await session.save({ marks: session.marks.filter((one) => !within(one)) });
  session.context.say("Counts again.");
}

/** The share of the time that each answer has. */
function sharesOf(session, from, to) {
  const seconds = new Map([...session.palette.labels, NOT_SURE, NOTHING].map((label) => [label, 0]));
  for (const { begin, end, reading } of session.parts) {
    const span = Math.min(end, to) - Math.max(begin, from);
    const key = reading.likeliest ? reading.emotion ?? NOT_SURE : NOTHING;
    if (span > 0) seconds.set(key, seconds.get(key) + span);
  }
  const total = [...seconds.values()].reduce((sum, one) => sum + one, 0) || 1;
  return Object.fromEntries([...seconds].filter(([, one]) => one > 0).map(([label, one]) => [label, one / total]));
}
