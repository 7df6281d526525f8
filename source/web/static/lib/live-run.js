// One session from Start to Stop: devices, connection, and what is kept.
import { Ears, Eyes } from "./capture.js";
import { OFF, open, openOne, release, sentenceOf } from "./devices.js";
import { Recording } from "./recording.js";
import { LiveSocket } from "./socket.js";

const HEIGHT = 480;  // of the camera's picture; 640 wide is what is sent
const DELAYS = 30;
const REST = { camera: "Voice and words go on.", microphone: "The face goes on." };
const KINDS = { video: "camera", audio: "microphone" };

/**
 * phase: "idle", "starting", "live", "paused" or "ending". onChange() after every change of what can be asked here, onFace()
 * after the answer to a frame, onLost("camera" | "microphone") when one is unplugged.
 */
export class LiveRun {
  phase = "idle";
  notices = new Map();  // by their cause: sentences on what is not as it should be
  kept = [];  // of "numbers" and "media"
  outcome = null;  // after a stop: {overall, result, job, kept}
  framesPerSecond = 10;
  level = 0;
  wantsWords = true;
  #api; #state; #overlay; #onChange; #onFace; #onLost; #stream; #eyes; #ears; #socket; #recording; #started = 0; #ended = 0; #session; #delays = []; #sounds = 0;

  constructor(api, state, overlay, { onChange, onFace, onLost }) {
    this.#api = api;
    this.#state = state;
    this.#overlay = overlay;
    this.#onChange = onChange;
    this.#onFace = onFace;
    this.#onLost = onLost;
  }

  /** The page's seconds since Start, also after a stop. */
  get now() { return ((this.#ended || performance.now()) - this.#started) / 1000; }

  /** Whether frames or sound are being taken. */
  get takes() { return this.phase === "live" && Boolean(this.#stream?.getTracks().some((track) => track.readyState === "live")); }

  get runs() { return this.phase !== "idle"; }
  get modalities() { return [...(this.#has("video") ? ["face"] : []), ...(this.#has("audio") ? ["audio", ...(this.wantsWords ? ["text"] : [])] : [])]; }

  /** Milliseconds from a frame's capture to its answer on the screen, the median of the last ones. */
  get delay() { return [...this.#delays].sort((one, other) => one - other)[this.#delays.length >> 1]; }

  /** Call it in a click. chosen: {camera, microphone}, ids or OFF. */
  async start(chosen) {
    this.notices.clear();
    [this.outcome, this.kept, this.#session, this.#ended, this.#started] = [null, [], undefined, 0, performance.now()];
    this.#to("starting");
    const clock = (ms) => (ms - this.#started) / 1000;
    const ears = chosen.microphone === OFF ? undefined : this.#newEars(clock);
    const { stream, troubles } = await open(chosen, HEIGHT);
    if (this.phase !== "starting") return void (release(stream), ears?.close());
    this.#stream = stream;
    for (const [device, sentence] of Object.entries(troubles)) this.notices.set(device, sentence);
    if (!stream.getTracks().length || Object.keys(troubles).length) {  // what is left is offered, not just taken
      release(stream);
      ears?.close();
      return this.#to("idle");
    }
    stream.getTracks().forEach((track) => this.#watch(track));
    this.#ears = this.#has("audio") ? ears : void ears?.close();
    await this.#ears?.listen(stream.getAudioTracks()[0]);
    await this.#show();
    if (this.phase !== "starting") return;
    this.#eyes = new Eyes(this.#overlay.video, clock, (frame) => this.#socket.sendPiece("jpeg", frame.number, frame.seconds, frame.jpeg) || this.#eyes.forget());
    Object.assign(this.#eyes, { held: true, framesPerSecond: this.framesPerSecond });
    this.#socket = new LiveSocket(this.#hello(), { onMessage: (message) => this.#take(message), onState: (what, sentence) => this.#connection(what, sentence) });
  }

  pause() {
    if (this.phase !== "live") return;
    this.#socket.send({ type: "pause" });
    this.#recording?.pause();
    this.#hold(true);
    this.#to("paused");
  }

  resume() {
    if (this.phase !== "paused") return;
    this.#socket.send({ type: "resume" });
    this.#recording?.resume();
    this.#hold(false);
    this.#to("live");
  }

  /** Remember a moment under a name. */
  mark(seconds, label) { this.#socket?.send({ type: "mark", seconds, label }); }

  /** Keep "numbers", "media", both or, with none, nothing after all. Throws where the recording cannot begin. */
  async keep(what) {
    if (what.includes("media") && !this.#recording) {
      const name = `live ${new Date().toLocaleString("sv-SE").replaceAll(":", ".")}`;
      const recording = new Recording(this.#api, new MediaStream(this.#stream.getTracks()), { name, model: "combined", onState: (state, sentence) => this.#notice("recording", sentence) });
      await recording.begin();
      this.#recording = recording;
      if (this.phase === "paused") recording.pause();
    } else if (!what.includes("media") && this.#recording) {
      const given = this.#recording;
      this.#recording = undefined;
      await given.discard();
    }
    this.#socket?.send({ type: "keep", what });
    this.kept = what;
    this.#onChange();
  }

  /** Stop the devices at once; what is kept is written then. */
  stop() {
    if (!this.runs || this.phase === "ending") return;
    const told = this.#socket?.send({ type: "stop" });
    this.#ended = performance.now();
    this.outcome = { kept: this.kept };
    this.#to("ending");
    this.#finishRecording();
    this.#closeDevices();
    if (told) return;
    this.#socket?.close();
    this.#end();
  }

  /** Use another device in the middle, or none. Call it in the event that chose it. */
  async use(device, id) {
    const kind = device === "camera" ? "video" : "audio";
    if (!["live", "paused"].includes(this.phase)) return;
    if (kind === "audio" && id !== OFF) this.#ears ??= this.#newEars((ms) => (ms - this.#started) / 1000);
    this.notices.delete(device);
    for (const track of this.#stream.getTracks().filter((one) => one.kind === kind)) {
      track.stop();
      this.#stream.removeTrack(track);
    }
    try {
      if (id !== OFF) this.#stream.addTrack(this.#watch(await openOne(device, id, HEIGHT)));
      if (kind === "video") await this.#show();
      else if (this.#has("audio")) await this.#ears.listen(this.#stream.getAudioTracks()[0]);
    } catch (error) {
      this.notices.set(device, sentenceOf(error, device));
    }
    if (this.phase === "paused") this.#hold(true);
    this.#socket?.hello(this.#hello());
    this.#onChange();
  }

  /** The tab is hidden, or shown again: browsers give no frames to a hidden one. */
  visible(is) {
    if (!["live", "paused"].includes(this.phase)) return;
    const sound = this.#has("audio");
    this.#notice("hidden", is || !this.#has("video") ? "" : `Paused: the tab is hidden.${sound ? " The sound is still read." : ""}`);
    if (!sound && this.phase === "live") this.#socket.send({ type: is ? "resume" : "pause" });
  }

  setFramesPerSecond(rate) {
    this.framesPerSecond = rate;
    if (this.#eyes) this.#eyes.framesPerSecond = rate;
  }

  #newEars(clock) {
    return new Ears(clock, ({ seconds, samples, level }) => {
      this.level = level;
      this.#socket?.sendPiece("pcm", this.#sounds++, seconds, samples);
    });
  }

  #hello() {
    const { videoWidth, videoHeight } = this.#overlay.video;
    return { audio_rate_hz: this.#ears?.rate ?? 48_000, size: [videoWidth, videoHeight], modalities: this.modalities };
  }

  #has(kind) { return Boolean(this.#stream?.getTracks().some((track) => track.kind === kind && track.readyState === "live")); }

  async #show() {
    const tracks = this.#stream.getVideoTracks();
    this.#overlay.video.srcObject = tracks.length ? new MediaStream(tracks) : null;
    if (tracks.length) await this.#overlay.video.play().catch(() => {});
  }

  #watch(track) {
    const device = KINDS[track.kind];
    track.addEventListener("ended", () => {
      const rest = this.#has("video") || this.#has("audio") ? REST[device] : "Nothing is read now.";
      this.#notice(device, `The ${device} was unplugged, or stopped by the browser. ${rest} Choose one to go on with.`);
      if (track.kind === "video") this.#overlay.clear();
      this.level = 0;
      this.#onLost(device);
    });
    return track;
  }

  #hold(held) {
    if (this.#eyes) this.#eyes.held = held;
    if (this.#ears) this.#ears.held = held;
    for (const track of this.#stream.getTracks()) track.enabled = !held;
    if (held) this.#overlay.clear();
  }

  #take(message) {
    if (message.type === "ready") this.#ready(message);
    if (message.type === "loading") this.#notice("loading", message.sentence);
    if (message.type === "trouble") this.#notice(message.sentence, message.sentence);
    if (message.type === "saved") this.outcome = { ...this.outcome, result: message.id };
    if (message.type === "stopped") this.outcome = { ...this.outcome, overall: message.reading };
    if (message.type === "face") this.#face(message);
    else this.#state.take(message);
  }

  #ready({ session, missing = [] }) {
    this.notices.delete("loading");
    for (const sentence of missing) this.notices.set(sentence, sentence);
    if (this.#session && this.#session !== session) {
      this.notices.set("anew", "The session began anew after the break. What came before is still shown, but will not be kept.");
      if (this.kept.length) this.#socket.send({ type: "keep", what: this.kept });
    }
    this.#session = session;
  }

  #face(message) {
    const frame = this.#eyes.answered(message.number);
    if (this.phase !== "live") return;
    this.#state.take(message);
    if (frame) {
      const free = this.#overlay.show(frame, message.faces);
      if (free) this.#eyes.giveBack(free);
      this.#delays.push(1000 * (this.now - frame.seconds));
      if (this.#delays.length > DELAYS) this.#delays.shift();
    }
    this.#onFace();
  }

  #connection(what, sentence) {
    if (what === "ended") return this.#end(sentence);
    this.notices.delete("connection");
    if (what === "broken") {
      this.notices.set("connection", sentence);
      this.#eyes.forget();
    } else if (this.phase === "starting") {
      this.#eyes.held = false;
      return this.#to("live");
    } else if (this.phase === "paused") this.#socket.send({ type: "pause" });
    this.#onChange();
  }

  /** The session is over, from whichever side. */
  #end(sentence) {
    if (this.phase === "idle") return;
    if (sentence) this.notices.set("connection", sentence);
    this.#ended ||= performance.now();
    this.outcome ??= { kept: this.kept, broken: true };
    this.#finishRecording();
    this.#closeDevices();
    this.notices.delete("hidden");
    this.#to("idle");
  }

  /** The rest of the recording is sent while nothing is taken any more. */
  #finishRecording() {
    const recording = this.#recording;
    this.#recording = undefined;
    recording?.finish().then((job) => {
      this.outcome = { ...this.outcome, job };
      this.#onChange();
    }, (error) => this.#notice("recording", error.message));
  }

  #closeDevices() {
    this.#eyes?.close();
    this.#ears?.close();
    release(this.#stream);
    this.#overlay.video.srcObject = null;
    this.#overlay.clear();
    [this.#ears, this.level] = [undefined, 0];
  }

  #notice(cause, sentence) {
    if (sentence) this.notices.set(cause, sentence);
    else this.notices.delete(cause);
    this.#onChange();
  }

  #to(phase) {
    this.phase = phase;
    this.#onChange();
  }
}
