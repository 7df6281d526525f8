// demeanor.live/1: the WebSocket to the server, which goes on by itself after a break.
const SCHEMA = "demeanor.live/1";
const HEADER_BYTES = 16;
const KINDS = { jpeg: 1, pcm: 2 };
const GRACE_MS = 10_000;  // for which the server keeps a session whose connection broke
const WAITS_MS = [200, 500, 1000, 2000];
const MOST_WAITING_BYTES = 4_000_000;  // in the browser, unsent: then sound is left out
const GONE = "Demeanor does not answer any more. Is it still running in the terminal?";
const ENDS = {
  4400: "The page and Demeanor do not understand each other. Reload the page.",
  4401: "This page belongs to an earlier start of Demeanor. Open the address that it printed in the terminal.",
  4408: "Nothing came from the page for a while, so the session ended.",
  4409: "Somebody else is live just now, perhaps in another tab. Stop there first.",
  4413: "The camera's pictures are too large.",
  4429: "The page sent more than can be read.",
  4500: "Reading failed. Start again; if it fails again, the terminal says more.",
};

/** The bytes of a frame or a little sound: a header of 16 bytes, little endian, and the content. */
function packet(kind, number, seconds, content) {
  const bytes = new Uint8Array(HEADER_BYTES + content.byteLength);
  const header = new DataView(bytes.buffer);
  header.setUint8(0, KINDS[kind]);
  header.setUint32(4, number, true);
  header.setFloat64(8, seconds, true);
  bytes.set(new Uint8Array(content.buffer, content.byteOffset, content.byteLength), HEADER_BYTES);
  return bytes;
}

/** One session. onMessage(document) for what comes; onState("open" | "broken" | "ended", sentence). */
export class LiveSocket {
  #hello; #onMessage; #onState; #socket; #session; #brokenAt; #tries = 0; #over = false; #sentence; #ready = false; #unsent = []; #timer;

  constructor(hello, { onMessage, onState }) {
    this.#hello = { type: "hello", schema: SCHEMA, ...hello };
    this.#onMessage = onMessage;
    this.#onState = onState;
    this.#connect();
  }

  /** Whether what is sent arrives: after `ready`. */
  get ready() { return this.#ready && this.#socket.readyState === WebSocket.OPEN; }

  /** Send a document, or, while the connection is broken, as soon as there is one; returns whether it is sent. */
  send(document) {
    if (this.ready) this.#socket.send(JSON.stringify(document));
    else this.#unsent.push(document);
    return this.ready;
  }

  /** Send a frame or a little sound; false where it is left out. */
  sendPiece(kind, number, seconds, content) {
    if (!this.ready || this.#socket.bufferedAmount > MOST_WAITING_BYTES) return false;
    this.#socket.send(packet(kind, number, seconds, content));
    return true;
  }

  /** Say anew what comes, as with another microphone; said once more after a break. */
  hello(hello) {
    Object.assign(this.#hello, hello);
    if (this.ready) this.send(this.#hello);
  }

  /** End it from here. */
  close() {
    this.#over = true;
    clearTimeout(this.#timer);
    this.#socket.close(1000);
  }

  #connect() {
    const { protocol, host } = location;
    this.#socket = new WebSocket(`${protocol === "https:" ? "wss" : "ws"}://${host}/api/v1/live`);
    this.#socket.onopen = () => this.#socket.send(JSON.stringify({ ...this.#hello, ...(this.#session && { session: this.#session }) }));
    this.#socket.onmessage = ({ data }) => this.#take(JSON.parse(data));
    this.#socket.onclose = ({ code }) => this.#closed(code);
  }

  #take(message) {
    if (message.type === "ready") {
      this.#session = message.session ?? this.#session;
      this.#ready = true;
      this.#brokenAt = undefined;
      this.#tries = 0;
      this.#unsent.splice(0).forEach((document) => this.send(document));
      this.#onState("open");
    }
    if (message.type === "trouble" && message.code) this.#sentence = message.sentence;
    if (message.type === "stopped") this.#over = true;
    this.#onMessage(message);
  }

  #closed(code) {
    const was = this.#ready;
    this.#ready = false;
    if (this.#over) return this.#onState("ended");
    if (code in ENDS) return this.#end(this.#sentence ?? ENDS[code]);
    this.#brokenAt ??= performance.now();
    if (!was && !this.#session) return this.#end(GONE);
    if (performance.now() - this.#brokenAt > GRACE_MS) return this.#end(GONE);
    this.#onState("broken", "The connection broke off; it is being made again.");
    this.#timer = setTimeout(() => this.#connect(), WAITS_MS[Math.min(this.#tries++, WAITS_MS.length - 1)]);
  }

  #end(sentence) {
    this.#over = true;
    this.#onState("ended", sentence);
  }
}
