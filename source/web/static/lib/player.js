// Plays the recording of a result in step with an axis of time; without one, the axis alone moves on.
import { h } from "./dom.js";

/**
 * media: a <video> or <audio>, or null; offset: seconds of the recording at which the media begins.
 * The axis's "seek" moves the media, and the media moves the axis's cursor, by the time stamps of its frames.
 * Returns {play(until), pause(), toggle(), isPlaying, rate, offset, close()}; onChange(): when it starts, stops or ends.
 */
export function player(media, axis, { offset = 0, onChange = () => {}, onFrame = () => {} } = {}) {
  let until = Infinity, frame = 0, moving = false, last = 0, rate = 1, seen = -1;
  const self = {
    offset,
    get isPlaying() {
      return media ? !media.paused && !media.ended : moving;
    },
    get rate() {
      return rate;
    },
    set rate(value) {
      rate = value;
      if (media) media.playbackRate = value;
    },
    play(end = Infinity) {
      until = end;
      if (!media && axis.cursor >= axis.end) axis.moveTo(axis.start);
      if (media) media.play().catch(() => onChange());
      else [moving, last] = [true, performance.now()];
      run();
      onChange();
    },
    pause() {
      moving = false;
      media?.pause();
      onChange();
    },
    toggle: () => (self.isPlaying ? self.pause() : self.play()),
    close() {
      cancelAnimationFrame(frame);
      axis.removeEventListener("seek", seek);
      if (!media) return;
      media.pause();
      media.removeAttribute("src"); // lets go of the connection
      media.load();
    },
  };

  const arrive = (seconds) => {
    if (Math.abs(seconds - axis.cursor) > 1e-3) axis.moveTo(seconds);
    onFrame(seconds);
    if (seconds < until) return;
    until = Infinity;
    self.pause();
  };
  const run = () => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(tick);
  };
  const tick = (now) => {
    if (media) now = media.currentTime + self.offset;
    else {
      const passed = (now - last) / 1000;
      last = now;
      now = axis.cursor + passed * rate;
    }
    if (media && seen >= 0 && Math.abs(seen - now) < 0.5) now = seen; // the frame that is on the screen, not the sound's time
    arrive(now);
    if (!media && now >= axis.end) self.pause();
    if (self.isPlaying) frame = requestAnimationFrame(tick);
  };
  const seek = () => {
    until = Infinity;
    seen = -1;
    if (media?.readyState) media.currentTime = Math.max(axis.wish - self.offset, 0);
    axis.moveTo(axis.wish);
    onFrame(axis.wish);
  };
  axis.addEventListener("seek", seek);
  if (media) {
    media.addEventListener("seeked", () => self.isPlaying || arrive(media.currentTime + self.offset)); // by keys of the device
    for (const name of ["play", "pause", "ended"]) media.addEventListener(name, () => (self.isPlaying && run(), onChange()));
    media.addEventListener("loadedmetadata", () => {
      media.playbackRate = rate;
      if (axis.cursor > axis.start) media.currentTime = Math.max(axis.cursor - self.offset, 0);
    });
    const presented = (_, { mediaTime }) => {
      seen = mediaTime + self.offset;
      onFrame(seen);
      media.requestVideoFrameCallback(presented);
    };
    media.requestVideoFrameCallback?.(presented);
  }
  return self;
}

/** A video or audio element for an address. */
export const mediaElement = (kind, address) =>
  h(kind === "audio" ? "audio" : "video", { src: address, preload: "metadata", playsinline: true, "aria-label": "The recording" });
