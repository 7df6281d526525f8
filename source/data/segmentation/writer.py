"""Write segments of a recording as files: H.264 and AAC in MP4, or FLAC where there is no picture.

Exact to the sample and to the frame, which copying the compressed streams would not be. One pass over the recording.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from ...media.container import MICROSECONDS, decoded, open_container, sound_stream
from ...media.video.frame import picture_stream
from .sound_frames import SoundBuffer, SoundFrames

LATE_SECONDS = 2.0  # by which a stream may lag behind the other in a file
LEAST_SECONDS = 0.001  # for which a frame is to be shown
CLOCK = Fraction(1, 90_000)  # s; the frame times of all common rates are whole numbers of it
QUALITY = {"crf": "18", "preset": "veryfast", "bf": "0"}  # no visible loss; no frames out of order
COLOURS = ("color_range", "colorspace", "color_primaries", "color_trc")


def write_segments(file: Path, spans: Mapping[Path, tuple[float, float]]) -> list[Path]:
    """Write the segment (start, end) of `file`, in seconds, to each path; return the paths with nothing to write.

    A path never names half a segment. Raises OSError where one cannot be written.
    """
    from av.error import FFmpegError

    done: set[Path] = set()
    try:
        with open_container(file) as container:
            for segment in _segments(Source(container), spans):
                if segment.finish():
                    done.add(segment.path)
    except OSError:
        raise
    except (FFmpegError, ValueError):  # what it holds can be decoded or encoded no further
        pass
    finally:
        for path in spans:
            draft_of(path).unlink(missing_ok=True)
    return [path for path in spans if path not in done]


def draft_of(path: Path) -> Path:
    """Return the path of a segment until it is whole."""
    return path.with_name(f"{path.name}.part")


def _segments(source: "Source", spans: Mapping[Path, tuple[float, float]]) -> Iterator["SegmentWriter"]:
    """Yield each segment once all its frames are there."""
    waiting = sorted((*span, path) for path, span in spans.items())
    active: list[SegmentWriter] = []
    for at, frame in source.frames():
        while waiting and waiting[0][0] <= at + LATE_SECONDS:
            start, end, path = waiting.pop(0)
            active.append(SegmentWriter(path, start, end, source))
        for segment in active:
            segment.add(at, frame)
        yield from (segment for segment in active if at > segment.end + LATE_SECONDS)
        active = [segment for segment in active if at <= segment.end + LATE_SECONDS]
    yield from active


class Source:
    """The recording that is cut: its streams, and its frames with their times."""

    def __init__(self, container: Any):
        self.container, self.picture, sound = container, picture_stream(container), sound_stream(container)
        self.sounds = SoundFrames(sound) if sound else None
        self.start = (container.start_time or 0) / MICROSECONDS
        self._streams = [stream for stream in (self.picture, sound) if stream]
        self._last_seconds = -1.0  # of the frames of the picture

    def frames(self) -> Iterator[tuple[float, Any]]:
        """Yield (seconds, frame): a video frame, or (first sample, (channels, samples) float32)."""
        for stream, frame in decoded(self.container, self._streams):
            if frame is None:  # damaged
                continue
            if self.sounds and stream.type == "audio":
                yield from self.sounds(frame, self.start)
            elif (at := self._seconds(frame)) > self._last_seconds:
                self._last_seconds = at
                yield at, frame
        if self.sounds:
            yield from self.sounds.rest()

    def _seconds(self, frame: Any) -> float:
        if frame.time is not None:
            return frame.time - self.start
        rate = self.picture.average_rate or 25
        return self._last_seconds + 1 / float(rate) if self._last_seconds >= 0 else 0.0


class SegmentWriter:
    """Write one segment; its file exists from its first frame on, under another name."""

    def __init__(self, path: Path, start: float, end: float, source: Source):
        self.path, self.start, self.end, self.source = path, start, end, source
        self.sound = SoundBuffer(source.sounds, start, end) if source.sounds else None
        self._before: Any = None  # the frame shown when the segment begins
        self._container: Any = None
        self._picture: Any = None
        self._sound: Any = None

    def add(self, at: float, frame: Any) -> None:
        """Take what belongs to the segment of a frame at `at` seconds."""
        if isinstance(frame, tuple):
            if self.sound:
                self.sound.add(*frame)
        elif at < self.start:
            self._before = frame
        elif at < self.end:
            self._encode_before(at)
            self._encode(frame, at - self.start)

    def finish(self) -> bool:
        """Write the segment under its name; False where it is empty."""
        self._encode_before(self.end)
        if not (self.sound and self.sound.samples) and not self._picture:
            return False
        self._open()
        if self._picture:
            self._container.mux(self._picture.encode(None))
        if self.sound:
            self.sound.encode(self._container, self._sound)
        self._container.close()
        draft_of(self.path).replace(self.path)
        return True

    def _encode_before(self, at: float) -> None:
        """Begin with the frame that is shown when the segment begins, if the next one comes later."""
        frame, self._before = self._before, None
        if frame is not None and self._picture is None and at > self.start + LEAST_SECONDS:
            self._encode(frame, 0.0)

    def _encode(self, frame: Any, seconds: float) -> None:
        from av.video.frame import PictureType

        self._open(frame)
        frame.pts, frame.time_base = round(seconds / CLOCK), CLOCK
        frame.pict_type = PictureType.NONE  # the encoder's to choose
        self._container.mux(self._picture.encode(frame))

    def _open(self, frame: Any = None) -> None:
        """Begin the file, with a picture like this frame if there is one."""
        import av

        if self._container:
            return
        self._container = av.open(str(draft_of(self.path)), "w", format=self.path.suffix[1:])
        if frame is not None:
            self._picture = self._add_picture(frame)
        self._sound = self.sound.add_stream(self._container, self.path.suffix) if self.sound else None

    def _add_picture(self, frame: Any) -> Any:
        original = self.source.picture
        stream = self._container.add_stream("libx264", rate=original.average_rate or 25, options=QUALITY)
        context = stream.codec_context
        # Even sides, for in 4:2:0, which every player shows, two by two pixels share a colour.
        context.width, context.height = (max(side // 2, 1) * 2 for side in (frame.width, frame.height))
        context.pix_fmt = "yuv420p"
        context.time_base = CLOCK
        if original.sample_aspect_ratio:
            context.sample_aspect_ratio = original.sample_aspect_ratio
        for name in COLOURS:
            setattr(context, name, getattr(original.codec_context, name))
        if frame.rotation:
            stream.set_display_rotation(frame.rotation)
        return stream
