"""The sound of the annotated video, in step with its picture: copied where MP4 can hold it, else encoded as AAC."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, suppress
from fractions import Fraction
from pathlib import Path
from typing import Any

from ....media import container as sound_file
from ....media.clock import start_seconds
from ....media.selection import WHOLE, Selection
from ....media.sound.reader import SoundReader
from ....media.sound.timeline import BREAK_SECONDS
from ....media.sound.tracks import open_sound

COPIED = ("aac", "mp3")  # what every common player and browser plays in an MP4; AC-3, Opus and FLAC are not that
LEAST_MP3_HZ = 16_000  # FFmpeg refuses slower MP3 in MP4
AAC_HZ = (96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000)
USUAL_HZ = 48_000
BITS_PER_SECOND = 96_000  # for each channel
# Silence where sound is missing, at its beginning and later; drift is followed.
KEPT_IN_TIME_LATER = "async=1000"
KEPT_IN_TIME = f"{KEPT_IN_TIME_LATER}:first_pts=0"


class SoundTrack(AbstractContextManager["SoundTrack"]):
    """The sound of the recording in `path`, as a stream of the open PyAV container `goal`. A context manager.

    jumps: those of the picture's clock; see StreamClock.
    """

    def __init__(self, path: Path, goal: Any, selection: Selection = WHOLE, jumps: list[float] | None = None) -> None:
        self._path, self._goal, self._selection = path, goal, selection
        self._source = container = sound_file.opened(path, lambda *_: None)
        self._packets: Iterator[Any] = iter(())
        try:
            if sound_file.sound_stream(container):
                self._source = open_sound(path, container, selection, USUAL_HZ, [] if jumps is None else jumps)
                self._packets = self._begin(self._source)
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

    def _begin(self, reader: SoundReader) -> Iterator[Any]:
        stream = reader.stream
        is_whole = (self._selection.start_seconds, self._selection.end_seconds) == (0.0, None)
        if is_whole and _can_be_copied(stream) and _is_without_breaks(self._path, stream.index):
            return self._copied(reader, self._goal.add_stream_from_template(stream))
        rate = stream.rate if stream.rate in AAC_HZ else USUAL_HZ
        layout = "mono" if stream.channels == 1 else "stereo"
        target = self._goal.add_stream("aac", rate=rate, layout=layout)
        target.bit_rate = BITS_PER_SECOND * target.channels
        return self._encoded(reader, target)

    def _copied(self, reader: SoundReader, target: Any) -> Iterator[Any]:
        # The recording's beginning in the stream's ticks: what the picture's times count from too.
        start = round(Fraction(start_seconds(reader.container)) / reader.stream.time_base)
        last = None
        for packet in _packets(reader.container, reader.stream):
            if packet.dts is None or (last is not None and packet.dts <= last):  # damaged: MP4 takes rising times only
                continue
            last = packet.dts
            packet.pts, packet.dts = (packet.dts if packet.pts is None else packet.pts) - start, packet.dts - start
            packet.stream = target
            yield packet

    def _encoded(self, reader: SoundReader, target: Any) -> Iterator[Any]:
        for frame in _resampled(self._frames(reader), target):
            yield from target.encode(frame)
        yield from target.encode(None)

    def _frames(self, reader: SoundReader) -> Iterator[Any]:
        """Yield decoded sound at its times from the beginning of the selection on, without what is damaged."""
        start, end = self._selection.start_seconds, self._selection.end_seconds
        for timed in reader.timed():
            if end is not None and timed.seconds >= end:
                return
            frame = timed.frame
            frame.time_base = Fraction(1, frame.sample_rate)
            frame.pts = round((timed.seconds - start) * frame.sample_rate)
            yield frame


def _can_be_copied(stream: Any) -> bool:
    context, name = stream.codec_context, stream.codec_context.codec.canonical_name
    if name == "mp3":
        return context.sample_rate >= LEAST_MP3_HZ
    return name in COPIED and (name != "aac" or bool(context.extradata))  # without: as broadcast, not as in a file


def _is_without_breaks(path: Path, index: int) -> bool:
    """Return whether the sound goes on all the time; many players pass over a gap in an MP4 as if it were none."""
    with sound_file.open_container(path) as container:
        stream, expected = container.streams[index], None
        for packet in _packets(container, stream):
            if packet.dts is None or not packet.duration:
                continue
            if expected is not None and abs(float((packet.dts - expected) * stream.time_base)) > BREAK_SECONDS:
                return False
            expected = packet.dts + packet.duration
    return True


def _packets(source: Any, stream: Any) -> Iterator[Any]:
    """Yield what can be read: of a file that breaks off, the sound up to there."""
    from av.error import FFmpegError

    with suppress(FFmpegError, ValueError, IndexError):  # PyAV raises all three at what is damaged
        yield from source.demux(stream)


def _resampled(frames: Iterable[Any], target: Any) -> Iterator[Any]:
    """Yield the sound in the rate and the layout of the stream `target`, without gaps, from 0 s on."""
    graph: Any = None
    form = None
    for frame in frames:
        next_form = frame.sample_rate, frame.format.name, frame.layout.name
        if next_form != form:
            yield from _pulled(graph, is_last=True) if graph else ()
            graph, form = _graph(frame, target, KEPT_IN_TIME if graph is None else KEPT_IN_TIME_LATER), next_form
        graph.push(frame)
        yield from _pulled(graph)
    yield from _pulled(graph, is_last=True) if graph else ()


def _graph(frame: Any, target: Any, kept_in_time: str) -> Any:
    """Build the filter; its clock is that of the first frame."""
    from av.filter import Graph

    graph = Graph()
    source = graph.add_abuffer(
        sample_rate=frame.sample_rate, format=frame.format.name, layout=frame.layout.name, time_base=frame.time_base
    )
    rate, layout = target.rate, target.layout.name
    clock = graph.add("aresample", f"{rate}:{kept_in_time}")
    form = graph.add("aformat", f"sample_fmts=fltp:sample_rates={rate}:channel_layouts={layout}")
    graph.link_nodes(source, clock, form, graph.add("abuffersink")).configure()
    return graph


def _pulled(graph: Any, is_last: bool = False) -> Iterator[Any]:
    """Yield what the filter has finished; is_last: all that it still holds."""
    from av.error import BlockingIOError, EOFError

    if is_last:
        graph.push(None)
    while True:
        try:
            yield graph.pull()
        except (BlockingIOError, EOFError):
            return
