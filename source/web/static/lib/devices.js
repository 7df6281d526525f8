// Cameras and microphones: which there are, opening them, and what went wrong in a sentence.
import { h, replace } from "./dom.js";

export const OFF = "off";  // chosen instead of a device
/** Whatever cleans up a voice changes what the model reads in it. */
const RAW = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
const KINDS = {
  camera: { kind: "videoinput", asked: "video", without: "No camera" },
  microphone: { kind: "audioinput", asked: "audio", without: "No microphone" },
};
const INSECURE = "The browser gives no camera or microphone to this address. Open the page at http://127.0.0.1, not by the machine's name.";

/** What is wrong with a camera or a microphone, and what helps. */
export function sentenceOf(error, device) {
  const sentences = {
    NotAllowedError: `The ${device} is not allowed. Allow it at the left end of the address bar, or go on without.`,
    SecurityError: `The browser's settings forbid the ${device}.`,
    NotFoundError: `There is no ${device}.`,
    OverconstrainedError: `The ${device} that was chosen is not there any more.`,
    NotReadableError: `The ${device} does not start; perhaps another program uses it.`,
    AbortError: `The ${device} did not start. Try again.`,
  };
  return sentences[error?.name] ?? `The ${device} did not start: ${error?.message ?? "no reason was given"}.`;
}

/** Which devices there are: {camera: [MediaDeviceInfo], microphone: [...]}; without names before one was allowed. */
export async function list() {
  const all = (await navigator.mediaDevices?.enumerateDevices?.()) ?? [];
  return Object.fromEntries(Object.entries(KINDS).map(([device, { kind }]) => [device, all.filter((one) => one.kind === kind)]));
}

const constraintsOf = { camera: (id, height) => ({ height: { ideal: height }, frameRate: { ideal: 30 }, ...exact(id) }),
  microphone: (id) => ({ ...RAW, ...exact(id) }) };
const exact = (id) => (id ? { deviceId: { exact: id } } : {});

/** Open one device; throws as getUserMedia does. */
export async function openOne(device, id, height = 720) {
  const stream = await navigator.mediaDevices.getUserMedia({ [KINDS[device].asked]: constraintsOf[device](id, height) });
  return stream.getTracks()[0];
}

/**
 * Open what was chosen, {camera: id, microphone: id}; "" means any, OFF none.
 * Returns {stream, troubles: {camera: sentence}}: one is opened though the other is missing or forbidden.
 */
export async function open(chosen, height = 720) {
  const wanted = Object.keys(KINDS).filter((device) => chosen[device] !== OFF);
  if (!navigator.mediaDevices) return { stream: new MediaStream(), troubles: Object.fromEntries(wanted.map((device) => [device, INSECURE])) };
  const asked = Object.fromEntries(wanted.map((device) => [KINDS[device].asked, constraintsOf[device](chosen[device], height)]));
  if (wanted.length > 1) {  // one question instead of two
    try {
      return { stream: await navigator.mediaDevices.getUserMedia(asked), troubles: {} };
    } catch { /* which of the two it was is found out below */ }
  }
  const stream = new MediaStream(), troubles = {};
  for (const device of wanted) {
    try {
      stream.addTrack(await openOne(device, chosen[device], height));
    } catch (error) {
      troubles[device] = sentenceOf(error, device);
    }
  }
  return { stream, troubles };
}

/** Stop all of a stream's devices, so that their lights go out. */
export const release = (stream) => stream?.getTracks().forEach((track) => track.stop());

/**
 * Two lists to choose from: {element, chosen() -> {camera, microphone}, refresh(), choose(device, id), close()}.
 * onChange(device, id) is told what a person chose, and onThere({camera, microphone}) what is plugged in.
 */
export function chooser({ onChange = () => {}, onThere = () => {} } = {}) {
  const selects = Object.fromEntries(Object.keys(KINDS).map((device) => [device, h(
    "select", { onchange: ({ target }) => onChange(device, target.value) }, h("option", { value: "" }, device))]));
  const touched = new Set();
  const choose = (device, id) => (touched.add(device), (selects[device].value = id));
  async function refresh() {
    const there = await list();
    for (const [device, { without }] of Object.entries(KINDS)) {
      const before = selects[device].value;
      const options = there[device].map((one, index) => h("option", { value: one.deviceId }, one.label || `${capital(device)} ${index + 1}`));
      replace(selects[device], options, h("option", { value: OFF }, without));
      const still = before !== "" && [...selects[device].options].some((option) => option.value === before);
      selects[device].value = still && (before !== OFF || touched.has(device)) ? before : (there[device][0]?.deviceId ?? OFF);
    }
    onThere(there);
  }
  for (const [device, select] of Object.entries(selects)) select.addEventListener("change", () => touched.add(device));
  navigator.mediaDevices?.addEventListener?.("devicechange", refresh);
  refresh();
  return {
    element: h("div", { class: "devices" }, Object.entries(selects).map(([device, select]) => h("label", { class: "field" }, h("span", {}, capital(device)), select))),
    chosen: () => Object.fromEntries(Object.entries(selects).map(([device, select]) => [device, select.value])),
    refresh, choose,
    close: () => navigator.mediaDevices?.removeEventListener?.("devicechange", refresh),
  };
}

const capital = (word) => word[0].toUpperCase() + word.slice(1);
