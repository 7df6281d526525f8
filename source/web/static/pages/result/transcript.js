// What is said or written: it follows the cursor, leads there, and its words can be corrected.
import { h, replace } from "../../lib/dom.js";
import { plural, signed } from "../../lib/format.js";
import { withAnswer } from "../../lib/readings.js";
import { answerChip, noteLines, timeButton } from "./parts.js";
import { tintedWords } from "./words.js";

const AT_ONCE = 150; // sentences; more are shown when asked for
const LET_BE_MS = 4000; // after a person scrolled, the list does not follow

/** The list of sentences; null where there are none. */
export function transcript(session) {
  const { axis, sentences } = session;
  if (!sentences.length) return null;
  const list = h("ol", { class: "talk", tabindex: "0", "aria-label": "Sentences" });
  const rows = [];
  const find = h("input", { type: "search", placeholder: "Find words", "aria-label": "Find words", oninput: () => filter() });
  const more = h("button", { type: "button", class: "quiet", onclick: () => (add(), filter()) });
  let current = -1, scrolledAt = -Infinity;

  const add = () => {
    const from = rows.length;
    for (let at = from; at < Math.min(from + AT_ONCE, sentences.length); at++) {
      rows.push(row(session, at));
      list.append(rows[at].element);
    }
    more.hidden = rows.length === sentences.length;
    more.textContent = `Show ${plural(Math.min(AT_ONCE, sentences.length - rows.length), "more sentence")}`;
  };
  const filter = () => {
    const wanted = find.value.trim().toLocaleLowerCase();
    while (wanted && rows.length < sentences.length) add();
    for (const { element, words } of rows) element.hidden = !words().toLocaleLowerCase().includes(wanted);
  };
  const follow = () => {
    const at = indexAt(session, axis.cursor);
    if (at === current) return;
    rows[current]?.element.classList.remove("now");
    rows[current]?.element.removeAttribute("aria-current");
    current = at;
    while (at >= rows.length) add();
    const element = rows[at]?.element;
    if (!element) return;
    element.classList.add("now");
    element.setAttribute("aria-current", "true");
    if (performance.now() - scrolledAt < LET_BE_MS) return;
    list.scrollTop = element.offsetTop - list.offsetTop - list.clientHeight / 3; // not scrollIntoView: the page stays
  };
  const scrolled = () => (scrolledAt = performance.now());
  for (const name of ["wheel", "touchmove", "keydown"]) list.addEventListener(name, scrolled, { passive: true });
  const changed = () => rows.forEach((one) => one.show());
  axis?.addEventListener("cursor", follow);
  session.addEventListener("annotations", changed);
  add();
  if (axis) follow();
  const title = session.prediction.model === "text" && !session.isTimed ? "What is written" : "What is said";
  const element = h("section", { class: "transcript" },
    h("div", { class: "row apart" }, h("h2", {}, title), sentences.length > 8 && find), list, more);
  return {
    element,
    close() {
      axis?.removeEventListener("cursor", follow);
      session.removeEventListener("annotations", changed);
    },
  };
}

function indexAt(session, seconds) {
  if (!session.isTimed) return Math.min(Math.floor(seconds), session.sentences.length - 1);
  let found = -1;
  for (const [at, { start_seconds: start }] of session.sentences.entries()) {
    if (start > seconds + 1e-6) break;
    found = at;
  }
  return found;
}

function row(session, at) {
  const said = session.sentences[at];
  const element = h("li");
  const correction = () => session.annotations.sentences?.[at];
  const words = () => correction()?.text ?? said.text;
  let shown; // the correction that is drawn
  const show = () => {
    if (shown === correction()?.text && element.firstChild) return;
    shown = correction()?.text;
    const place = session.isTimed ? timeButton(session, said.start_seconds) : timeButton(session, at, String(at + 1));
    replace(element, place, h("div", { class: "words", dir: "auto", lang: session.prediction.language || undefined },
      shown === undefined ? tintedWords(said, session.palette) : [shown, h("p", { class: "note" }, h("s", {}, said.text))]),
      answerChip(session, said), h("div", { class: "details" }, details(session, said, correction()),
        h("button", { type: "button", class: "quiet edit", onclick: edit, "aria-label": `Correct: ${words()}` }, "Correct")));
  };
  const edit = () => {
    const input = h("textarea", { value: words(), rows: 2, maxlength: 5000, dir: "auto", "aria-label": "Corrected words" });
    const keep = h("button", { type: "button", class: "main", onclick: () => store(input.value) }, "Read again");
    const cancel = () => ((shown = null), show(), element.querySelector(".edit").focus());
    const store = async (text) => {
      input.disabled = keep.disabled = true;
      keep.textContent = "Reading …";
      try {
        await session.save({ sentences: { [at]: text } });
        shown = null;
        show();
        element.querySelector(".edit").focus();
      } catch {
        input.disabled = keep.disabled = false;
        keep.textContent = "Read again";
      }
    };
    input.addEventListener("keydown", (event) => {
      if (event.key === "Escape") cancel();
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) (event.preventDefault(), store(input.value));
    });
    replace(element, h("div", { class: "editing" }, input, h("div", { class: "row" }, keep,
      h("button", { type: "button", onclick: cancel }, "Cancel"),
      shown !== undefined && h("button", { type: "button", class: "quiet", onclick: () => store("") }, "As it was heard"))));
    input.focus();
  };
  show();
  return { element, show, words };
}

/** The words' own answer, what the text model reads in the corrected words, sentiment and notes. */
function details(session, said, correction) {
  const own = said.modalities?.text, sentiment = correction?.reading?.sentiment ?? said.sentiment;
  const again = correction && h("span", {}, "corrected: ",
    correction.reading ? answerChip(session, withAnswer(correction.reading, session.limit)) : "nothing to read");
  return [
    own && h("span", {}, correction ? "as heard: " : "the words: ", answerChip(session, session.answered(own))), again,
    sentiment !== null && h("span", {}, `sentiment ${signed(sentiment, 1)}`), noteLines(said.notes),
  ];
}
