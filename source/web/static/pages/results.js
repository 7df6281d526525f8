// All results in a table: find, label, delete, and choose for Compare.
import { confirm, h, replace } from "../lib/dom.js";
import { bytes, clock, moment, plural } from "../lib/format.js";

const AT_ONCE = 150;  // rows that are drawn before "Show all"
const KINDS = { video: "film", sound: "sound", picture: "picture", text: "text" };
const LABELS = { participant: "Participant", group: "Group", note: "Note" };
const COLUMNS = [
  ["name", "Name"], ["answer", "Answer"], ["created", "Read"], ["seconds", "Length"], ["people", "People"],
  ...Object.entries(LABELS),
];
const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
const view = { sort: "created", down: true, words: "", kind: "" };  // kept while other pages are shown

/** Show the page in `root`. */
export async function mount(root, params, { api, models, say, go }) {
  let results = (await api.get("/results")).results, all = false;
  const chosen = new Set();
  const body = h("tbody"), foot = h("p", { class: "row apart" }), bar = h("div", { class: "chosen", role: "region", "aria-label": "Chosen results" });
  const suggestions = Object.keys(LABELS).slice(0, 2).map((field) => h("datalist", { id: `known-${field}` }));
  const search = h("input", {
    type: "search", placeholder: "name, answer, participant, group, note", "aria-label": "Filter", value: view.words,
    oninput: () => ((view.words = search.value), draw()),
  });
  const kind = h("select", { "aria-label": "Kind", onchange: () => ((view.kind = kind.value), draw()) },
    h("option", { value: "" }, "all kinds"), Object.entries(KINDS).map(([name, said]) => h("option", { value: name, selected: view.kind === name }, `${said}s`.replace("sounds", "sound"))));
  const every = h("input", { type: "checkbox", "aria-label": "Choose all that are shown", onchange: () => chooseAll(every.checked) });
  const heads = COLUMNS.map(([field, said]) => h("th", { scope: "col", class: `c-${field}`, role: "columnheader" },
    h("button", { class: "quiet sort", onclick: () => sortBy(field) }, said)));
  const table = h("table", { class: "results", role: "table" },
    h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, h("th", { class: "c-pick", role: "columnheader" }, every), heads,
      h("th", { role: "columnheader" }, h("span", { class: "unseen" }, "Delete")))), body);
  body.setAttribute("role", "rowgroup");

  const content = [
    h("div", { class: "row apart head" }, h("h1", {}, "Results"), h("div", { class: "row filter" }, search, kind)),
    suggestions, bar, h("section", { class: "table" }, table), foot,
  ];

  const fits = (one) => (!view.kind || one.kind === view.kind) && view.words.toLowerCase().split(/\s+/).every((word) =>
    [one.name, one.answer, one.participant, one.group, one.note, one.model].join(" ").toLowerCase().includes(word));

  function shown() {
    const value = (one) => one[view.sort] ?? "";
    const found = results.filter(fits).sort((one, other) => typeof value(one) === "number" && typeof value(other) === "number"
      ? value(one) - value(other) : collator.compare(value(one), value(other)));
    return view.down ? found.reverse() : found;
  }

  function sortBy(field) {
    Object.assign(view, { down: view.sort === field ? !view.down : field === "created", sort: field });
    draw();
  }

  function row(one) {
    const tone = one.emotion && models.colours[one.emotion];
    const pick = h("input", {
      type: "checkbox", checked: chosen.has(one.id), "aria-label": `Choose ${one.name}`,
      onchange: () => (chosen[pick.checked ? "add" : "delete"](one.id), drawChosen()),
    });
    const cell = (name, ...children) => h("td", { class: `c-${name}`, role: "cell" }, ...children);
    return h("tr", { role: "row" },
      cell("pick", pick),
      cell("name", h("a", { href: `#/result/${one.id}` }, one.name), h("span", { class: "soft small" }, `${KINDS[one.kind] ?? one.kind} · ${one.model} · ${bytes(one.bytes)}`)),
      cell("answer", h("span", { class: `answer ${tone ? "" : "unsure"}` }, h("span", { class: "dot", style: tone && { "--tone": tone } }), one.answer)),
      cell("created number", moment(one.created)),
      cell("seconds number", clock(one.seconds ?? NaN)),
      cell("people number", one.people || ""),
      Object.entries(LABELS).map(([field, said]) => cell(`${field} c-label`, h("input", {
        value: one[field] ?? "", "aria-label": `${said} of ${one.name}`, placeholder: said.toLowerCase(), maxLength: field === "note" ? 5000 : 120,
        ...(field !== "note" && { list: `known-${field}` }),
        onchange: (event) => label([one], { [field]: event.target.value.trim() }, event.target),
        onkeydown: (event) => event.key === "Enter" && event.target.blur(),
      }))),
      cell("acts", h("button", { class: "quiet icon", "aria-label": `Delete ${one.name}`, title: "Delete", onclick: () => erase([one]) }, "×")));
  }

  /** Write labels of some results; what could not be written is put back. */
  async function label(some, fields, input) {
    try {
      await Promise.all(some.map(async (one) => {
        await api.patch(`/results/${one.id}`, fields);
        Object.assign(one, fields);
      }));
      drawSuggestions();
    } catch (error) {
      if (input) input.value = some[0][Object.keys(fields)[0]] ?? "";
      say(error.message);
    }
  }

  async function erase(some) {
    const everything = some.length === results.length && some.length > 1;
    const question = some.length === 1 ? `Delete ${some[0].name}?` : `Delete ${everything ? "all " : ""}${some.length} results?`;
    const detail = "The recording, its tables, pictures and labels are removed from this machine for good.";
    if (!(await confirm(question, { yes: "Delete", detail, danger: true }))) return;
    const gone = await Promise.allSettled(everything ? [api.remove("/results")] : some.map((one) => api.remove(`/results/${one.id}`)));
    const trouble = gone.find((one) => one.status === "rejected");
    say(trouble ? trouble.reason.message : `${plural(some.length, "result")} deleted.`);
    for (const one of some) chosen.delete(one.id);
    await refresh();
  }

  async function refresh() {
    ({ results } = await api.get("/results"));
    draw();
  }

  function chooseAll(on) {
    for (const one of shown()) chosen[on ? "add" : "delete"](one.id);
    draw();
  }

  function drawChosen() {
    const some = results.filter((one) => chosen.has(one.id));
    every.checked = some.length > 0 && shown().every((one) => chosen.has(one.id));
    every.indeterminate = some.length > 0 && !every.checked;
    bar.hidden = !some.length;
    const fields = ["participant", "group"].map((field) => h("input", { list: `known-${field}`, placeholder: LABELS[field].toLowerCase(), "aria-label": `${LABELS[field]} of all chosen` }));
    const apply = async () => {
      const given = Object.fromEntries(["participant", "group"].map((field, index) => [field, fields[index].value.trim()]).filter(([, text]) => text));
      if (Object.keys(given).length) await label(some, given);
      draw();
    };
    const timed = some.filter((one) => one.seconds);
    replace(bar, h("b", {}, `${some.length} chosen`),
      h("button", { class: "main", disabled: !timed.length, onclick: () => go(`#/compare?ids=${some.map((one) => one.id).join(",")}`) }, "Compare"),
      h("form", { class: "row", onsubmit: (event) => (event.preventDefault(), apply()) }, fields, h("button", {}, "Label")),
      h("button", { class: "push", onclick: () => erase(some) }, "Delete"),
      h("button", { class: "quiet", onclick: () => (chosen.clear(), draw()) }, "Choose none"));
  }

  function drawSuggestions() {
    for (const list of suggestions) {
      const field = list.id.replace("known-", "");
      replace(list, [...new Set(results.map((one) => one[field]).filter(Boolean))].sort(collator.compare).map((value) => h("option", { value })));
    }
  }

  function draw() {
    if (!results.length) return void replace(root, nothing());
    if (!table.isConnected) replace(root, content);
    const found = shown(), some = all ? found : found.slice(0, AT_ONCE);
    for (const [index, [field]] of COLUMNS.entries()) heads[index].setAttribute("aria-sort", view.sort !== field ? "none" : view.down ? "descending" : "ascending");
    replace(body, some.map(row));
    replace(foot,
      h("span", { class: "soft", role: "status" }, found.length === results.length ? plural(results.length, "result") : `${found.length} of ${plural(results.length, "result")}`),
      some.length < found.length && h("button", { onclick: () => ((all = true), draw()) }, `Show all ${found.length}`),
      h("button", { class: "quiet", onclick: () => erase(results) }, "Delete all"));
    drawChosen();
    drawSuggestions();
  }

  draw();
  return api.events("/jobs/events", (job) => job.result && !results.some((one) => one.id === job.result) && refresh());
}

const nothing = () => h("section", { class: "empty" }, h("h1", {}, "No results yet"),
  h("p", {}, "Whatever you record, drop or keep from Live is listed here."),
  h("p", { class: "row middle" }, h("a", { class: "button main", href: "#/read" }, "Read something"), h("a", { class: "button", href: "#/live" }, "Go live")));
