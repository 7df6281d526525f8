// Record, drop or paste; below, the queue.
import { confirm, h, replace, s } from "../lib/dom.js";
import { bytes, moment } from "../lib/format.js";
import { endings, filesOf, modelFor, shown } from "./read/intake.js";
import { paste } from "./read/paste.js";
import { queue } from "./read/queue.js";
import * as uploads from "./read/uploads.js";

const NAMES = { combined: "face, voice and words together", face: "the face alone", audio: "the voice alone", text: "the words alone" };
const ICONS = {
  record: "M16 3a5 5 0 0 1 5 5v7a5 5 0 0 1-10 0V8a5 5 0 0 1 5-5M6 14v1a10 10 0 0 0 20 0v-1M16 25v4M11 29h10",
  drop: "M16 4v16M9 13l7 7 7-7M5 22v6h22v-6",
  paste: "M11 6H6v22h20V6h-5M11 4h10v5H11zM11 15h10M11 21h6",
};
const icon = (name) => s("svg", { viewBox: "0 0 32 32", width: 32, height: 32, "aria-hidden": true, class: "line-icon" }, s("path", { d: ICONS[name] }));

/** Show the page in `root`. */
export async function mount(root, params, context) {
  const { api, models, say } = context;
  const list = queue(context);
  const words = paste(context);
  const unfinished = h("div", {});
  const desk = h("div", {});  // where the recorder opens
  const wanted = h("select", { id: "with" }, h("option", { value: "" }, "what fits each file"),
    Object.entries(NAMES).filter(([name]) => models.models[name]?.trained).map(([name, said]) => h("option", { value: name }, said)));

  function take(files) {
    const chosen = files.map((file) => ({ file, model: modelFor(file.name, models, wanted.value) }));
    const readable = chosen.filter(({ model }) => model);
    const left = chosen.length - readable.length;
    uploads.add(readable);
    if (!files.length) say("There are no files in it.");
    else if (left) say(refusal(chosen.find(({ model }) => !model).file.name, left));
  }

  function refusal(name, left) {
    const by = wanted.value ? "the model that you chose reads no such files" : "no model reads such files";
    return left === 1 ? `${name} is left out: ${by}.` : `${left} files, such as ${name}, are left out: ${by}.`;
  }

  const picker = (props) => h("input", {
    type: "file", multiple: true, hidden: true, ...props,
    onchange: (event) => (take(shown([...event.target.files])), (event.target.value = "")),
  });
  const files = picker({ accept: endings(models), "aria-label": "Files to read" });
  const folder = picker({ "aria-label": "Folder to read" });
  folder.webkitdirectory = true;

  const drop = h("div", { class: "way drop" }, icon("drop"), h("h2", {}, "Drop a file, or many"),
    h("p", { class: "soft" }, "Films, sound, pictures, texts, whole folders: anywhere on this page."),
    h("div", { class: "row push-down" },
      h("button", { class: "main", onclick: () => files.click() }, "Choose files"),
      h("button", { onclick: () => folder.click() }, "Choose a folder")), files, folder);

  const record = h("button", { class: "main", onclick: openRecorder }, "Record …");
  const recorder = h("div", { class: "way" }, icon("record"), h("h2", {}, "Record"),
    h("p", { class: "soft" }, "With camera, microphone or both. It is kept here, and read when you stop."),
    h("div", { class: "row push-down" }, record));
  let panel;

  async function openRecorder() {
    const { recordPanel } = await import("./read/recorder.js");
    if (panel) return;
    const closed = () => {
      panel?.close?.();
      panel = undefined;
      replace(desk);
      record.disabled = false;
      offerUnfinished();
      record.focus();
    };
    panel = recordPanel({ ...context, model: wanted.value || "combined", onDone: closed, onClose: closed });
    record.disabled = true;
    replace(desk, panel.element ?? panel);
    desk.scrollIntoView({ block: "nearest" });
  }

  async function offerUnfinished() {
    const answer = await api.get("/recordings").catch(() => ({}));
    replace(unfinished, (answer.recordings ?? []).map((one) => h("section", { class: "row apart unfinished" },
      h("p", {}, h("b", {}, one.is_growing ? "A recording was cut short a moment ago, or goes on in another window: " : "A recording was cut short: "), `${one.name}, ${bytes(one.bytes)}, ${moment(one.created)}`),
      h("div", { class: "row" },
        h("button", { class: "main", onclick: () => settle(() => api.post(`/recordings/${one.id}/finish`)) }, "Read what there is"),
        h("button", { onclick: () => discard(one) }, "Delete")))));
  }

  async function settle(act) {
    await act().catch((error) => say(error.message));
    await offerUnfinished();
  }

  async function discard({ id, name }) {
    if (await confirm(`Delete the recording ${name}?`, { yes: "Delete", danger: true })) settle(() => api.remove(`/recordings/${id}`));
  }

  const over = (event) => event.dataTransfer?.types.includes("Files") && document.body.classList.add("dropping");
  const out = (event) => event.relatedTarget ?? document.body.classList.remove("dropping");
  const dropped = async (event) => {
    document.body.classList.remove("dropping");
    const text = event.dataTransfer.getData("text/uri-list") || event.dataTransfer.getData("text/plain");
    if (event.dataTransfer.files.length) take(await filesOf(event.dataTransfer));
    else if (text && event.target.tagName !== "TEXTAREA") words.put(text);
  };
  const pasted = async (event) => {
    if (event.clipboardData.files.length) return take(await filesOf(event.clipboardData));
    const text = event.clipboardData.getData("text/plain");
    if (text && !event.target.closest("input, textarea")) words.put(text);
  };
  const listeners = { dragenter: over, dragleave: out, drop: dropped, paste: pasted };
  for (const [name, listener] of Object.entries(listeners)) addEventListener(name, listener);

  words.element.prepend(icon("paste"));
  replace(root,
    h("h1", {}, "Read"),
    h("p", { class: "lead" }, "What does a recording, a picture or a text display? Everything is read on this machine, and the results stay in its folder."),
    models.missing.map((sentence) => h("p", { class: "soft small" }, sentence)),
    h("div", { class: "grid ways" }, recorder, drop, words.element),
    desk,
    h("p", { class: "row with" }, h("label", { for: "with" }, "Read by"), wanted,
      h("span", { class: "soft small" }, "Films and sound: all three together. Pictures: the face. Texts: the words.")),
    unfinished, list.element);
  await offerUnfinished();

  return () => {
    for (const [name, listener] of Object.entries(listeners)) removeEventListener(name, listener);
    panel?.close?.();
    list.close();
  };
}
