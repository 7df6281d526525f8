// One session from Start to Stop: sources, connection, and what is kept.
import { Keep } from "./keep.js";
import { Pace } from "./pace.js";
import { Sources } from "./sources.js";
import { LiveSocket } from "./socket.js";

const LOADING = "The models are being loaded. Nothing is read yet.";
const MISSED_MS = 10_000;  // for which it is said what was missed
const REST = { camera: "Voice and words go on.", microphone: "The face goes on." };

/** What to say to somebody who comes back to the tab. */
const missed = (seconds) => (seconds >= 1 ? `The tab was hidden for ${Math.round(seconds)} s; the picture was not read meanwhile.` : "");

/**
 * phase: "idle", "starting", "live", "paused" or "ending". onChange() after every change of what can be asked here, onFace()
 * after the answer to a frame, onLost("camera" | "microphone") when one is unplugged.
 */
export class LiveRun {
  phase = "idle";
  notices = new Map();  // by their cause: sentences on what is not as it should be
  outcome = null;  // after a stop: {kept, overall, result, job, broken}
  framesPerSecond = 10;
  wantsWords = true;
  level = 0;  // of the sound, 0 to 1
  #api; #state; #overlay; #onChange; #onFace; #onLost; #sources; #socket; #keep; #session;
  #started = 0; #ended = 0; #hiddenAt; #pace = new Pace(); #sounds = 0;

  constructor(api, state, overlay, { onChange, onFace, onLost }) {
    [this.#api, this.#state, this.#overlay, this.#onChange, this.#onFace, this.#onLost] = [api, state, overlay, onChange, onFace, onLost];
  }

  /** The page's seconds since Start; they stand still after a stop. */
  get now() { return ((this.#ended || performance.now()) - this.#started) / 1000; }

  /** What is being kept: of "numbers" and "media". */
  get kept() { return this.#keep?.what ?? []; }

  get runs() { return this.phase !== "idle"; }
  get on() { return this.phase === "live" || this.phase === "paused"; }

  /** Whether frames or sound are being taken. */
  get takes() { return this.phase === "live" && (this.#sources.has("video") || this.#sources.has("audio")); }

  /** What is sent and asked for: of "face", "audio" and "text". */
  get modalities() {
    const [seen, heard] = ["video", "audio"].map((kind) => Boolean(this.#sources?.has(kind)));
    return [...(seen ? ["face"] : []), ...(heard ? ["audio"] : []), ...(heard && this.wantsWords ? ["text"] : [])];
  }

  /** The devices in use: {camera: id, microphone: id}. */
  get devices() { return this.#sources?.ids ?? {}; }

  /** Milliseconds from a frame's capture to its answer on the screen: the median of the last ones, or more while one is waited for. */
  get delay() { return Math.max(this.#pace.delay, this.#sources?.eyes?.waited ?? 0); }

  /** Frames answered a second. */
  get rate() { return this.#pace.rate; }

  /** Call it in a click. chosen: {camera, microphone}, ids or OFF. What cannot be opened is told, and the rest not just taken. */
  async start(chosen) {
    this.notices.clear();
    [this.outcome, this.#session, this.#socket, this.#pace, this.#sounds] = [null, undefined, undefined, new Pace(), 0];
    this.#keep = new Keep(this.#api, (sentence) => this.#notice("recording", sentence));
    [this.#ended, this.#started] = [0, performance.now()];
    this.#to("starting");
    const sources = this.#sources = new Sources(this.#overlay.video, (ms) => (ms - this.#started) / 1000, {
      onFrame: ({ number, seconds, jpeg }) => this.#socket?.sendPiece("jpeg", number, seconds, jpeg) || sources.eyes.forget(),
      onSound: ({ seconds, samples, level }) => this.#hear(seconds, samples, level),
      onLost: (device) => this.#lost(device),
    });
    const troubles = await sources.open(chosen);
    if (this.phase !== "starting" || sources !== this.#sources) return;
    for (const [device, sentence] of Object.entries(troubles)) this.notices.set(device, sentence);
    if (!sources.eyes) return this.#to("idle");
    sources.eyes.framesPerSecond = this.framesPerSecond;
    this.#notice("loading", LOADING);
    const onMessage = (message) => this.#take(message), onState = (what, sentence) => this.#connection(what, sentence);
    this.#socket = new LiveSocket(this.#hello(), { onMessage, onState });
  }

  pause() {
    if (this.phase !== "live") return;
    this.#socket.send({ type: "pause" });
    this.#keep.hold(true);
    this.#sources.hold(true);
    this.#overlay.clear();
    this.#to("paused");
  }

  resume() {
    if (this.phase !== "paused") return;
    this.#socket.send({ type: "resume" });
    this.#keep.hold(false);
    this.#sources.hold(false);
    this.#to("live");
  }

  /** Remember a moment under a name. */
  mark(seconds, label) { this.#socket?.send({ type: "mark", seconds, label }); }

  /** Keep "numbers", "media", both or, with none, nothing after all. Throws where the recording cannot begin. */
  async keep(what) {
    await this.#keep.choose(what, this.#sources.stream());
    this.#keep.hold(this.phase === "paused");
    this.#socket?.send({ type: "keep", what });
    this.#onChange();
  }

  /** Stop the devices at once; what is kept is written then. */
  stop() {
    if (!this.runs || this.phase === "ending") return;
    const told = this.#socket?.send({ type: "stop" });
    this.#ended = performance.now();
    this.outcome = { kept: this.kept };
    this.#to("ending");
    this.#close();
    if (told) return;
    this.outcome.broken = true;
    this.#socket?.close();
    this.#end();
  }

  /** Use another device in the middle, or none. Call it in the event that chose it. */
  async use(device, id) {
    if (!this.on) return;
    this.notices.delete(device);
    const trouble = await this.#sources.use(device, id);
    if (trouble) this.notices.set(device, trouble);
    if (this.phase === "paused") this.#sources.hold(true);
    this.#socket?.hello(this.#hello());
    this.#onChange();
  }

  /** The tab is hidden, or shown again: browsers give no frames to a hidden one. */
  visible(is) {
    if (!this.on) return;
    const [seen, heard] = ["video", "audio"].map((kind) => this.#sources.has(kind));
    const read = heard ? " The sound is still read." : "", since = this.#hiddenAt;
    this.#hiddenAt = is ? undefined : this.now;
    if (seen) this.#notice("hidden", is ? missed(this.now - since) : `Paused: the tab is hidden.${read}`);
    if (is) setTimeout(() => this.#hiddenAt ?? this.#notice("hidden"), MISSED_MS);
    if (!heard && this.phase === "live") this.#socket.send({ type: is ? "resume" : "pause" });
  }

  setFramesPerSecond(rate) {
    this.framesPerSecond = rate;
    if (this.#sources?.eyes) this.#sources.eyes.framesPerSecond = rate;
  }

  #hello() { return { audio_rate_hz: this.#sources.audioRate, modalities: this.modalities }; }

  #hear(seconds, samples, level) {
    this.level = level;
    this.#socket?.sendPiece("pcm", this.#sounds++, seconds, samples);
  }

  #lost(device) {
    const rest = this.#sources.has("video") || this.#sources.has("audio") ? REST[device] : "Nothing is read now.";
    this.#notice(device, `The ${device} was unplugged, or stopped by the browser. ${rest} Choose one to go on with.`);
    if (device === "camera") this.#overlay.clear();
    else this.level = 0;
    this.#onLost(device);
  }

  #take(message) {
    if (message.type === "face") return this.#face(message);
    if (message.type === "ready") this.#ready(message);
    if (message.type === "loading") this.#notice("loading", message.sentence);
    if (message.type === "trouble" && !message.code) this.#notice(message.sentence, message.sentence);
    if (message.type === "saved") this.outcome = { ...this.outcome, result: message.id };
    if (message.type === "stopped") this.outcome = { ...this.outcome, overall: message.reading };
    this.#state.take(message);
  }

  #ready({ session, missing = [] }) {
    this.notices.delete("loading");
    for (const sentence of missing) this.notices.set(sentence, sentence);
    if (this.#session && this.#session !== session) {
      this.notices.set("anew", "The session began anew after the break. What came before is still shown, but will not be kept.");
      if (this.kept.length) this.#socket.send({ type: "keep", what: this.kept });
      if (this.phase === "paused") this.#socket.send({ type: "pause" });
    }
    this.#session = session;
  }

  #face(message) {
    const { eyes } = this.#sources, frame = eyes.answered(message.number);
    if (this.phase !== "live") return;
    this.#state.take(message);
    if (frame) {
      const free = this.#overlay.show(frame, message.faces);
      if (free) eyes.giveBack(free);
      this.#pace.add(1000 * (this.now - frame.seconds));
    }
    this.#onFace();
  }

  #connection(what, sentence) {
    if (what === "ended") return this.#end(sentence);
    this.#notice("connection", sentence);
    if (what === "broken") return this.#sources.eyes.forget();
    if (this.phase !== "starting") return;
    this.#sources.hold(false);
    this.#to("live");
  }

  /** The session is over, from whichever side. */
  #end(sentence) {
    if (this.phase === "idle") return;
    for (const cause of ["hidden", "loading"]) this.notices.delete(cause);
    if (sentence) {
      this.notices.set("connection", sentence);
      this.#api.get("/health").catch(() => {});  // so that the page says where the server is gone, or another one
    }
    this.#ended ||= performance.now();
    this.outcome ??= { kept: this.kept, broken: true };
    this.#close();
    this.#to("idle");
  }

  /** The devices go out; the rest of the recording is sent while nothing is taken any more. */
  #close() {
    this.#keep.finish().then((job) => {
      if (job) this.outcome = { ...this.outcome, job };
      this.#onChange();
    }, (error) => this.#notice("recording", error.message));
    this.#sources.close();
    this.#overlay.clear();
    this.level = 0;
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
