// The queue: what is being sent, read, finished or failed, each on a line with its progress and what can be done.
import * as api from "./api.js";
import { h, replace } from "./dom.js";
import { bytes, clock, percent } from "./format.js";
import * as uploads from "./uploads.js";

const AT_WORK = ["waiting", "held", "running"];
const WORDS = { waiting: "waits", held: "held while somebody is live", running: "reading", done: "done", failed: "failed", stopped: "stopped" };
const BY = { combined: "face, voice, words", face: "face", audio: "voice", text: "words" };

/** Return {element, close, refresh}: the list, which follows the server's events until it is closed. */
export function queue({ models, say }) {
  const jobs = new Map(), lines = new Map();
  let summaries = {};
  const list = h("ul", { class: "queue" });
  const clear = h("button", { class: "quiet", onclick: forgetFinished }, "Clear finished");
  const head = h("div", { class: "row apart" }, h("h2", {}, "Queue"), clear);
  const element = h("section", { "aria-label": "Queue" }, head, list);

  async function refresh() {
    const { jobs: all } = await api.get("/jobs");
    jobs.clear();
    for (const job of all) jobs.set(job.id, job);
    await answers();
    draw();
  }

  async function answers() {
    if (![...jobs.values()].some((job) => job.result && !summaries[job.result])) return;
    const { results } = await api.get("/results");
    summaries = Object.fromEntries(results.map((summary) => [summary.id, summary]));
  }

  async function take(job) {
    const before = jobs.get(job.id)?.state;
    if (job.state === "forgotten") jobs.delete(job.id);
    else jobs.set(job.id, job);
    if (job.state === "done" && before !== "done") {
      await answers();
      say(`${job.name}: ${summaries[job.result]?.answer ?? "read"}`);
    }
    draw();
  }

  async function act(method, path, job) {
    try {
      const changed = await method(path);
      if (method === api.remove) await refresh();
      else jobs.set((changed ?? job).id, changed ?? job);
    } catch (error) {
      say(error.message);
      await refresh();
    }
    draw();
  }

  async function forgetFinished() {
    const over = [...jobs.values()].filter((job) => !AT_WORK.includes(job.state));
    await Promise.all(over.map((job) => api.remove(`/jobs/${job.id}`).catch(() => {})));
    await refresh();
  }

  function draw() {
    const sent = uploads.pending().map((upload) => line(`u${upload.key}`, ofUpload(upload)));
    const newest = [...jobs.values()].sort((one, other) => rank(one) - rank(other) || order(one, other));
    const all = [...sent, ...newest.map((job) => line(job.id, ofJob(job)))];
    for (const [index, row] of all.entries()) if (list.children[index] !== row) list.insertBefore(row, list.children[index] ?? null);
    while (list.children.length > all.length) list.lastChild.remove();
    clear.hidden = ![...jobs.values()].some((job) => !AT_WORK.includes(job.state));
    element.hidden = !all.length;
  }

  /** Draw one line anew only where what it says has changed, so that a button keeps the focus. */
  function line(key, { name, by, state, tone, words, share, actions }) {
    const said = JSON.stringify([name, by, state, words, actions.map(([label]) => label)]);
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
    const forget = () => act(api.remove, `/jobs/${job.id}`, job);
    const actions = [];
    if (job.result) actions.push(["Open", `#/result/${job.result}`, "main"]);
    if (["failed", "stopped"].includes(job.state)) actions.push(["Again", () => act(api.post, `/jobs/${job.id}/again`, job)]);
    actions.push(AT_WORK.includes(job.state) ? ["Stop", forget] : ["Remove", forget]);
    return {
      name: job.name, by: BY[job.model] ?? job.model, state: job.state, actions,
      tone: job.result && summary?.emotion && models.colours[summary.emotion],
      words: job.trouble ?? (job.result ? summary?.answer ?? "done" : progressOf(job)),
      share: running ? (job.total ? job.done / job.total : null) : undefined,
    };
  }

  const end = api.events("/jobs/events", take, () => refresh().catch(() => {}));
  uploads.onChange(draw);
  return { element, refresh, close: () => (end(), uploads.onChange(() => {})) };
}

const rank = (job) => ["running", "held", "waiting"].indexOf(job.state) + 1 || 9;
const order = (one, other) => (AT_WORK.includes(one.state) ? 1 : -1) * String(one.created).localeCompare(String(other.created));

function progressOf(job) {
  if (job.state !== "running") return job.sentence || WORDS[job.state];
  if (!job.total) return job.sentence || "starting";
  const much = job.unit === "seconds" ? `${clock(job.done)} of ${clock(job.total)}` : `${job.done} of ${job.total} ${job.unit ?? ""}`.trim();
  return job.sentence ? `${job.sentence} · ${much}` : much;
}
