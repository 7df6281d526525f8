// A bar for every label: in words and figures too, so nothing hangs on the colours.
import { h, s } from "./dom.js";
import { percent } from "./format.js";
import { cssColour } from "./palette.js";

/** Return {element, show(probabilities), canvas(title), table()}; the order of the labels never changes while one looks. */
export function bars(palette) {
  let shown = {};
  const rows = palette.labels.map((label) => {
    const [fill, figure] = [h("i"), h("span")];
    fill.style.setProperty("--tone", palette.colour(label));
    const name = h("span", {}, h("span", { class: "emoji", "aria-hidden": "true" }, palette.emoji(label)), ` ${label}`);
    return { label, name, fill, figure, track: h("span", { class: "bar-track", "aria-hidden": "true" }, fill) };
  });
  const element = h("div", { class: "bars charted" }, rows.map(({ name, track, figure }) => [name, track, figure]));

  return {
    element,
    show(probabilities) {
      shown = probabilities ?? {};
      const likeliest = Math.max(0, ...Object.values(shown));
      for (const { label, name, fill, figure } of rows) {
        const share = shown[label];
        fill.style.transform = `scaleX(${share ?? 0})`;
        figure.textContent = share === undefined ? "–" : percent(share);
        for (const part of [name, figure]) part.classList.toggle("likeliest", share !== undefined && share === likeliest);
      }
    },
    table: () => [["label", "probability"], ...palette.labels.map((label) => [label, shown[label] ?? ""])],
    canvas: (title) => picture(title, palette, shown),
  };
}

function picture(title, palette, shown, scale = 2) {
  const [width, line, top] = [520, 26, 42];
  const canvas = h("canvas", { width: width * scale, height: (top + palette.labels.length * line + 12) * scale });
  const context = canvas.getContext("2d");
  context.scale(scale, scale);
  context.fillStyle = cssColour("--card", "#ffffff");
  context.fillRect(0, 0, width, canvas.height);
  const ink = cssColour("--ink", "#1d1d20");
  const write = (text, x, y, font = "13px system-ui, sans-serif") => {
    Object.assign(context, { fillStyle: ink, font });
    context.fillText(text, x, y);
  };
  write(title, 14, 24, "600 15px system-ui, sans-serif");
  for (const [at, label] of palette.labels.entries()) {
    const y = top + at * line;
    write(label, 14, y + 14);
    context.fillStyle = palette.fill(context, label, scale);
    context.fillRect(110, y + 2, 340 * (shown[label] ?? 0), 16);
    write(percent(shown[label]), 460, y + 14);
  }
  return canvas;
}

/** A thin stacked bar of shares of the whole by label, "not sure" and others; with figures for screen readers. */
export function shareBar(palette, shares) {
  let left = 0;
  const text = Object.entries(shares).filter(([, share]) => share > 0.005).map(([label, share]) => `${label} ${percent(share)}`).join(", ");
  return s("svg", { viewBox: "0 0 100 4", preserveAspectRatio: "none", class: "share-bar", role: "img", "aria-label": text },
    Object.entries(shares).map(([label, share]) => {
      const part = s("rect", { x: left, width: share * 100, height: 4 });
      if (palette.labels.includes(label)) part.style.fill = palette.colour(label);
      else part.setAttribute("class", label === "not sure" ? "unsure" : "none");
      left += share * 100;
      return part;
    }));
}
