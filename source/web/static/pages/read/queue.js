// The queue: what is being sent, read, finished or failed, each on a line with its progress and what can be done.
import * as api from "../../lib/api.js";
import { h, replace } from "../../lib/dom.js";
import { bytes, clock, percent } from "../../lib/format.js";
import * as uploads from "./uploads.js";

const AT_WORK = ["waiting", "held", "running"];
const WORDS = { waiting: "waits", held: "held while somebody is live", running: "reading", done: "done", failed: "failed", stopped: "stopped" };
const BY = { combined: "face, voice, words", face: "face", audio: "voice", text: "words" };

/** Return {element, close}: the list, which follows the server's events until it is closed. */
export function queue({ models, say }) {
  const jobs = new Map(), lines = new Map();
  let summaries = {}, asking;
  const list = h("ul", { class: "queue" });
  const clear = h("button", { class: "quiet", onclick: forgetFinished }, "Clear finished");
  const head = h("div", { class: "row apart" }, h("h2", {}, "Queue"), clear);
  const element = h("section", { "aria-label": "Queue" }, head, list);

  /** Fetch the answers of results that are not known yet; what is fetched already may have been asked for too early. */
  async function answers() {
    const lacks = () => [...jobs.values()].some((job) => job.result && !summaries[job.result]);
    for (let time = 0; time < 2 && lacks(); time++) {
      asking ??= api.get("/results").finally(() => (asking = undefined));
      summaries = Object.fromEntries((await asking).results.map((summary) => [summary.id, summary]));
    }
  }

  async function take(job) {
    const before = jobs.get(job.id)?.state;
    if (job.state === "forgotten") jobs.delete(job.id);
    else jobs.set(job.id, job);
    if (job.state === "done") await answers();
    if (job.state === "done" && before && before !== "done") {
      say(`${job.name}: ${summaries[job.result]?.answer ?? "read"}`);
    }
    draw();
  }

  /** Do something to a job; what becomes of it comes as an event. */
  const act = (method, path) => method(path).catch((error) => say(error.message));

  async function forgetFinished() {
    const over = [...jobs.values()].filter((job) => !AT_WORK.includes(job.state));
    await Promise.all(over.map((job) => act(api.remove, `/jobs/${job.id}`)));
  }

  function draw() {
    const onTheirWay = uploads.pending().filter((upload) => !hasArrived(upload));
    const sent = onTheirWay.map((upload) => line(`u${upload.key}`, ofUpload(upload)));
    const newest = [...jobs.values()].sort((one, other) => rank(one) - rank(other) || order(one, other));
    const all = [...sent, ...newest.map((job) => line(job.id, ofJob(job)))];
    for (const [index, row] of all.entries()) if (list.children[index] !== row) list.insertBefore(row, list.children[index] ?? null);
    while (list.children.length > all.length) list.lastChild.remove();
    clear.hidden = ![...jobs.values()].some((job) => !AT_WORK.includes(job.state));
    element.hidden = !all.length;
  }

  /** Whether a job was made of an upload whose answer is still on its way. */
  const hasArrived = ({ name, bytes, state, begun }) => state === "sending" && [...jobs.values()].some((job) =>
    job.source === "upload" && job.name === name && job.bytes === bytes && Date.parse(job.created) >= begun);

  /** Draw one line anew only where what it says has changed, so that a button keeps the focus. */
  function line(key, { name, by, state, tone, words, share, actions, notes = [] }) {
    const said = JSON.stringify([name, by, state, words, notes, actions.map(([label]) => label)]);
    let row = lines.get(key);
    if (!row) lines.set(key, (row = { element: h("li"), bar: h("progress", { max: 1, "aria-label": `${name}: progress` }) }));
    if (row.said !== said) {
      const focused = row.element.contains(document.activeElement) && document.activeElement.textContent;
      row.said = said;
      replace(row.element,
        h("div", { class: "what" }, h("b", {}, name), h("span", { class: "soft small" }, by)),
        h("div", { class: `how ${state}` }, tone && h("span", { class: "dot", style: { "--tone": tone } }), h("span", {}, words)),
        h("div", { class: "row acts" }, actions.map(([label, act, kind]) => typeof act === "string"
          ? h("a", { class: `button ${kind ?? ""}`, href: act, "aria-label": `${label} ${name}` }, label)
          : h("button", { class: kind ?? "quiet", onclick: act, "aria-label": `${label} ${name}` }, label))),
        notes.length > 0 && h("p", { class: "soft small notes" }, notes.join(" ")),
        row.bar);
      [...row.element.querySelectorAll(".acts > *")].find((one) => one.textContent === focused)?.focus();
    }
    row.bar.hidden = share === undefined;
    if (share === null) row.bar.removeAttribute("value");
    else if (share !== undefined) row.bar.value = share;
    return row.element;
  }

  function ofUpload(upload) {
    const share = upload.bytes ? upload.sent / upload.bytes : 0;
    const sending = upload.state === "sending";
    const words = upload.sentence || (sending ? `copying, ${percent(share)} of ${bytes(upload.bytes)}` : "waits to be copied");
    const broken = upload.state === "broken";
    return {
      name: upload.name, by: BY[upload.model], state: broken ? "failed" : upload.state, words, share: sending ? share : undefined,
      actions: [...(broken ? [["Again", () => uploads.again(upload)]] : []), [broken ? "Remove" : "Stop", () => uploads.drop(upload)]],
    };
  }

  function ofJob(job) {
    const summary = summaries[job.result];
    const running = job.state === "running";
    const several = job.results?.length > 1;
    const actions = [];
    if (job.result) actions.push(["Open", several ? "#/results" : `#/result/${job.result}`, "main"]);
    if (["failed", "stopped"].includes(job.state)) actions.push(["Again", () => act(api.post, `/jobs/${job.id}/again`)]);
    actions.push(AT_WORK.includes(job.state) ? ["Stop", () => act(api.post, `/jobs/${job.id}/stop`)] : ["Remove", () => act(api.remove, `/jobs/${job.id}`)]);
    return {
      name: job.name, by: BY[job.model] ?? "", notes: job.notes ?? [], state: job.state, actions,
      tone: job.result && !several && summary?.emotion && models.colours[summary.emotion],
      words: job.trouble ?? (several ? `${job.results.length} results` : job.result ? summary?.answer ?? "done" : progressOf(job)),
      share: running ? (job.total ? job.done / job.total : null) : undefined,
    };
  }

  const end = api.events("/jobs/events", take, () => jobs.clear());  // all of them are told anew
  uploads.onChange(draw);
  draw();
  return { element, close: () => (end(), uploads.onChange(() => {})) };
}

const rank = (job) => ["running", "held", "waiting"].indexOf(job.state) + 1 || 9;
const order = (one, other) => (AT_WORK.includes(one.state) ? 1 : -1) * String(one.created).localeCompare(String(other.created));

function progressOf(job) {
  if (job.state !== "running") return job.sentence || WORDS[job.state];
  if (!job.total) return job.sentence || "Starting.";
  const much = job.unit === "seconds" ? `${clock(job.done)} of ${clock(job.total)}` : `${job.done} of ${job.total} ${job.unit ?? ""}`.trim();
  return job.sentence ? `${job.sentence.replace(/\.$/, "")}, ${much}` : much;
}
