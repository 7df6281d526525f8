// One axis of time for everything that is shown over time: what is visible, where the cursor is, what is selected.

/**
 * Events: "view" (`from`, `to` changed), "cursor" (`cursor` changed), "selection" (`selection` changed: [from, to] or
 * null) and "seek" (somebody asks for `wish`: the player follows, and moves the cursor).
 */
export class TimeAxis extends EventTarget {
  /** start, end: seconds of the recording; least: seconds that zooming never goes below. */
  constructor(start, end, { least = 0.5 } = {}) {
    super();
    Object.assign(this, { start, end, least, from: start, to: end, cursor: start, selection: null, wish: start });
  }

  /** Seconds of the whole. */
  get length() {
    return this.end - this.start;
  }

  /** Whether only a part is visible. */
  get isZoomed() {
    return this.to - this.from < this.length - 1e-6;
  }

  /** Where a time lies: 0 at the left edge, 1 at the right one; beyond where it is not visible. */
  place(seconds) {
    return (seconds - this.from) / (this.to - this.from || 1);
  }

  /** The time at a share of the width. */
  at(share) {
    return this.from + share * (this.to - this.from);
  }

  clamp(seconds) {
    return Math.min(Math.max(seconds, this.start), this.end);
  }

  /** Make [from, to] visible, moved so that it lies within the whole. */
  show(from, to) {
    const span = Math.min(Math.max(to - from, Math.min(this.least, this.length)), this.length);
    const left = Math.min(Math.max(from, this.start), this.end - span);
    if (left === this.from && left + span === this.to) return;
    [this.from, this.to] = [left, left + span];
    this.#tell("view");
  }

  /** Show more (factor > 1) or less time; what lies at `around` stays where it is. */
  zoom(factor, around = this.cursor) {
    const middle = around >= this.from && around <= this.to ? around : (this.from + this.to) / 2;
    const span = Math.min((this.to - this.from) * factor, this.length);
    const share = this.place(middle);
    this.show(middle - share * span, middle + (1 - share) * span);
  }

  /** Show everything. */
  all() {
    this.show(this.start, this.end);
  }

  /** Ask for a time; with a player, it decides when the cursor gets there. */
  seek(seconds) {
    this.wish = this.clamp(seconds);
    this.#tell("seek");
  }

  /** Move the cursor, and what is visible with it when it leaves on the right or left. */
  moveTo(seconds, { follow = true } = {}) {
    const place = this.clamp(seconds);
    if (place === this.cursor) return;
    this.cursor = place;
    const span = this.to - this.from;
    if (follow && this.isZoomed && (place < this.from || place > this.to)) this.show(place - span * 0.1, place + span * 0.9);
    this.#tell("cursor");
  }

  /** Select a stretch; two equal ends or nothing: none. */
  select(from, to) {
    const [low, high] = [this.clamp(Math.min(from, to)), this.clamp(Math.max(from, to))];
    this.selection = high - low > 1e-3 ? [low, high] : null;
    this.#tell("selection");
  }

  /** Round times to label, at most `most`: [[share, seconds], ...]. */
  ticks(most) {
    const span = this.to - this.from;
    const steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 36000];
    const step = steps.find((size) => span / size <= most) ?? span / most;
    const first = Math.ceil(this.from / step - 1e-9);
    const count = Math.floor(this.to / step + 1e-9) - first + 1;
    return Array.from({ length: Math.max(count, 0) }, (_, at) => (first + at) * step).map((time) => [this.place(time), time]);
  }

  #tell(name) {
    this.dispatchEvent(new Event(name));
  }
}
