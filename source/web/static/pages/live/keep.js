// What of a session is kept: numbers by the server, sound and picture as a recording; nothing unless it is asked for.

/** what: of "numbers" and "media". onTrouble(sentence, or nothing when it is over) about the recording. */
export class Keep {
  what = [];
  #api; #onTrouble; #recording;

  constructor(api, onTrouble) {
    this.#api = api;
    this.#onTrouble = onTrouble;
  }

  /** Keep these from now on, or, with none, nothing after all. Throws where the recording cannot begin. */
  async choose(what, stream) {
    if (what.includes("media") && !this.#recording) {
      const name = `live ${new Date().toLocaleString("sv-SE").replaceAll(":", ".")}`;
      const { Recording } = await import("../../lib/recording.js");
      const recording = new Recording(this.#api, stream, { name, model: "combined", onState: (state, sentence) => this.#onTrouble(sentence) });
      await recording.begin();
      this.#recording = recording;
    } else if (!what.includes("media") && this.#recording) {
      const given = this.#recording;
      this.#recording = undefined;
      await given.discard();
    }
    this.what = what;
  }

  hold(held) {
    if (held) this.#recording?.pause();
    else this.#recording?.resume();
  }

  /** Send the rest of the recording and have it read; resolves to its job, or undefined where there is none. Call it before the devices go out. */
  async finish() {
    const recording = this.#recording;
    this.#recording = undefined;
    return recording?.finish();
  }
}
