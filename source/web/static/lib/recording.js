// A recording on its way to the server: a piece a second, sent again from where the server has it.
const PIECE_MS = 1000;
const MOST_BYTES = 4e6;  // sent at once, after a break
const LONGEST_WAIT_MS = 8000;
/** vp8 before vp9: half the work, and the pictures that it spoils at this rate of bits are none that a face is read from. */
const TYPES = { video: ["video/webm;codecs=vp8,opus", "video/webm;codecs=vp9,opus", "video/webm", "video/mp4"],
  audio: ["audio/webm;codecs=opus", "audio/webm", "audio/mp4"] };
const BITS = { videoBitsPerSecond: 2_500_000, audioBitsPerSecond: 128_000 };

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** How this browser can record the stream; undefined where it cannot. */
const typeFor = (stream) =>
  TYPES[stream.getVideoTracks().length ? "video" : "audio"].find((type) => window.MediaRecorder?.isTypeSupported(type));

/** Records a stream. onState("recording" | "paused" | "waiting" | "broken" | "ended", sentence) follows what happens. */
export class Recording {
  #api; #recorder; #pieces = []; #sent = 0; #pumping; #onState; #started; #paused = 0; #given = false;
  bytes = 0;

  constructor(api, stream, { name, model, onState = () => {} }) {
    this.#api = api;
    this.#onState = onState;
    this.type = typeFor(stream);
    if (!this.type) throw new Error("This browser cannot record. Use a current Chromium, Firefox or Safari, or drop a file.");
    this.name = `${name}.${this.type.includes("mp4") ? "mp4" : "webm"}`;
    this.model = model;
    this.#recorder = new MediaRecorder(stream, { mimeType: this.type, ...BITS });
    this.#recorder.ondataavailable = ({ data }) => this.#take(data);
    this.#recorder.onerror = ({ error }) => onState("broken", `The recording stopped: ${error?.message ?? "the browser gave no reason"}.`);
  }

  /** Seconds recorded so far, without what was paused. */
  get seconds() {
    if (this.#started === undefined) return 0;
    const until = this.#recorder.state === "paused" ? this.pausedAt : (this.endedAt ?? performance.now());
    return (until - this.#started - this.#paused) / 1000;
  }

  get state() { return this.#recorder.state; }

  /** Tell the server, and start. */
  async begin() {
    const { id } = await this.#api.post("/recordings", { name: this.name, model: this.model, type: this.type.split(";")[0] });
    this.id = id;
    this.#recorder.start(PIECE_MS);
    this.#started = performance.now();
    this.#onState("recording");
  }

  pause() {
    if (this.#recorder.state !== "recording") return;
    this.#recorder.pause();
    this.pausedAt = performance.now();
    this.#onState("paused");
  }

  resume() {
    if (this.#recorder.state !== "paused") return;
    this.#recorder.resume();
    this.#paused += performance.now() - this.pausedAt;
    this.#onState("recording");
  }

  /** Stop, and wait until the server has all of it. */
  async stop() {
    if (this.#recorder.state !== "inactive") {
      const stopped = new Promise((resolve) => this.#recorder.addEventListener("stop", resolve, { once: true }));
      if (this.#recorder.state === "paused") this.resume();  // else the pause would count as recorded
      this.#recorder.stop();
      this.endedAt = performance.now();
      await stopped;
    }
    this.endedAt ??= performance.now();
    await this.#pump();
  }

  /** Stop, and have it read; resolves to the job. */
  async finish() {
    await this.stop();
    const job = await this.#api.post(`/recordings/${this.id}/finish`);
    this.#pieces = [];
    this.#onState("ended");
    return job;
  }

  /** Stop, and delete what the server has of it. */
  async discard() {
    this.#given = true;
    if (this.#recorder.state !== "inactive") this.#recorder.stop();
    this.endedAt ??= performance.now();
    this.#pieces = [];
    this.#onState("ended");
    await this.#pumping;
    await this.#api.remove(`/recordings/${this.id}`);
  }

  /** All of it as a file, for when the server is lost. */
  file() { return new File(this.#pieces, this.name, { type: this.type }); }

  #take(piece) {
    if (this.#given || !piece.size) return;
    this.#pieces.push(piece);  // the browser keeps large ones on disk
    this.bytes += piece.size;
    this.#pump().catch(() => {});  // onState was told, and `stop` tries again
  }

  #pump() {
    this.#pumping ??= this.#send().finally(() => (this.#pumping = undefined));
    return this.#pumping;
  }

  async #send() {
    for (let wait = PIECE_MS / 2; this.#sent < this.bytes && !this.#given;) {
      const rest = new Blob(this.#pieces).slice(this.#sent, this.#sent + MOST_BYTES);
      try {
        await this.#api.put(`/recordings/${this.id}`, rest, { query: { from: this.#sent } });
        this.#sent += rest.size;
        if (wait > 2 * PIECE_MS) this.#onState(this.#recorder.state === "inactive" ? "sending" : this.#recorder.state);
        wait = PIECE_MS / 2;
      } catch (error) {
        if (error.status === 409 && Number.isInteger(error.have)) {
          this.#sent = error.have;
        } else if (error.code === "gone" || error.status >= 500) {
          const why = error.code === "gone" ? "Demeanor does not answer." : error.message;
          if (wait > PIECE_MS) this.#onState("waiting", `${why} What is recorded waits here and is sent as soon as it can be.`);
          await pause(wait);
          wait = Math.min(wait * 2, LONGEST_WAIT_MS);
        } else {
          this.#onState("broken", error.message);
          throw error;
        }
      }
    }
  }
}
