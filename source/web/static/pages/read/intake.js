// What was handed in: which files, and which model reads each.

/** The order in which models are asked whether they read a file: all three together before one alone. */
const FIRST = ["combined", "face", "text", "audio"];

const endingOf = (name) => (/\.[^.\\/]+$/.exec(name)?.[0] ?? "").toLowerCase();

/** The model for a file's name: `wanted` where it reads such files, else the first that does; undefined: none; "auto": the server finds out. */
export function modelFor(name, models, wanted) {
  const reads = (model) => models.models[model]?.endings.includes(endingOf(name));
  if (!endingOf(name)) return wanted || "auto";
  if (wanted) return reads(wanted) ? wanted : undefined;
  return FIRST.find((model) => reads(model) && models.models[model].trained);
}

/** All endings that some model reads, for the dialog that chooses files. */
export const endings = (models) => [...new Set(Object.values(models.models).flatMap((model) => model.endings))].join(",");

/** Whether the whole of a text is one link. */
export const isLink = (text) => /^https?:\/\/\S+$/i.test(text.trim());

/** All files of a drop or a paste, with those in folders and below; hidden ones and doubles of macOS are left out. */
export async function filesOf(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);  // before the first await
  if (!entries.length) return shown([...transfer.files]);
  return shown((await Promise.all(entries.map(filesBelow))).flat());
}

export const shown = (files) => files.filter((file) => !file.name.startsWith("."));

async function filesBelow(entry) {
  if (entry.isFile) return [await new Promise((resolve, reject) => entry.file(resolve, reject))];
  const reader = entry.createReader(), found = [];
  for (;;) {  // a reader gives a hundred entries at a time
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) break;
    found.push(...some);
  }
  found.sort((one, other) => one.name.localeCompare(other.name, "en", { numeric: true }));
  return (await Promise.all(found.map(filesBelow))).flat();
}
