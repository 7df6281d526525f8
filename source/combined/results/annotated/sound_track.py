"""The sound of the annotated video, in step with its picture: copied where MP4 can hold it, else encoded as AAC."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, suppress
from fractions import Fraction
from pathlib import Path
from typing import Any

from ....media import container as sound_file

COPIED = ("aac", "mp3")  # what every common player and browser plays in an MP4; AC-3, Opus and FLAC are not that
LEAST_MP3_HZ = 16_000  # FFmpeg refuses slower MP3 in MP4
AAC_HZ = (96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000)
USUAL_HZ = 48_000
BITS_PER_SECOND = 96_000  # for each channel
# Silence where the recording's own clock says that sound is missing, at its beginning and later.
KEPT_IN_TIME = "async=1000:first_pts=0"


class SoundTrack(AbstractContextManager["SoundTrack"]):
    """The sound of the recording in `path`, as a stream of the open PyAV container `goal`. A context manager."""

    def __init__(self, path: Path, goal: Any) -> None:
        self._goal, self._source = goal, sound_file.opened(path, lambda *_: None)
        try:
            self._packets = self._begin()
        except BaseException:
            self._source.close()
            raise
        self._next = next(self._packets, None)

    def __exit__(self, *_: object) -> None:
        self._source.close()

    def write_until(self, seconds: float) -> None:
        """Write the sound up to that time, so that picture and sound lie side by side in the file."""
        while self._next is not None and float(self._next.dts * self._next.time_base) < seconds:
            self._goal.mux(self._next)
            self._next = next(self._packets, None)

    def _begin(self) -> Iterator[Any]:
        stream: Any = sound_file.sound_stream(self._source)
        if stream is None:
            return iter(())
        if _can_be_copied(stream):
            return self._copied(stream, self._goal.add_stream_from_template(stream))
        rate = stream.rate if stream.rate in AAC_HZ else USUAL_HZ
        layout = "mono" if stream.channels == 1 else "stereo"
        target = self._goal.add_stream("aac", rate=rate, layout=layout)
        target.bit_rate = BITS_PER_SECOND * target.channels
        return self._encoded(stream, target)

    def _copied(self, stream: Any, target: Any) -> Iterator[Any]:
        start, last = _origin(self._source, stream), None
        for packet in _packets(self._source, stream):
            if packet.dts is None or (last is not None and packet.dts <= last):  # damaged: MP4 takes rising times only
                continue
            last = packet.dts
            packet.pts, packet.dts = (packet.dts if packet.pts is None else packet.pts) - start, packet.dts - start
            packet.stream = target
            yield packet

    def _encoded(self, stream: Any, target: Any) -> Iterator[Any]:
        for frame in _resampled(_frames(self._source, stream), target):
            yield from target.encode(frame)
        yield from target.encode(None)


def _can_be_copied(stream: Any) -> bool:
    context, name = stream.codec_context, stream.codec_context.codec.canonical_name
    if name == "mp3":
        return context.sample_rate >= LEAST_MP3_HZ
    return name in COPIED and (name != "aac" or bool(context.extradata))  # without: as broadcast, not as in a file


def _origin(source: Any, stream: Any) -> int:
    """Return the recording's beginning in the stream's ticks: what the picture's times count from too."""
    return round(Fraction(source.start_time or 0, sound_file.MICROSECONDS) / stream.time_base)


def _packets(source: Any, stream: Any) -> Iterator[Any]:
    """Yield what can be read: of a file that breaks off, the sound up to there."""
    from av.error import FFmpegError

    with suppress(FFmpegError, ValueError, IndexError):  # PyAV raises all three at what is damaged
        yield from source.demux(stream)


def _frames(source: Any, stream: Any) -> Iterator[Any]:
    """Yield decoded sound, counted from the recording's beginning, without what is damaged."""
    start = _origin(source, stream)
    for _, frame in sound_file.decoded(source, [stream]):
        if frame:
            frame.pts = None if frame.pts is None else frame.pts - start
            yield frame


def _resampled(frames: Iterable[Any], target: Any) -> Iterator[Any]:
    """Yield the sound in the rate and the layout of the stream `target`, without gaps, from 0 s on."""
    graph = None
    for frame in frames:
        graph = graph or _graph(frame, target)
        graph.push(frame)
        yield from _pulled(graph)
    if graph:
        graph.push(None)
        yield from _pulled(graph)


def _graph(frame: Any, target: Any) -> Any:
    """Build the filter; its clock is that of the first frame."""
    from av.filter import Graph

    graph = Graph()
    source = graph.add_abuffer(
        sample_rate=frame.sample_rate, format=frame.format.name, layout=frame.layout.name, time_base=frame.time_base
    )
    rate, layout = target.rate, target.layout.name
    clock = graph.add("aresample", f"{rate}:{KEPT_IN_TIME}")
    form = graph.add("aformat", f"sample_fmts=fltp:sample_rates={rate}:channel_layouts={layout}")
    graph.link_nodes(source, clock, form, graph.add("abuffersink")).configure()
    return graph


def _pulled(graph: Any) -> Iterator[Any]:
    """Yield what the filter has finished."""
    from av.error import BlockingIOError, EOFError

    while True:
        try:
            yield graph.pull()
        except (BlockingIOError, EOFError):
            return
