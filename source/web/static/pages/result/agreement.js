// How far the answer agrees with people's marks, and raters with each other.
import { csv, csvButton } from "../../lib/chart-export.js";
import { h, replace } from "../../lib/dom.js";
import { clock, percent, signed } from "../../lib/format.js";
import { noteLines } from "./parts.js";

const ABOUT = "Import what a person saw (a table begin,end,label in seconds, or a file of ELAN, BORIS, Praat or Label Studio) and see "
  + "how far the answer agrees with it.";

/** Import of raters' marks, kappa and confusion; null where there is no time. */
export function agreement(session) {
  if (!session.axis || !session.isTimed) return null;
  const body = h("div");
  const name = h("input", { placeholder: "Name of the rater", maxlength: 120, "aria-label": "Name of the rater", autocomplete: "off" });
  const file = h("input", { type: "file", multiple: true, accept: ".csv,.txt,.tsv,.tab,.eaf,.TextGrid,.json,text/plain,text/csv", "aria-label": "File with marks" });
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
    const files = [...file.files], named = files.length === 1 && name.value.trim();
    for (const one of files) await send(named || one.name.replace(/\.[^.]+$/, ""), one);
    file.value = "";
  };
  const own = () => {
    const labelled = session.marks.filter((mark) => session.prediction.labels.includes(mark.label));
    if (!labelled.length) return session.context.say(`Give marks a label such as “${session.prediction.labels[0]}” first.`);
    const rows = labelled.map((mark) => [mark.begin_seconds, mark.end_seconds, mark.label]);
    return send(name.value.trim() || "my marks", csv([["begin", "end", "label"], ...rows]));
  };
  file.addEventListener("change", imported);
  const details = h("details", { ontoggle: () => details.open && !body.firstChild && refresh() },
    h("summary", {}, h("h2", {}, "Agreement with people")),
    h("p", { class: "soft small" }, ABOUT),
    h("div", { class: "row" }, name, h("label", { class: "button file" }, "Import marks …", file),
      h("button", { type: "button", onclick: own }, "Use my marks")), body);
  return { element: h("section", { class: "agreement" }, details) };
}

function shown(found, session, forget) {
  const number = (value) => (Number.isFinite(value) ? signed(value) : "–");
  const rows = found.raters.map((rater) => {
    const rated = found.rated?.[rater] ?? {};
    return h("tr", {}, h("th", { scope: "row", dir: "auto" }, rater), h("td", { class: "number" }, number(found.kappa[rater])),
      h("td", { class: "number" }, percent(rated.agreed ?? NaN) || "–"), h("td", { class: "number" }, clock(rated.both_seconds)),
      h("td", {}, h("button", { type: "button", class: "quiet", onclick: () => forget(rater), "aria-label": `Forget ${rater}` }, "Forget")));
  });
  const heads = ["rater", "Cohen's kappa", "the same", "of", ""];
  return [
    h("div", { class: "scroll" },
      h("table", { class: "compact" }, h("thead", {}, h("tr", {}, heads.map((text) => h("th", { scope: "col" }, text)))), h("tbody", {}, rows))),
    found.raters.length > 1 && h("p", {}, `Between the raters: Krippendorff's alpha ${number(found.alpha)}.`),
    noteLines(found.notes),
    found.raters.map((rater) => confusion(found.confusion[rater], found, rater, session)),
  ];
}

/** Seconds: a row for each label as the rater has it, a column for each answer. */
function confusion(table, { labels, answers }, rater, session) {
  const most = Math.max(...table.flat(), 1e-9);
  const rows = table.map((row, at) => h("tr", {}, h("th", { scope: "row" }, labels[at]), row.map((seconds) => {
    const cell = h("td", { class: "number heat" }, seconds ? seconds.toFixed(1) : "");
    cell.style.setProperty("--much", `${Math.round((45 * seconds) / most)}%`);
    return cell;
  })));
  const heads = ["rater ↓ answer →", ...answers];
  return h("details", {}, h("summary", {}, `Where ${rater} and the answer differ, in seconds`),
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `${rater} and the answer` },
      h("table", { class: "figures" }, h("thead", {}, h("tr", {}, heads.map((text) => h("th", { scope: "col" }, text)))), h("tbody", {}, rows))),
    csvButton({ name: () => session.nameFor(`confusion ${rater}`), table: () => [heads, ...table.map((row, at) => [labels[at], ...row])] }));
}
