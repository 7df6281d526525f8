// Says numbers as people read them.

/** "0:05", "12:34" or "1:02:03"; with `digits`, "0:05.3". */
export function clock(seconds, digits = 0) {
  if (!Number.isFinite(seconds)) return "";
  const scale = 10 ** digits;
  const parts = Math.round(Math.max(seconds, 0) * scale);
  const whole = Math.floor(parts / scale);
  const two = (number) => String(number).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const rest = digits ? `.${String(parts % scale).padStart(digits, "0")}` : "";
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}${rest}` : `${minutes}:${two(whole % 60)}${rest}`;
}

/** "71 %" of 0.712, with a space that does not break. */
export const percent = (share) => (Number.isFinite(share) ? `${Math.round(share * 100)}\u00a0%` : "");

/** "+0.42" or "−0.42", for valence, arousal and differences. */
export function signed(number, digits = 2) {
  if (!Number.isFinite(number)) return "";
  const text = Math.abs(number).toFixed(digits);
  return Number(text) === 0 ? text : `${number < 0 ? "\u2212" : "+"}${text}`;
}

/** "820 B", "2.4 MB", "1.3 GB". */
export function bytes(count) {
  if (!Number.isFinite(count)) return "";
  const units = ["B", "kB", "MB", "GB", "TB"];
  let step = 0;
  for (; count >= 999.5 && step < units.length - 1; step++) count /= 1000;
  return `${step && count < 10 ? count.toFixed(1) : Math.round(count)}\u00a0${units[step]}`;
}

/** A moment as a person near this machine writes it: "29 Nov, 14:05"; of another year with the year. */
export function moment(iso) {
  const when = new Date(iso);
  if (Number.isNaN(when.getTime())) return "";
  const year = when.getFullYear() === new Date().getFullYear() ? undefined : "numeric";
  return when.toLocaleString("en-GB", { day: "numeric", month: "short", year, hour: "2-digit", minute: "2-digit" });
}

/** "1 result", "2 results"; `many` where an s will not do. */
export const plural = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;

/** "face", "face and voice", "face, voice and words". */
export const listed = (words) => (words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`);
