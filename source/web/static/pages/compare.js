// Recordings side by side. What is compared, and how, stands in the address: it can be kept and sent around.
import { exportButtons } from "../lib/chart-export.js";
import { circumplex } from "../lib/circumplex.js";
import { h, replace } from "../lib/dom.js";
import { clock, moment, plural, signed } from "../lib/format.js";
import { Palette, legend } from "../lib/palette.js";
import { dots, mark, overTime, points, rowsOf, saidAt, timeShares } from "./compare/comparisons.js";
import { courses } from "./compare/courses.js";
import { figure } from "./compare/figure.js";

const MOST = 60;  // recordings at once
const BY = { recording: "recording", participant: "participant", group: "group" };
const AXES = { seconds: "seconds", share: "per cent of each" };
const INTERVALS = "Intervals (95 %) are over the recordings of a participant or the participants of a group, from three on; never over windows, which overlap.";

/** Show the page in `root`. */
export async function mount(root, params, context) {
  const { api, models, go } = context;
  const { results } = await api.get("/results");
  const able = results.filter((one) => one.seconds);
  const known = new Map(able.map((one) => [one.id, one]));
  const state = { by: "recording", axis: "seconds", baseline: "", ...params };
  if (state.by !== "group" && state.baseline.startsWith("group:")) state.baseline = "";
  const asked = (params.ids ?? "").split(",").filter((id) => results.some((one) => one.id === id));
  const timed = asked.filter((id) => known.has(id)), ids = timed.slice(0, MOST);
  const open = [];
  const change = (what) => go(`#/compare?${new URLSearchParams(Object.entries({ ...state, ids: asked.join(","), ...what }).filter(([, value]) => value))}`);
  root.append(h("h1", {}, "Compare"));
  if (!able.length) return void replace(root, nothing());
  const chosen = picker();
  if (!ids.length) {
    root.append(h("p", { class: "lead" }, "Choose recordings to see them side by side."), chosen);
    chosen.querySelector("details").open = true;
    return undefined;
  }
  root.append(chosen, ...leftOut(asked.length - timed.length, timed.length - ids.length), controls());
  const place = h("div", { "aria-live": "polite" }, h("p", { class: "soft" }, "Comparing …"));
  root.append(place);
  try {
    const query = { ids: ids.join(","), by: state.by, baseline: state.baseline };
    show(await api.get("/compare", { query }));
  } catch (error) {
    replace(place, h("p", { class: "trouble", role: "alert" }, error.message));
  }
  return () => open.forEach((one) => one.close());

  function picker() {
    const boxes = h("div", { class: "boxes" }, able.map((one) => h("label", { class: "check" },
      h("input", { type: "checkbox", value: one.id, checked: ids.includes(one.id) }),
      h("span", {}, h("b", {}, one.name), h("span", { class: "soft small" }, [clock(one.seconds), one.participant, one.group, moment(one.created)].filter(Boolean).join(" · "))))));
    const take = () => change({ ids: [...boxes.querySelectorAll("input:checked")].map((box) => box.value).join(",") });
    return h("section", {}, h("details", {},
      h("summary", {}, h("b", {}, ids.length ? plural(ids.length, "recording") : "Recordings"), ids.length > 0 && h("span", { class: "soft" }, ` ${ids.map((id) => known.get(id).name).join(", ")}`)),
      boxes, h("div", { class: "row end" }, h("button", { class: "main", onclick: take }, "Compare these"))));
  }

  function choice(label, of, key) {
    return h("div", { class: "field" }, h("span", {}, label), h("div", { class: "choice", role: "group", "aria-label": label },
      Object.entries(of).map(([value, said]) => h("button", { "aria-pressed": String(state[key] === value), onclick: () => change({ [key]: value }) }, said))));
  }

  function controls() {
    const stretch = /^([\d.]+)-([\d.]+)$/.exec(state.baseline);
    const groups = state.by === "group" ? [...new Set(ids.map((id) => known.get(id).group).filter(Boolean))] : [];
    const from = h("input", { type: "number", min: 0, step: 0.1, value: stretch?.[1] ?? "0", "aria-label": "Baseline from second" });
    const to = h("input", { type: "number", min: 0, step: 0.1, value: stretch?.[2] ?? "10", "aria-label": "Baseline to second" });
    const ends = h("span", { class: "row", hidden: !stretch }, from, "to", to, "s", h("button", { onclick: () => change({ baseline: `${Number(from.value)}-${Number(to.value)}` }) }, "Set"));
    const select = h("select", { id: "baseline", onchange: () => (select.value === "stretch" ? (ends.hidden = false) : change({ baseline: select.value })) },
      h("option", { value: "" }, "none"), h("option", { value: "stretch", selected: Boolean(stretch) }, "a stretch of each"),
      groups.map((name) => h("option", { value: `group:${name}`, selected: state.baseline === `group:${name}` }, `group ${name}`)),
      ids.map((id) => h("option", { value: id, selected: state.baseline === id }, known.get(id).name)));
    return h("div", { class: "row knobs" }, choice("Cases", BY, "by"), choice("Time axis", AXES, "axis"),
      h("div", { class: "field" }, h("label", { for: "baseline" }, "Change against"), h("div", { class: "row" }, select, ends)));
  }

  function add(given) {
    const one = figure(given);
    open.push(one);
    return one.element;
  }

  function show({ recordings, cases, labels, notes }) {
    const palette = new Palette(models, labels);
    const rows = labels.map((label) => ({ name: label, colour: palette.colour(label), values: cases.map((one) => one.means[label]) }));
    const moods = ["valence", "arousal"].map((name) => ({ name, values: cases.map((one) => one.means[name]) })).filter((row) => row.values.some(Boolean));
    const changes = [...labels, "valence", "arousal"].map((name) => ({ name, colour: palette.labels.includes(name) ? palette.colour(name) : undefined, values: cases.map((one) => one.changes?.[name]) }));
    replace(place, notes.map((note) => h("p", { class: "soft small" }, note)), [
      overTimeOf(recordings, palette),
      coursesOf(recordings, cases, labels),
      h("div", { class: "grid pair" },
        h("div", {},
          add({ title: "Share of time by answer", name: "compare_time_share", draw: timeShares(cases, palette), more: [legend(palette)],
            table: () => rowsOf([...labels, "not sure", "nothing"].map((name) => ({ name, values: cases.map((one) => one.shares[name]) })), cases) }),
          moods.length > 0 && add({ title: "Valence and arousal", name: "compare_valence_arousal", more: [markKey(cases)],
            draw: dots(moods, cases, { signs: true, scale: (value) => signed(value, 1) }), table: () => rowsOf(moods, cases) })),
        add({ title: "Mean probability", name: "compare_means", note: INTERVALS, draw: dots(rows, cases), more: [markKey(cases)], table: () => rowsOf(rows, cases) })),
      state.baseline && add({ title: "Change against the baseline", name: "compare_change", more: [markKey(cases)],
        note: "In percentage points of probability; valence and arousal in hundredths of their scale. The answers themselves stay as they are.",
        draw: dots(changes, cases, { signs: true, scale: points }), table: () => rowsOf(changes, cases) }),
      paths(recordings, palette),
    ]);
  }

  function overTimeOf(recordings, palette) {
    const share = state.axis === "share", said = h("p", { class: "said number small" });
    const one = figure({ title: "Over time", name: "compare_over_time", draw: overTime(recordings, palette, share), more: [legend(palette), said],
      label: `Probabilities over time of ${recordings.map(({ name }) => name).join(", ")}`, table: () => timeRows(recordings, palette.labels) });
    one.canvas.addEventListener("pointermove", ({ offsetX }) => (said.textContent = saidAt(recordings, share, offsetX, one.canvas.clientWidth)));
    one.canvas.addEventListener("pointerleave", () => (said.textContent = ""));
    open.push(one);
    return one.element;
  }

  function coursesOf(recordings, cases, labels) {
    const one = courses(recordings, cases, labels, state.axis === "share");
    open.push(one);
    return one.element;
  }

  function markKey(cases) {
    return h("ul", { class: "legend" }, cases.map((one, at) => {
      const canvas = h("canvas", { width: 32, height: 32, class: "mark", "aria-hidden": true });
      const context = canvas.getContext("2d");
      context.scale(2, 2);
      mark(context, at, 8, 8, "#9aa2a6", getComputedStyle(document.body).color);
      return h("li", {}, canvas, one.recordings > 1 ? `${one.name} (${plural(one.recordings, "recording")})` : one.name);
    }));
  }

  function paths(recordings, palette) {
    const some = recordings.filter((one) => one.path.some(Boolean));
    return some.length > 0 && h("section", {}, h("h2", {}, "Paths"),
      h("p", { class: "soft small" }, "Where each recording goes on the circumplex, from faint to strong; the dot is its mean."),
      h("div", { class: "grid paths" }, some.map((one) => {
        const chart = circumplex(palette, { label: `Valence and arousal of ${one.name}` });
        open.push(chart);
        chart.show(one.mood, one.path);
        return h("figure", {}, h("figcaption", { title: one.name }, h("b", {}, one.name)), chart.element,
          exportButtons({ name: () => `path_${one.name}`, canvas: () => chart.canvas(one.name), table: chart.table }));
      })));
  }
}

const timeRows = (recordings, labels) => [["recording", "begin", "end", ...labels], ...recordings.flatMap((one) =>
  one.parts.map(({ begin, end, probabilities }) => [one.name, begin, end, ...labels.map((label) => probabilities[label] ?? "")]))];

/** What was chosen and is not compared here, in sentences. */
const leftOut = (untimed, beyond) => [
  untimed > 0 && `Left out: ${plural(untimed, "picture or text", "pictures or texts")}, which ${untimed === 1 ? "has" : "have"} no time; python run.py compare takes them as well.`,
  beyond > 0 && `Left out: the last ${beyond}; at most ${MOST} recordings stand beside each other here, python run.py compare takes any number.`,
].filter(Boolean).map((sentence) => h("p", { class: "note" }, sentence));

const nothing = () => h("section", { class: "empty" }, h("h1", {}, "Nothing to compare yet"),
  h("p", {}, "Recordings that were read can be laid side by side here."),
  h("p", {}, h("a", { class: "button main", href: "#/read" }, "Read a recording")));
