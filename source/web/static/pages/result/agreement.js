// How far the answer agrees with people's marks, and raters with each other.
import { csv, save } from "../../lib/chart-export.js";
import { h, replace } from "../../lib/dom.js";

/** Import of raters' marks, kappa and confusion; null where there is no time. */
export function agreement(session) {
  if (!session.axis || !session.isTimed) return null;
  const body = h("div");
  const name = h("input", { placeholder: "Name of the rater", maxlength: 120, "aria-label": "Name of the rater", autocomplete: "off" });
  const file = h("input", { type: "file", accept: ".csv,.txt,.tsv,.tab,text/plain,text/csv", "aria-label": "File with marks" });
  const path = `/results/${session.id}`;
  const tell = (error) => session.context.say(error.message);
  const reload = async () => {
    const fresh = await session.api.get(path);
    session.annotations = fresh.annotations;
    session.dispatchEvent(new Event("annotations"));
  };
  const load = async () => replace(body, shown(await session.api.get(`${path}/agreement`), session, forget));
  const forget = async (rater) => {
    await session.api.remove(`${path}/raters/${encodeURIComponent(rater)}`).catch(tell);
    await reload();
    await refresh();
  };
  const refresh = () => (Object.keys(session.annotations.raters ?? {}).length ? load().catch(tell) : replace(body));
  const send = async (rater, content) => {
    try {
      await session.api.post(`${path}/raters`, content, { query: { name: rater } });
      await reload();
      await refresh();
      details.open = true;
    } catch (error) {
      tell(error);
    }
  };
  const imported = async () => {
    const [chosen] = file.files;
    if (chosen) await send(name.value.trim() || chosen.name.replace(/\.[^.]+$/, ""), await chosen.text());
    file.value = "";
  };
  const own = () => {
    const labelled = session.marks.filter((mark) => session.prediction.labels.includes(mark.label));
    if (!labelled.length) return session.context.say(`Give marks a label such as “${session.prediction.labels[0]}” first.`);
    return send(name.value.trim() || "my marks", csv([["begin", "end", "label"], ...labelled.map((mark) => [mark.begin_seconds, mark.end_seconds, mark.label])]));
  };
  file.addEventListener("change", imported);
  const details = h("details", { ontoggle: () => details.open && !body.firstChild && refresh() },
    h("summary", {}, h("h2", {}, "Agreement with people")),
    h("p", { class: "soft small" }, "Import what a person saw, as a table begin,end,label in seconds or as tab text of ELAN, and see how far the answer agrees with it."),
    h("div", { class: "row" }, name, h("label", { class: "button file" }, "Import marks …", file), h("button", { type: "button", onclick: own }, "Use my marks")), body);
  return { element: h("section", { class: "agreement" }, details) };
}

function shown(found, session, forget) {
  const raters = found.raters ?? [];
  const number = (value) => (Number.isFinite(value) ? value.toFixed(2) : "–");
  const chosen = raters.map((rater) => rater.name ?? rater);
  const rows = chosen.map((rater) => h("tr", {}, h("th", { scope: "row", dir: "auto" }, rater), h("td", { class: "number" }, number(found.kappa?.[rater])),
    h("td", {}, h("button", { type: "button", class: "quiet", onclick: () => forget(rater) }, "Forget"))));
  return [
    h("table", { class: "compact" }, h("thead", {}, h("tr", {}, ["rater", "Cohen's kappa with the answer", ""].map((text) => h("th", { scope: "col" }, text)))), h("tbody", {}, rows)),
    chosen.length > 1 && h("p", {}, `Between the raters: Krippendorff's alpha ${number(found.alpha)}.`),
    chosen.map((rater) => found.confusion?.[rater] && confusion(found.confusion[rater], found.labels, rater, session)),
  ];
}

/** Seconds by what the rater says (rows) and what the answer is (columns). */
function confusion(table, labels, rater, session) {
  const columns = labels ?? Object.keys(table);
  const cell = (row, column) => (Array.isArray(table) ? table[columns.indexOf(row)]?.[columns.indexOf(column)] : table[row]?.[column]) ?? 0;
  const most = Math.max(...columns.flatMap((row) => columns.map((column) => cell(row, column))), 1e-9);
  const rows = columns.map((row) => h("tr", {}, h("th", { scope: "row" }, row), columns.map((column) => {
    const data = h("td", { class: "number heat" }, cell(row, column) ? cell(row, column).toFixed(1) : "");
    data.style.setProperty("--much", `${Math.round((45 * cell(row, column)) / most)}%`);
    return data;
  })));
  const saved = () => save(`${session.nameFor(`confusion ${rater}`)}.csv`, csv([["rater \\ answer", ...columns], ...columns.map((row) => [row, ...columns.map((column) => cell(row, column))])]), "text/csv");
  return h("details", {}, h("summary", {}, `Where ${rater} and the answer differ, in seconds`),
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `confusion of ${rater} and the answer` },
      h("table", { class: "figures" }, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "rater ↓ answer →"), columns.map((column) => h("th", { scope: "col" }, column)))), h("tbody", {}, rows))),
    h("button", { type: "button", class: "quiet", onclick: saved }, "CSV"));
}
