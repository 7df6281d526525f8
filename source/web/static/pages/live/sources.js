// Camera and microphone of a session: opened, changed in the middle, unplugged, held and let go.
import { Ears, Eyes } from "./capture.js";
import { OFF, open, openOne, release, sentenceOf } from "../../lib/devices.js";

const HEIGHT = 480;  // of the camera's picture; 640 wide is what is sent
const KINDS = { video: "camera", audio: "microphone" };
const TRACKS = { camera: "video", microphone: "audio" };

/** onFrame and onSound as of Eyes and Ears; onLost("camera" | "microphone") when one is unplugged. */
export class Sources {
  #video; #clock; #onFrame; #onSound; #onLost; #stream = new MediaStream(); #eyes; #ears; #open = true;

  constructor(video, clock, { onFrame, onSound, onLost }) {
    [this.#video, this.#clock, this.#onFrame, this.#onSound, this.#onLost] = [video, clock, onFrame, onSound, onLost];
  }

  /** Open what was chosen, {camera, microphone}, ids or OFF; in a click. Returns troubles by device; with any, nothing stays open. */
  async open(chosen) {
    if (chosen.microphone !== OFF) this.#listening();
    const { stream, troubles } = await open(chosen, HEIGHT);
    this.#stream = stream;
    if (!this.#open || Object.keys(troubles).length) {
      this.close();
      return troubles;
    }
    stream.getTracks().forEach((track) => this.#watch(track));
    if (this.has("audio")) await this.#ears.listen(stream.getAudioTracks()[0]);
    await this.#show();
    this.#eyes = new Eyes(this.#video, this.#clock, this.#onFrame);
    this.#eyes.held = true;
    return troubles;
  }

  /** Use another device, or none. Call it in the event that chose it. Returns what went wrong, if anything. */
  async use(device, id) {
    const kind = TRACKS[device];
    if (kind === "audio" && id !== OFF) this.#listening();
    for (const track of this.#stream.getTracks().filter((one) => one.kind === kind)) {
      track.stop();
      this.#stream.removeTrack(track);
    }
    try {
      if (id !== OFF) this.#stream.addTrack(this.#watch(await openOne(device, id, HEIGHT)));
      if (kind === "video") await this.#show();
      else if (this.has("audio")) await this.#ears.listen(this.#stream.getAudioTracks()[0]);
    } catch (error) {
      return sentenceOf(error, device);
    }
    return undefined;
  }

  /** Whether "video" or "audio" comes. */
  has(kind) { return this.#stream.getTracks().some((track) => track.kind === kind && track.readyState === "live"); }

  /** Which devices it became, where the browser chose: {camera: id, microphone: id}. */
  get ids() {
    return Object.fromEntries(this.#stream.getTracks().map((track) => [KINDS[track.kind], track.getSettings().deviceId]));
  }

  get audioRate() { return this.#ears?.rate ?? 48_000; }
  get eyes() { return this.#eyes; }

  /** The same devices for a recording, which a change in the middle would break. */
  stream() { return new MediaStream(this.#stream.getTracks()); }

  /** Take nothing for a while: the camera's light goes out where the browser lets it. */
  hold(held) {
    if (this.#eyes) this.#eyes.held = held;
    if (this.#ears) this.#ears.held = held;
    for (const track of this.#stream.getTracks()) track.enabled = !held;
  }

  close() {
    this.#open = false;
    this.#eyes?.close();
    this.#ears?.close();
    release(this.#stream);
    this.#video.srcObject = null;
  }

  /** Made in the click itself: a context that is made later stays silent. */
  #listening() { this.#ears ??= new Ears(this.#clock, this.#onSound); }

  async #show() {
    const tracks = this.#stream.getVideoTracks();
    this.#video.srcObject = tracks.length ? new MediaStream(tracks) : null;
    if (tracks.length) await this.#video.play().catch(() => {});
  }

  #watch(track) {
    track.addEventListener("ended", () => this.#onLost(KINDS[track.kind]));
    return track;
  }
}
