// How loud it is, as a bar.
import { h } from "./dom.js";

const FLOOR_DB = -60;

/** A bar for loudness: {element, show(level)}, level being the root of the mean square, 0 to 1. */
export function levelMeter() {
  const bar = h("i", {});
  const element = h("span", { class: "level", role: "meter", "aria-label": "Loudness", "aria-valuemin": "0", "aria-valuemax": "100", "aria-valuenow": "0" }, bar);
  let drawn = -1;
  return {
    element,
    show(level) {
      const share = Math.round(100 * Math.min(Math.max(1 - (20 * Math.log10(level || 1e-9)) / FLOOR_DB, 0), 1));
      if (share === drawn) return;
      drawn = share;
      bar.style.width = `${share}%`;
      element.setAttribute("aria-valuenow", String(share));
    },
  };
}

/** Listen to a stream's loudness without the rest: {level() -> 0..1, close()}. Call it in a click, else it stays silent. */
export function loudness(stream) {
  if (!stream.getAudioTracks().length) return { level: () => 0, close() {} };
  const context = new AudioContext();
  const ear = new AnalyserNode(context, { fftSize: 2048 });
  context.createMediaStreamSource(new MediaStream(stream.getAudioTracks())).connect(ear);
  const samples = new Float32Array(ear.fftSize);
  return {
    level() {
      ear.getFloatTimeDomainData(samples);
      return Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);
    },
    close: () => context.close(),
  };
}
