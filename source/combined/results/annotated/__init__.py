"""The annotated video: an MP4 with a box on every face, the answer beside it, the words, the time and the sound."""

import os
from collections.abc import Callable
from contextlib import closing, suppress
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ....core.threads import ahead
from ....face.tracks import FaceTracks
from ....media.selection import WHOLE, Selection
from ....media.video.yuv import LIMITED_RANGE
from ....results.prediction import Prediction

TICK = Fraction(1, 60_000)  # second: all common frame rates come out even, and MPEG-4 takes no finer one
# The first there is. No B-frames: with them and a variable frame rate, MP4 understates how long the video is.
# x264 by a constant quantiser: its rate control takes a third longer.
ENCODERS = {"libx264": {"preset": "ultrafast", "qp": "24", "bf": "0"}, "mpeg4": {"b": "4M", "bf": "0"}}
KEY_FRAME_EVERY = 60  # frames: players jump to these
MOST_THREADS = 8


def annotated_video(
    path: Path,
    prediction: Prediction,
    face_tracks: FaceTracks,
    file: Path,
    on_progress: Callable[[int, int], None] | None = None,
    selection: Selection = WHOLE,
) -> None:
    """Write the video in `path` into `file`, an MP4: upright, every frame at its own time, with its sound.

    face_tracks: their times begin where the prediction's part of the recording does, as those of the annotated video.
    on_progress takes the seconds done and the seconds in all. A damaged video is written as far as it can be read.
    Raises ValueError where there is no picture, OSError where nothing can be written; stopped or failing it leaves no
    `file`.
    """
    import av

    if prediction.size is None:
        raise ValueError(f"{path} has no picture to draw upon")
    # The format is named: a draft's ending tells nothing. faststart: a browser shows it before it has it all.
    goal = av.open(str(file.absolute()), "w", format="mp4", options={"movflags": "+faststart"})
    try:
        _write(path, prediction, face_tracks, goal, on_progress or (lambda done, total: None), selection)
        goal.close()
    except BaseException:
        file.unlink(missing_ok=True)  # first, or for faststart closing would read and write the whole film once more
        with suppress(OSError):
            goal.close()
        raise


def _write(
    path: Path, prediction: Prediction, face_tracks: FaceTracks, goal: Any, on_progress: Callable[[int, int], None],
    selection: Selection,
) -> None:  # fmt: skip
    from ....media.video.replay import Replay
    from .scene import Scene
    from .sound_track import SoundTrack

    with Replay(path, selection) as video:
        upright, start = video.upright, prediction.start_seconds
        scene = Scene(prediction.shifted(-start), face_tracks, video.size, upright.matrix, start)
        track = PictureTrack(goal, scene.layout.size, video.average_rate, upright.matrix)
        scaled = video.converted(partial(upright.planes, goal=scene.layout.picture))
        with SoundTrack(path, goal, selection, video.jumps) as sound, closing(ahead(scaled)) as pictures:
            done, total = -1, round(prediction.seconds or 0.0)
            for picture, seconds in pictures:
                track.write(scene.draw(picture, seconds), seconds)
                sound.write_until(seconds)
                if int(seconds) > done:
                    done = int(seconds)
                    on_progress(done, max(total, done))
            on_progress(max(total, done), max(total, done))
            track.end()
            sound.write_until(float("inf"))


class PictureTrack:
    """The picture as a stream of the open PyAV container `goal`. size: width and height, even; matrix: of its YUV."""

    def __init__(self, goal: Any, size: tuple[int, int], rate: Fraction, matrix: int) -> None:
        import av

        name = next(name for name in ENCODERS if name in av.codecs_available)
        self._goal, self._last = goal, None
        self._stream = goal.add_stream(name, rate=rate.limit_denominator(1001), options=ENCODERS[name])
        self._stream.width, self._stream.height, self._stream.pix_fmt = *size, "yuv420p"
        context = self._stream.codec_context
        context.time_base, context.gop_size = TICK, KEY_FRAME_EVERY
        context.colorspace, context.color_range = matrix, LIMITED_RANGE
        context.thread_count = min(os.cpu_count() or 1, MOST_THREADS)

    def write(self, pixels: np.ndarray, seconds: float) -> None:
        """Encode a frame, YUV 4:2:0 (height * 3 / 2, width) uint8; seconds: when it is shown, rising."""
        import av

        # Not a copy: both encoders have read the pixels when they return.
        frame = av.VideoFrame.from_numpy_buffer(pixels, format="yuv420p")
        at = round(seconds / TICK)
        self._last = at if self._last is None else max(at, self._last + 1)
        frame.pts, frame.time_base = self._last, TICK
        self._goal.mux(self._stream.encode(frame))

    def end(self) -> None:
        """Encode what is left. Raises ValueError where nothing was written."""
        if self._last is None:
            raise ValueError("no frame of the picture could be read")
        self._goal.mux(self._stream.encode(None))
