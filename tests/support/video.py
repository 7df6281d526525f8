"""Toy videos, written by PyAV: any container, with or without sound, turned like a phone's, of variable frame rate."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np

from source.core import config

RATE_HZ = 16_000
TICKS = 1000  # a second, for frames at times of their own
ENCODERS = {  # ending -> picture and sound
    ".mp4": ("libx264", "aac"),
    ".m4v": ("libx264", "aac"),
    ".mov": ("libx264", "aac"),
    ".mkv": ("libx264", "pcm_s16le"),
    ".avi": ("mpeg4", "pcm_s16le"),
    ".webm": ("libvpx", "libopus"),
    ".flv": ("flv1", "aac"),
    ".mpg": ("mpeg2video", "mp2"),
}
QUICK = {  # B-frames in x264's, so that frames are stored in another order than they are shown
    "libx264": {"preset": "veryfast", "crf": "18", "tune": "psnr"},
    "libvpx": {"deadline": "realtime", "cpu-used": "8", "crf": "10"},
}
CORNERS = ((230, 40, 40), (40, 200, 40), (40, 40, 230), (230, 220, 40))  # red, green; blue, yellow
FACE = (222, 118)  # its middle in the demo picture, in pixels
FACE_VIEW = 250  # pixels of the demo picture that fill a frame's height


def write_video(
    file: Path,
    *,
    seconds: float = 2,
    fps: int | Fraction = 25,
    size: tuple[int, int] | None = (320, 240),
    picture: Callable[[float], np.ndarray] | None = None,
    sound: np.ndarray | None = None,
    rotation: int = 0,
    frame_times: Sequence[float] | None = None,
    sound_starts: float = 0.0,
    encoder: str | None = None,
    pixel_format: str = "yuv420p",
    pixel_aspect: Fraction | None = None,
) -> Path:
    """Writes a video into `file` and returns it; container and codecs go by its ending, see ENCODERS.

    size: width and height of the upright picture; None: sound alone.
    picture: time in seconds -> (H, W, 3) uint8 RGB, the upright picture of `size`; default: `test_card`.
    sound: (samples,) float32 mono at 16 kHz, from `sound_starts` seconds on; None: a silent video.
    rotation: 0, 90, 180 or 270: it is stored turned, and says that it is to be turned by so many degrees
        counter-clockwise, as phones do (.mp4, .mov, .mkv).
    frame_times: when each frame is shown, in seconds, to the millisecond, instead of `seconds` * `fps` frames.
    """
    import av

    picture_codec, sound_codec = ENCODERS[file.suffix]
    with av.open(str(file), "w") as container:
        tracks = []
        if size:
            times = [at / fps for at in range(round(seconds * fps))] if frame_times is None else frame_times
            tick = 1 / Fraction(fps) if frame_times is None else Fraction(1, TICKS)
            stream = _picture_stream(container, encoder or picture_codec, size, fps, tick, rotation)
            if frame_times is not None and stream.name == "libx264":
                stream.options["bf"] = "0"  # MP4 counts its length in the order in which frames are stored
            stream.pix_fmt = pixel_format
            if pixel_aspect:
                stream.codec_context.sample_aspect_ratio = pixel_aspect
            draw = picture or (lambda time: test_card(time, size))
            tracks.append((stream, _pictures(times, tick, draw, rotation)))
        if sound is not None:
            stream = container.add_stream(sound_codec, rate=RATE_HZ, layout="mono")
            tracks.append((stream, _sounds(sound, sound_starts)))
        _encode(container, tracks)
    return file


def _picture_stream(container, encoder, size, fps, tick, rotation):
    stream = container.add_stream(encoder, rate=fps, options=QUICK.get(encoder, {}))
    stream.width, stream.height = size if rotation % 180 == 0 else size[::-1]
    stream.time_base = stream.codec_context.time_base = tick
    stream.codec_context.bit_rate = 3_000_000
    stream.codec_context.thread_count = 1
    if rotation:
        stream.set_display_rotation(rotation)
    return stream


def _pictures(times, tick, draw, rotation):
    """(time, frame) of each."""
    import av

    for time in times:
        stored = np.rot90(draw(float(time)), -rotation // 90)
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(stored), format="rgb24")
        frame.pts, frame.time_base = round(time / tick), tick
        yield time, frame


def _sounds(sound, starts):
    """(time, frame) of a tenth of a second each."""
    import av

    samples = np.clip(np.round(sound * 32_767), -32_768, 32_767).astype(np.int16)
    for start in range(0, len(samples), RATE_HZ // 10):
        frame = av.AudioFrame.from_ndarray(samples[None, start : start + RATE_HZ // 10], format="s16", layout="mono")
        frame.sample_rate, frame.time_base = RATE_HZ, Fraction(1, RATE_HZ)
        frame.pts = start + round(starts * RATE_HZ)
        yield starts + start / RATE_HZ, frame


def _encode(container, tracks):
    """In the order of time, so that picture and sound lie side by side in the file."""
    waiting = [[stream, frames, next(frames, None)] for stream, frames in tracks]
    while left := [track for track in waiting if track[2]]:
        track = min(left, key=lambda track: track[2][0])
        stream, frames, (_, frame) = track
        container.mux(stream.encode(frame))
        track[2] = next(frames, None)
    for stream, _ in tracks:
        container.mux(stream.encode(None))


def test_card(seconds: float, size: tuple[int, int] = (320, 240)) -> np.ndarray:
    """(H, W, 3) uint8 RGB: a colour of CORNERS in each quarter, in the middle a grey that brightens with time.

    The grey is 16 at 0 s and 24 brighter each second, 0 again after 9 s: which frame this is can be read from it.
    """
    width, height = size
    card = np.empty((height, width, 3), np.uint8)
    for colour, (row, column) in zip(CORNERS, ((0, 0), (0, 1), (1, 0), (1, 1)), strict=True):
        card[row * height // 2 :, column * width // 2 :] = colour
    card[: height // 2, width // 2 :] = CORNERS[1]
    card[height // 2 :, : width // 2] = CORNERS[2]
    card[height // 3 : -(height // 3), width // 3 : -(width // 3)] = round(16 + 24 * (seconds % 9))
    return card


test_card.__test__ = False  # pytest takes it for a test otherwise


def moving_face(seconds: float, size: tuple[int, int] = (320, 240)) -> np.ndarray:
    """(H, W, 3) uint8 RGB: the demo face about half as high as the frame, moving to and fro in 4 seconds."""
    from PIL import Image

    width, height = size
    view_width, swing = FACE_VIEW * width / height, np.sin(2 * np.pi * seconds / 4)
    left, top = FACE[0] - view_width / 2 + 25 * swing, max(FACE[1] - FACE_VIEW / 2 + 5 * swing, 0)
    left = float(np.clip(left, 0, 511 - view_width))
    box = (left, float(top), left + view_width, float(top) + FACE_VIEW)
    return np.array(_demo().resize(size, Image.Resampling.BILINEAR, box))


@cache
def _demo():
    from PIL import Image

    return Image.open(config.ROOT / "input_files" / "demo_astronaut.png").convert("RGB")
