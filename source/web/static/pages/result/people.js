// Who is seen: the mean answer of each face alone, and a name that people give.
import { bars } from "../../lib/bars.js";
import { h } from "../../lib/dom.js";
import { clock, plural } from "../../lib/format.js";
import { withAnswer } from "../../lib/readings.js";
import { answerChip, noteLines } from "./parts.js";

const AT_ONCE = 12;
const ABOUT = "The mean answer of each face alone. Persons are told apart by place and appearance; a name is only what you type. "
  + "Two numbers with the same name share a lane of the timeline.";

/** A card for each person; null where nobody is seen. */
export function people(session) {
  const all = session.prediction.people;
  if (!all.length) return null;
  const cards = h("div", { class: "cards" });
  const more = h("button", { type: "button", class: "quiet", onclick: () => add(all.length) });
  const add = (count) => {
    cards.append(...all.slice(cards.children.length, count).map((one) => card(session, withAnswer(one, session.limit))));
    more.hidden = cards.children.length === all.length;
    more.textContent = `Show ${plural(all.length - cards.children.length, "more person", "more people")}`;
  };
  add(AT_ONCE);
  const element = h("section", { class: "seen" },
    h("h2", {}, "Who is seen"),
    h("p", { class: "soft small" }, ABOUT),
    cards, more);
  return { element };
}

function card(session, person) {
  const chart = bars(session.palette);
  chart.show(person.probabilities);
  return h("div", { class: "card person" },
    h("div", { class: "row apart" }, nameField(session, person.person), answerChip(session, person)),
    h("p", { class: "soft small" }, `on screen ${clock(person.start_seconds)} to ${clock(person.end_seconds)}`),
    h("details", {}, h("summary", {}, "Bars"), chart.element), noteLines(person.notes));
}

const labelOf = (person) => `Name of person ${person}`;

/** Go to the field for the name of a person, where it is shown. */
export const askForName = (person) => document.querySelector(`input[aria-label="${labelOf(person)}"]`)?.focus();

/** A field for the name of a person, with the number while there is none. */
export function nameField(session, person) {
  const now = () => session.annotations.names?.[person] ?? "";
  const input = h("input", {
    class: "name", value: now(), placeholder: `#${person}`, maxlength: 120, dir: "auto", autocomplete: "off", "aria-label": labelOf(person),
    onchange: async () => {
      try {
        await session.save({ names: { [person]: input.value } });
        session.context.say("Name saved.");
      } finally {
        input.value = now();
      }
    },
  });
  return input;
}
