"""A video of 1280x720 read once, sound and five pictures a second, times real time: ours against PyAV alone.

Alone means the fewest lines of PyAV that give the same: one pass through the file, the sound resampled to 16 kHz by
FFmpeg, every fifth of a second a picture as an array. Both decode with the same number of threads. The video is the
demo picture, moving as a hand-held camera makes it, with a synthetic voice.
"""

import os
from fractions import Fraction
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.measuring import Effort, Row, in_fresh_process, interleaved, seconds
from benchmarks.synthetic_faces import frame
from benchmarks.synthetic_voices import voice

WIDTH, HEIGHT, FRAME_RATE = 1280, 720, 30
SECONDS = 10
FRAMES_PER_SECOND = 5
RATE_HZ = 16_000
SHIFT = 12  # pixels by which the picture moves, at most
UNIT = "x real time"


def measure(effort: Effort) -> list[Row]:
    length = effort.of(SECONDS, least=1)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "video.mp4"
        in_fresh_process(write_video, file, length)
        ways = {"ours": partial(by_decoder, file), "alone": partial(by_pyav, file)}
        assert ways["ours"]()[0] == ways["alone"]()[0] == length * FRAMES_PER_SECOND, "the same pictures"
        jobs = {name: lambda way=way: length / seconds(way) for name, way in ways.items()}
        rates = interleaved(jobs, effort.repetitions)
    what = f"sound and {FRAMES_PER_SECOND} pictures a second of {WIDTH}x{HEIGHT}"
    # 1 / 1.2: at most a fifth slower.
    return [Row(what, UNIT, rates["ours"], "PyAV alone", rates["alone"], "ratio >= 0.83")]


def by_decoder(file: Path) -> tuple[int, int]:
    """Return the number of frames and of samples."""
    from source.media.decoder import Decoder, Frame

    pictures, samples = 0, 0
    with Decoder(file, sample_rate_hz=RATE_HZ, frames_per_second=FRAMES_PER_SECOND) as decoder:
        for event in decoder:
            if isinstance(event, Frame):
                pictures += 1
            else:
                samples += len(event.samples)
    return pictures, samples


def by_pyav(file: Path) -> tuple[int, int]:
    """Return the same, decoded by PyAV."""
    import av

    from source.media.video.frame import DECODING_THREADS

    pictures, samples = 0, 0
    resampler = av.AudioResampler("flt", "mono", RATE_HZ)
    with av.open(str(file)) as container:
        shown, heard = container.streams.video[0], container.streams.audio[0]
        shown.codec_context.thread_type = "AUTO"
        shown.codec_context.thread_count = min(DECODING_THREADS, os.cpu_count() or 1)
        for decoded in container.decode(shown, heard):
            if isinstance(decoded, av.AudioFrame):
                samples += sum(piece.to_ndarray().shape[1] for piece in resampler.resample(decoded))
            elif decoded.time is not None and decoded.time >= pictures / FRAMES_PER_SECOND:
                pictures += len(decoded.to_ndarray(format="rgb24")) > 0
    return pictures, samples


def write_video(file: Path, length: int, sound: np.ndarray | None = None) -> None:
    """`length` seconds of the moving demo picture and a sound at RATE_HZ, a voice if none is given; H.264 and AAC."""
    import av

    still = np.pad(frame(WIDTH, HEIGHT), ((SHIFT, SHIFT), (SHIFT, SHIFT), (0, 0)), "edge")
    sound = voice(length) if sound is None else sound
    with av.open(str(file), "w") as container:
        shown = container.add_stream("libx264", rate=FRAME_RATE, options={"preset": "veryfast", "crf": "20"})
        shown.width, shown.height, shown.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        heard = container.add_stream("aac", rate=RATE_HZ, layout="mono")
        for at in range(length * FRAME_RATE):
            picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(moved(still, at)), format="rgb24")
            picture.pts, picture.time_base = at, Fraction(1, FRAME_RATE)
            start = at * RATE_HZ // FRAME_RATE
            piece = sound[None, start : (at + 1) * RATE_HZ // FRAME_RATE]
            voiced = av.AudioFrame.from_ndarray(np.ascontiguousarray(piece, np.float32), format="fltp", layout="mono")
            voiced.sample_rate, voiced.pts, voiced.time_base = RATE_HZ, start, Fraction(1, RATE_HZ)
            container.mux([*shown.encode(picture), *heard.encode(voiced)])
        container.mux([*shown.encode(None), *heard.encode(None)])


def moved(still: np.ndarray, at: int) -> np.ndarray:
    """(H, W, 3) uint8: the part of `still` that the camera sees in its frame number `at`."""
    across, down = (round(SHIFT * (1 + np.sin(at / period))) for period in (9, 7))
    return still[down : down + HEIGHT, across : across + WIDTH]
