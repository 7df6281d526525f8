// The frame of the page: which page is shown, what happens when one fails, and whether the server is there.
import * as api from "./lib/api.js";
import { h, replace } from "./lib/dom.js";

const TITLES = {
  live: "Live", read: "Read", results: "Results", result: "Result", compare: "Compare", sheet: "Sheet for participants",
};
const START = "#/live";
const root = document.getElementById("page");
const banner = document.getElementById("banner");
const toast = document.getElementById("toast");
const about = document.getElementById("about");
let models, leave, turn = 0;

/** Show a sentence for some seconds; a screen reader reads it out. */
function say(sentence) {
  toast.textContent = sentence;
  toast.hidden = false;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => (toast.hidden = true), 6000);
}

/** "#/result/ab12?x=1" -> {name: "result", params: {id: "ab12", x: "1"}}. */
function placeOf(hash) {
  const [path, search] = hash.replace(/^#\/?/, "").split("?");
  const [name, id] = path.split("/").map(decodeURIComponent);
  return { name, params: { ...(id && { id }), ...Object.fromEntries(new URLSearchParams(search)) } };
}

function failed(error) {
  const again = h("button", { class: "main", onclick: show }, "Try again");
  const said = error instanceof api.Trouble ? error.message : "Its code could not be loaded or has a fault. Reload the page; if it happens again, please report it.";
  replace(root, h("section", { class: "empty failed" }, h("h1", {}, "This page did not open"), h("p", {}, said), again));
}

/** Leave the page that is shown and open the one that the address names. */
async function show() {
  const mine = ++turn;
  const { name, params } = placeOf(location.hash || START);
  if (!(name in TITLES)) return void (location.hash = START);
  const left = leave;
  leave = undefined;
  await left?.();
  document.title = `${TITLES[name]} · Demeanor`;
  for (const link of document.querySelectorAll(".bar nav a")) {
    const here = link.hash === `#/${name}` || (name === "result" && link.hash === "#/results");
    if (here) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const stage = h("div", { class: `page ${name}` });
  try {
    models ??= await api.get("/models");
    const page = await import(`./pages/${name}.js`);
    if (mine === turn) await dress(name);
    if (mine !== turn) return;
    replace(root, stage);
    const clean = await page.mount(stage, params, { api, models, say, go: (hash) => (location.hash = hash) });
    if (mine !== turn) return void clean?.();
    leave = clean;
  } catch (error) {
    console.warn(error);
    if (mine === turn) failed(error);
  }
  if (mine > 1) root.focus({ preventScroll: true });
}

const BORROWED = { read: ["live"] };  // the recorder looks the same on both

/** Load a page's own style, and put away that of others. */
async function dress(name) {
  const wanted = [...(BORROWED[name] ?? []), name];
  const sheets = new Map([...document.querySelectorAll("link[data-page]")].map((link) => [link.dataset.page, link]));
  const fresh = wanted.filter((one) => !sheets.has(one)).map((one) => h("link", { rel: "stylesheet", href: `/static/pages/${one}.css`, data: { page: one } }));
  await Promise.all(fresh.map((link) => new Promise((done) => {
    link.onload = link.onerror = done;
    document.head.append(link);
  })));
  for (const [one, link] of sheets) link.disabled = !wanted.includes(one);
}

let asking, first;

/** Ask whether the server is there, and whether it is still the one that this page came from. */
async function pulse() {
  const health = await api.get("/health").catch(() => null);
  if (!health) return;
  first ??= health.id;
  if (health.id !== first) foreign();
  else if (asking) back();
}

/** Say that the server is gone, and ask until it is back. */
function gone() {
  if (asking) return;
  document.body.classList.add("offline");
  banner.textContent = "Demeanor does not answer: it was stopped, or the machine slept. This page goes on when it is back.";
  banner.hidden = false;
  asking = setInterval(pulse, 2000);
}

function back() {
  clearInterval(asking);
  asking = undefined;
  document.body.classList.remove("offline");
  banner.hidden = true;
  if (root.querySelector(".empty.failed")) show();
  else say("Demeanor is back.");
}

function foreign() {
  clearInterval(asking);
  asking = undefined;
  document.body.classList.add("offline");
  banner.textContent = "Demeanor was started anew. Open the address that it printed in the terminal; your results are still there.";
  banner.hidden = false;
}

pulse();
setInterval(() => document.hidden || asking || pulse(), 15_000);
api.server.addEventListener("gone", gone);
api.server.addEventListener("foreign", foreign);
addEventListener("hashchange", show);
addEventListener("unhandledrejection", (event) => {
  if (event.reason?.name !== "AbortError") say(event.reason?.message ?? "Something went wrong.");
});
addEventListener("dragover", (event) => event.preventDefault());  // a file dropped beside the target must not replace the page
addEventListener("drop", (event) => event.preventDefault());
document.querySelector(".skip").addEventListener("click", (event) => (event.preventDefault(), root.focus()));  // the hash names pages
document.getElementById("help").addEventListener("click", () => about.showModal());
about.addEventListener("click", (event) => {
  if (event.target === about || event.target.closest("a[href^='#']")) about.close();
});
show();
