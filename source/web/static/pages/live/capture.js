// What the camera shows and the microphone hears, each stamped with the page's clock: frames as JPEG, sound as int16.
const WIDTH = 640, QUALITY = 0.8;  // some 25 kB a frame
const MOST_UNANSWERED = 2;
const PATIENCE_MS = 5000;  // after which an answer is not waited for any more
const EARLY_MS = 8;  // a frame this much before its time is taken: the next one would be late
const DRIFT_BLOCKS = 50;  // over which the sound card's clock is laid on the page's

/** Frames of a camera, no faster than they are answered. `onFrame({number, seconds, canvas, jpeg})`. */
export class Eyes {
  #video; #onFrame; #clock; #number = 0; #sent = new Map(); #last = -Infinity; #waits; #spare = []; #running = true;
  framesPerSecond = 10;
  held = false;

  /** clock(ms of performance.now) -> seconds of the session. */
  constructor(video, clock, onFrame) {
    this.#video = video;
    this.#clock = clock;
    this.#onFrame = onFrame;
    this.#next();
  }

  /** The frame that was sent with this number, {canvas, seconds}, now answered as all before it are. */
  answered(number) {
    const frame = this.#sent.get(number);
    this.#waits = undefined;
    for (const [sent, { canvas }] of this.#sent) {
      if (sent > number) break;
      this.#sent.delete(sent);
      if (sent < number) this.giveBack(canvas);
    }
    if (this.#sent.size) this.#waits = [...this.#sent.values()][0].at;
    return frame;
  }

  /** For how many milliseconds an answer has been waited for. */
  get waited() { return this.#waits === undefined || this.held ? 0 : performance.now() - this.#waits; }

  /** Let a canvas be drawn on again. */
  giveBack(canvas) { if (this.#spare.length < MOST_UNANSWERED + 1) this.#spare.push(canvas); }

  /** Forget what is unanswered, as when the connection broke. */
  forget() { this.#sent.clear(); }

  close() { this.#running = false; }

  #next() {
    if (!this.#running) return;
    if (this.#video.requestVideoFrameCallback) this.#video.requestVideoFrameCallback((now, about) => this.#see(now, about.captureTime));
    else setTimeout(() => this.#see(performance.now()), 1000 / this.framesPerSecond);
  }

  #see(now, captured) {
    if (!this.#running) return;
    this.#next();
    const [oldest] = this.#sent.values();
    if (oldest && now - oldest.at > PATIENCE_MS) this.forget();
    const early = now - this.#last < 1000 / this.framesPerSecond - EARLY_MS;
    if (this.held || early || !this.#video.videoWidth || this.#sent.size >= MOST_UNANSWERED) return;
    this.#last = now;
    const seconds = this.#clock(Math.abs(captured - now) < PATIENCE_MS ? captured : now);
    if (seconds < 0) return;
    const canvas = this.#draw();
    const frame = { number: this.#number++, seconds, at: now, canvas, jpeg: bytesOf(canvas.toDataURL("image/jpeg", QUALITY)) };
    this.#sent.set(frame.number, frame);
    this.#waits ??= now;
    this.#onFrame(frame);
  }

  #draw() {
    const canvas = this.#spare.pop() ?? document.createElement("canvas");
    const { videoWidth, videoHeight } = this.#video;
    const width = Math.min(WIDTH, videoWidth), height = Math.round((width * videoHeight) / videoWidth);
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    canvas.getContext("2d", { alpha: false }).drawImage(this.#video, 0, 0, width, height);
    return canvas;
  }
}

/** toDataURL, for toBlob stalls for up to a second while a camera runs. */
function bytesOf(address) {
  const content = address.slice(address.indexOf(",") + 1);
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(content);
  const binary = atob(content), bytes = new Uint8Array(binary.length);
  for (let index = 0; index < bytes.length; index++) bytes[index] = binary.charCodeAt(index);
  return bytes;
}

/** Sound of a microphone, a tenth of a second at a time. `onSound({seconds, samples, level})`. */
export class Ears {
  #context; #clock; #onSound; #source; #node; #leads = [];
  held = false;

  /** In the click that starts: else the browser keeps the context silent. At the browser's own rate: Firefox takes no other. */
  constructor(clock, onSound) {
    this.#context = new AudioContext();
    this.#clock = clock;
    this.#onSound = onSound;
  }

  get rate() { return this.#context.sampleRate; }

  /** Hear this track, or another one than before. */
  async listen(track) {
    if (!this.#node) {
      await this.#context.audioWorklet.addModule("/static/pages/live/pcm-worklet.js");
      this.#node = new AudioWorkletNode(this.#context, "pcm", { channelCount: 1, channelCountMode: "explicit" });
      this.#node.port.onmessage = ({ data }) => this.#hear(data);
      this.#node.connect(this.#context.destination);  // its output is silence; some browsers run no other node
    }
    this.#source?.disconnect();
    this.#source = this.#context.createMediaStreamSource(new MediaStream([track]));
    this.#source.connect(this.#node);
    await this.#context.resume();
  }

  close() { if (this.#context.state !== "closed") this.#context.close(); }

  #hear({ begins, samples }) {
    const heard = performance.now(), ends = 1000 * (begins + samples.length / this.rate);
    if (this.#leads.length && Math.abs(heard - ends - this.#lead()) > 1000) this.#leads = [];  // the context stood still
    this.#leads.push(heard - ends);
    if (this.#leads.length > DRIFT_BLOCKS) this.#leads.shift();
    const seconds = this.#clock(1000 * begins + this.#lead());
    if (this.held || seconds < 0) return;
    this.#onSound({ seconds, samples, level: loudnessOf(samples) });
  }

  /** From the context's clock to the page's, by the message that came with the least delay. */
  #lead() { return Math.min(...this.#leads); }
}

const loudnessOf = (samples) => Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length) / 32768;
