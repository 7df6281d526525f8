// Files on their way to the server, one after the other; they go on while other pages are shown.
import * as api from "../../lib/api.js";
import { bytes } from "../../lib/format.js";

const AGAIN_MS = 3000;
const MOST_BREAKS = 3;  // while the server answers: then the file is gone or was refused on the way
const waiting = [];  // {key, name, model, bytes, sent, state: "waiting" | "sending" | "broken", sentence}
let changed = () => {}, busy = false, last = 0;

/** The files that the server does not have yet, and whose turn it is. */
export const pending = () => waiting;

/** Have `listener` told whenever one of them moves on; one at a time, the page that is shown. */
export const onChange = (listener) => (changed = listener);

/** Add [{file, model}] to the end. */
export function add(files) {
  for (const { file, model } of files) {
    waiting.push({ key: ++last, file, model, name: file.name, bytes: file.size, sent: 0, state: "waiting", sentence: "" });
  }
  send();
}

/** Take one back, or stop it on its way. */
export function drop(upload) {
  upload.control?.abort();
  const at = waiting.indexOf(upload);
  if (at >= 0) waiting.splice(at, 1);
  changed();
}

/** Try one again that broke off. */
export function again(upload) {
  Object.assign(upload, { state: "waiting", breaks: 0, sentence: "" });
  send();
}

async function send() {
  changed();
  if (busy) return;
  busy = true;
  for (let next; (next = waiting.find((upload) => upload.state === "waiting"));) {
    try {
      await sendOne(next);
      drop(next);
    } catch (error) {
      await refused(next, error);
    }
    changed();
  }
  busy = false;
}

async function sendOne(upload) {
  Object.assign(upload, { state: "sending", begun: Date.now() });
  upload.control = new AbortController();
  const { most_bytes: most } = await api.get("/jobs");
  if (upload.bytes > most) throw new Error(`${bytes(upload.bytes)} are too many; a file may have ${bytes(most)}.`);
  const onProgress = (sent) => ((upload.sent = sent), changed());
  const query = { model: upload.model, name: upload.name };
  await api.upload("/jobs", upload.file, { query, onProgress, signal: upload.control.signal });
}

async function refused(upload, error) {
  if (error.name === "AbortError") return;
  const full = error.status === 429, broke = error.code === "broken";
  const gone = broke && !(await api.get("/health").catch(() => null));
  const later = full || gone || (broke && (upload.breaks = (upload.breaks ?? 0) + 1) < MOST_BREAKS);
  const sentence = full ? "waits: the queue is full" : later ? "" : error.message;
  Object.assign(upload, { state: later ? "waiting" : "broken", sent: 0, sentence });
  changed();
  if (later) await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
}

addEventListener("beforeunload", (event) => {
  if (waiting.some((upload) => upload.state !== "broken")) event.preventDefault();
});
