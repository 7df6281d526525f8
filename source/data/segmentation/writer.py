"""Stretches of a recording as files of their own: H.264 and AAC in MP4, or FLAC where there is no picture.

Cut to the sample and to the frame, which copying the compressed streams could not do. One pass over the recording.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from .probe import MICROSECONDS, opened, picture_of
from .sound_frames import SoundFrames, SoundPiece

LATE_SECONDS = 2.0  # by which a stream may lag behind the other in a file
LEAST_SECONDS = 0.001  # that a picture is to be seen
CLOCK = Fraction(1, 90_000)  # s; the times of all usual frame rates are whole numbers of it
QUALITY = {"crf": "18", "preset": "veryfast", "bf": "0"}  # no loss that is seen; no frames out of order
COLOURS = ("color_range", "colorspace", "color_primaries", "color_trc")


def write_pieces(file: Path, spans: Mapping[Path, tuple[float, float]]) -> list[Path]:
    """Write a piece of `file` to each path: from when to before when, in seconds; returns those with nothing to write.

    A path never names half a piece. Raises OSError where one cannot be written.
    """
    from av.error import FFmpegError

    done: set[Path] = set()
    try:
        with opened(file) as container:
            for piece in _pieces(Source(container), spans):
                if piece.finish():
                    done.add(piece.path)
    except OSError:
        raise
    except (FFmpegError, ValueError):  # what it holds can be decoded or encoded no further
        pass
    finally:
        for path in spans:
            draft_of(path).unlink(missing_ok=True)
    return [path for path in spans if path not in done]


def draft_of(path: Path) -> Path:
    """Where a piece lies until it is whole."""
    return path.with_name(f"{path.name}.part")


def _pieces(source: "Source", spans: Mapping[Path, tuple[float, float]]) -> Iterator["Piece"]:
    """Each piece when all its frames have come."""
    waiting = sorted((*span, path) for path, span in spans.items())
    under_way: list[Piece] = []
    for at, frame in source.frames():
        while waiting and waiting[0][0] <= at + LATE_SECONDS:
            start, end, path = waiting.pop(0)
            under_way.append(Piece(path, start, end, source))
        for piece in under_way:
            piece.add(at, frame)
        yield from (piece for piece in under_way if at > piece.end + LATE_SECONDS)
        under_way = [piece for piece in under_way if at <= piece.end + LATE_SECONDS]
    yield from under_way


class Source:
    """The recording that is cut: its streams, and its frames with their times."""

    def __init__(self, container: Any):
        self.container = container
        self.picture: Any = picture_of(container)
        self.sound = container.streams.best("audio")
        self.sounds = SoundFrames(self.sound) if self.sound and self.sound.codec_context else None
        self.start = (container.start_time or 0) / MICROSECONDS
        self.pictures_at = -1.0  # when the picture before was shown

    def frames(self) -> Iterator[tuple[float, Any]]:
        """Time in seconds, and a video frame or (first sample, (channels, samples) float32)."""
        from av.error import FFmpegError

        streams = [stream for stream in (self.picture, self.sound if self.sounds else None) if stream]
        packets = self.container.demux(*streams)
        while True:
            try:
                packet = next(packets, None)
            except (FFmpegError, ValueError):  # where the file breaks off is its end
                break
            if packet is None:
                break
            try:
                decoded = packet.decode()
            except (FFmpegError, ValueError):  # what is damaged is passed over
                continue
            yield from self._timed(decoded, packet.stream)
        if self.sounds:
            yield from self.sounds.rest()

    def _timed(self, frames, stream):
        for frame in frames:
            if stream.type == "audio" and self.sounds:
                yield from self.sounds(frame, self.start)
            elif (at := self._shown(frame)) > self.pictures_at:
                self.pictures_at = at
                yield at, frame

    def _shown(self, frame):
        if frame.time is not None:
            return frame.time - self.start
        rate = self.picture.average_rate or 25
        return self.pictures_at + 1 / float(rate) if self.pictures_at >= 0 else 0.0


class Piece:
    """One piece while it is written; the file is there from its first frame on, under another name."""

    def __init__(self, path: Path, start: float, end: float, source: Source):
        self.path, self.start, self.end, self.source = path, start, end, source
        self.sound = SoundPiece(source.sounds, start, end) if source.sounds else None
        self._before: Any = None
        self._container: Any = None
        self._picture: Any = None
        self._sound: Any = None

    def add(self, at: float, frame: Any) -> None:
        """Take what of the frame, which is of the time `at`, is in the piece."""
        if isinstance(frame, tuple):
            if self.sound:
                self.sound.add(*frame)
        elif at < self.start:
            self._before = frame
        elif at < self.end:
            self._show_before(at)
            self._show(frame, at - self.start)

    def finish(self) -> bool:
        """Write the piece under its name; False where nothing is in it."""
        self._show_before(self.end)
        heard = self.sound is not None and self.sound.samples > 0
        if not heard and not self._picture:
            return False
        self._open()
        if self._picture:
            self._container.mux(self._picture.encode(None))
        if self.sound:
            self.sound.encode(self._container, self._sound)
        self._container.close()
        draft_of(self.path).replace(self.path)
        return True

    def _show_before(self, at):
        """The picture that was to be seen when the piece begins, where the next one comes later."""
        frame, self._before = self._before, None
        if frame is not None and self._picture is None and at > self.start + LEAST_SECONDS:
            self._show(frame, 0.0)

    def _show(self, frame, seconds):
        from av.video.frame import PictureType

        self._open(frame)
        frame.pts, frame.time_base = round(seconds / CLOCK), CLOCK
        frame.pict_type = PictureType.NONE  # the encoder's to choose
        self._container.mux(self._picture.encode(frame))

    def _open(self, frame=None):
        """Begin the file, with a picture of this frame's kind if there is one."""
        import av

        if self._container:
            return
        self._container = av.open(str(draft_of(self.path)), "w", format=self.path.suffix[1:])
        if frame is not None:
            self._picture = self._picture_stream(frame)
        self._sound = self.sound.stream(self._container, self.path.suffix) if self.sound else None

    def _picture_stream(self, frame):
        original = self.source.picture
        stream = self._container.add_stream("libx264", rate=original.average_rate or 25, options=QUALITY)
        context = stream.codec_context
        context.width, context.height = _even(frame.width), _even(frame.height)
        context.pix_fmt = "yuv420p"  # what every player shows
        context.time_base = CLOCK
        if original.sample_aspect_ratio:
            context.sample_aspect_ratio = original.sample_aspect_ratio
        for name in COLOURS:
            setattr(context, name, getattr(original.codec_context, name))
        if frame.rotation:
            stream.set_display_rotation(frame.rotation)
        return stream


def _even(pixels):
    """A side as this kind of picture can have it: two by two they share a colour."""
    return max(pixels // 2, 1) * 2
