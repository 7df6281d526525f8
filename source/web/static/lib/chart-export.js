// Every chart as a picture and as a table.
import { h } from "./dom.js";

/** Save something under a name: text, or a Blob. */
export function save(name, content, type = "text/plain") {
  const address = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  const link = h("a", { href: address, download: name.replace(/[^\p{L}\p{N}. _-]+/gu, "_") });
  document.body.append(link); // some browsers ignore a link that is nowhere
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60_000); // a long recording takes a while
}

/** Rows as CSV (RFC 4180, with a byte order mark for Excel); words that a spreadsheet would calculate are quoted by '. */
export function csv(rows) {
  const cell = (value) => {
    if (typeof value === "number") return Number.isInteger(value) ? String(value) : String(Number(value.toFixed(4)));
    const text = String(value ?? "").replace(/^(?=[=+\-@\t\r])/, "'");
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return `\ufeff${rows.map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}

/**
 * Two buttons, PNG and CSV, of a chart. canvas(): a canvas that is drawn for the picture; table(): rows, the first the
 * heads; either may be left out. name(): of the files, without an ending.
 */
export function exportButtons({ name, canvas, table, what = "chart" }) {
  const png = () => canvas().toBlob((blob) => save(`${name()}.png`, blob));
  return h("span", { class: "export" },
    canvas && h("button", { type: "button", class: "quiet", onclick: png, title: `Save this ${what} as a picture` }, "PNG"),
    table && csvButton({ name, table, what }));
}

/** The button CSV alone, of a table. */
export function csvButton({ name, table, what = "table" }) {
  const kept = () => save(`${name()}.csv`, csv(table()), "text/csv");
  return h("button", { type: "button", class: "quiet", onclick: kept, title: `Save this ${what} as CSV` }, "CSV");
}
