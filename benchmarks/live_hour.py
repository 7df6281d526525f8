"""Being watched live for an hour: what is kept of it, and whether a look at the answers takes longer at its end.

It is fed faster than it happens: a face each second, a voice throughout, and words, which a stand-in for Whisper says.
Counted is what this process holds after ten minutes and at the end, and the time that a second of it takes.
"""

import statistics
import time

import numpy as np

from benchmarks.measuring import Effort, Row, in_fresh_process
from benchmarks.processes import usage_below
from benchmarks.video_prediction import missing_assets
from source.core import config

MINUTES, FIRST_MINUTES = 60, 10
RATE_HZ = 16_000
WORDS = ("this", "is", "what", "somebody", "says", "in", "an", "hour", "of", "speech", "about", "nothing", "at", "all")


def measure(effort: Effort) -> list[Row]:
    missing = missing_assets()
    if missing:
        return [Row(f"a live hour (for want of {', '.join(missing)})", "MB", ())]
    return in_fresh_process(hour, max(effort.of(MINUTES), 2))


def hour(minutes: int) -> list[Row]:
    """Feed a stream; returns the rows."""
    import os

    from source import api
    from source.combined.stream import CombinedStream
    from source.media.decoder import Decoder
    from source.media.video.frame import Frame
    from source.web.live.protocol import Hello
    from source.web.live.session import LiveSession

    frames, blocks = [], []
    with Decoder(config.INPUT_FOLDER / "demo_clip.mp4", sample_rate_hz=RATE_HZ, frames_per_second=1) as decoder:
        for event in decoder:
            (frames if isinstance(event, Frame) else blocks).append(event)
    sound = np.concatenate([block.samples for block in blocks])
    first, held, took = min(FIRST_MINUTES, minutes / 2) * 60, 0.0, []
    with CombinedStream(api.load("combined"), live=True, recogniser=Says) as stream:
        session = LiveSession(stream, Hello(audio_rate_hz=RATE_HZ))
        for second in range(minutes * 60):
            started = time.process_time()
            stream.look(frames[second % len(frames)].pixels, float(second))
            stream.samples(np.resize(np.roll(sound, -second * RATE_HZ), RATE_HZ), float(second))
            for _ in session.poll():
                pass
            took.append(time.process_time() - started)
            if second + 1 == first:
                held = usage_below(os.getpid()).gigabytes or 0.0
        grown = 1000 * ((usage_below(os.getpid()).gigabytes or 0.0) - held)
    part = len(took) // 6
    early, late = 1000 * statistics.median(took[part : 2 * part]), 1000 * statistics.median(took[-part:])
    return [
        Row(f"grown from {first / 60:g} to {minutes} minutes", "MB", (grown,), target="median <= 60"),
        Row("a second of the last sixth", "ms", (late,), "of the second sixth", (early,), "ratio <= 1.2"),
    ]


class Says:
    """Stands for Whisper: says as many words as fit."""

    language, language_probability, english_only, english_reading = "en", None, True, 1.0

    def __call__(self, samples, speech_after):
        from source.text.utterances import Word

        count, step = int(len(samples) / RATE_HZ * 2), 0.5
        said = (f" {WORDS[at % len(WORDS)]}{'.' * (at % 12 == 11)}" for at in range(count))
        return (tuple(Word(word, at * step, at * step + 0.4, 0.9) for at, word in enumerate(said)),)

    def stop(self):
        """Nothing is under way for long."""
