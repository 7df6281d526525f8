// How quickly frames are answered.
const LAST = 30;  // answers that count
const RATE_SECONDS = 2;

/** Told of every answer, with the milliseconds since its frame was captured. */
export class Pace {
  #delays = [];
  #times = [];

  add(delay) {
    this.#delays = [...this.#delays.slice(1 - LAST), delay];
    this.#times = [...this.#times.slice(1 - LAST), performance.now()];
  }

  /** The median of the last delays in milliseconds; 0 before the first. */
  get delay() { return [...this.#delays].sort((one, other) => one - other)[this.#delays.length >> 1] ?? 0; }

  /** Answers a second, of the last seconds. */
  get rate() { return this.#times.filter((at) => at > performance.now() - 1000 * RATE_SECONDS).length / RATE_SECONDS; }
}
