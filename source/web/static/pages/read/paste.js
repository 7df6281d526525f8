// Words are read while they are typed; a link is fetched only when asked for.
import { h, replace } from "../../lib/dom.js";
import { percent } from "../../lib/format.js";
import { fullAnswer } from "../../lib/readings.js";
import { isLink } from "./intake.js";

const PAUSE_MS = 450;

/** Return {element, put(text)}: a field for words or a link. */
export function paste({ api, models, say }) {
  const field = h("textarea", {
    id: "words", rows: 4, spellcheck: true, placeholder: "What somebody said or wrote, or https://…", oninput: changed,
    onkeydown: (event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && keep(),
  });
  const button = h("button", { class: "main", disabled: true, onclick: keep }, "Read and keep");
  const said = h("div", { class: "at-once", "aria-live": "polite" });
  const element = h("div", { class: "way paste" },
    h("h2", {}, h("label", { for: "words" }, "Paste a link or words")), field, said, h("div", { class: "row push-down" }, button));
  let timer, control;

  function changed() {
    const text = field.value.trim();
    button.disabled = !text;
    button.textContent = isLink(text) ? "Fetch and read" : "Read and keep";
    clearTimeout(timer);
    control?.abort();
    if (isLink(text)) return void replace(said, h("p", { class: "soft small" }, linkNote(text)));
    if (text.length < 3 || !models.models.text?.trained) return void replace(said);
    timer = setTimeout(() => readAtOnce(text), PAUSE_MS);
  }

  function linkNote(text) {
    const site = URL.parse?.(text)?.host ?? text.split("/")[2];
    const files = models.links ? "" : " Only a link to a file can be read: for what pages show, pip install yt-dlp yt-dlp-ejs.";
    return `This fetches the film or sound from ${site}, which learns your address. Whatever else you do here stays on this machine.${files}`;
  }

  async function readAtOnce(text) {
    control = new AbortController();
    if (!said.firstChild) replace(said, h("p", { class: "soft small" }, "reading …"));
    try {
      const { readings, overall, notes = [] } = await api.post("/read", text, { query: { model: "text" }, signal: control.signal });
      replace(said, answered(overall ?? readings[0]), notes.map((note) => h("p", { class: "soft small" }, note)));
    } catch (error) {
      if (error.name !== "AbortError") replace(said, h("p", { class: "soft small" }, error.message));
    }
  }

  function answered(reading) {
    if (!reading?.likeliest) return h("p", { class: "soft small" }, fullAnswer(null));
    const ranked = Object.entries(reading.probabilities).sort(([, one], [, other]) => other - one).slice(0, 3);
    return [
      h("p", { class: "row" }, h("span", { class: "emoji", "aria-hidden": true }, (reading.emotion && models.emoji[reading.emotion]) ?? "😕"),
        h("b", {}, fullAnswer(reading))),
      h("div", { class: "bars" }, ranked.map(([label, share]) => [
        h("span", {}, label),
        h("span", { class: "bar-track" }, h("i", { style: { width: `${share * 100}%`, "--tone": models.colours[label] } })),
        h("span", {}, percent(share)),
      ])),
    ];
  }

  async function keep() {
    const text = field.value.trim();
    if (button.disabled) return;
    button.disabled = true;
    try {
      await api.post("/jobs", isLink(text) ? { link: text } : { model: "text", text });
      field.value = "";
      replace(said);
    } catch (error) {
      say(error.message);
      button.disabled = false;
    }
  }

  return { element, put: (text) => ((field.value = text), field.focus(), changed()) };
}
