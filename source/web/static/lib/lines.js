// Lines with axes, by uPlot, which is loaded with the first chart.
import { h } from "./dom.js";
import { clock } from "./format.js";
import { cssColour } from "./palette.js";

let loading;

/** Load uPlot once; resolves to it. */
function plotter() {
  return (loading ??= new Promise((resolve, reject) => {
    const script = h("script", { src: "/static/vendor/uPlot.iife.min.js" });
    script.onload = () => resolve(globalThis.uPlot);
    script.onerror = () => reject(new Error("The charts could not be loaded. Reload the page."));
    document.head.append(h("link", { rel: "stylesheet", href: "/static/vendor/uPlot.min.css" }), script);
  }));
}

/**
 * Draw lines over time. series: [{name, colour (CSS), dash?: [5, 3], band?: true (with the two after it, low and high)}];
 * range: [low, high]; x(value): text of a tick. Resolves to {element, set(times, ...values), canvas(), table(), close()};
 * values hold null where there is none.
 */
export async function lines(series, { height = 200, range, x = (seconds) => clock(seconds), unit = "seconds", label = "" } = {}) {
  const uPlot = await plotter();
  const element = h("div", { class: "lines", role: "img", "aria-label": label || series.map((one) => one.name).join(", ") });
  let data = [[], ...series.map(() => [])];
  let plot;
  const build = () => {
    plot?.destroy();
    const [ink, line] = [cssColour("--soft", "#5b5b63"), cssColour("--line", "#dfdfe4")];
    const axis = { stroke: ink, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } };
    plot = new uPlot({
      width: element.clientWidth || 300, height,
      scales: { x: { time: false }, y: range ? { range: () => range } : {} },
      axes: [{ ...axis, values: (_, ticks) => ticks.map(x) }, { ...axis, size: 44 }],
      series: [{ label: unit, value: (_, value) => (value === null ? "" : x(value)) }, ...series.map((one) => ({
        label: one.name, stroke: one.colour, dash: one.dash, width: 2, points: { show: false },
        value: (_, value) => (value === null || value === undefined ? "–" : value.toFixed(2)),
      }))],
      bands: series.flatMap((one, at) => (one.band ? [{ series: [at + 3, at + 2], fill: `${one.colour}33` }] : [])),
      legend: { live: true },
    }, data, element);
  };
  const sizes = new ResizeObserver(() => {
    if (!plot) build();
    else plot.setSize({ width: element.clientWidth, height });
  });
  sizes.observe(element);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", build);

  return {
    element,
    set(times, ...values) {
      data = [times, ...values];
      plot?.setData(data);
    },
    canvas: () => plot.ctx.canvas,
    table: () => [[unit, ...series.map((one) => one.name)], ...data[0].map((time, at) => [time, ...data.slice(1).map((values) => values[at])])],
    close() {
      sizes.disconnect();
      dark.removeEventListener("change", build);
      plot?.destroy();
    },
  };
}
