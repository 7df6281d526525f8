"""A recording packed anew, without a change of what was recorded.

Browsers write recordings as a stream: without a length and without the index that a player seeks by, and if they are
stopped half-way the last packet is torn.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .container import open_container

OPTIONS = {  # so that a player finds the index at the beginning
    ".webm": {"cues_to_front": "1"},
    ".mkv": {"cues_to_front": "1"},
    ".mp4": {"movflags": "+faststart"},
}
OPTIONS |= {".weba": OPTIONS[".webm"], ".mka": OPTIONS[".mkv"], ".m4a": OPTIONS[".mp4"]}
FORMATS = {".weba": "webm", ".mka": "matroska", ".m4a": "mp4"}  # where FFmpeg does not know them by their endings


def remuxed(file: Path, target: Path) -> Path:
    """Write what can be read of a recording into `target`, in the container that its ending names, and return that.

    Raises av.FFmpegError or ValueError where nothing can be read, or where the container cannot hold it.
    """
    import av

    how = {"format": FORMATS.get(target.suffix), "options": OPTIONS.get(target.suffix, {})}
    with open_container(file) as came, av.open(str(target.absolute()), "w", **how) as made:
        streams = {one.index: made.add_stream_from_template(one) for one in _streams(came)}
        last: dict[int, int] = {}
        for packet in _packets(came, list(streams)):
            index = packet.stream.index
            if packet.dts <= last.get(index, packet.dts - 1):  # a muxer takes them in order alone
                continue
            last[index] = packet.dts
            packet.stream = streams[index]
            made.mux(packet)
    return target


def _streams(container: Any) -> list[Any]:
    return [one for one in (*container.streams.video, *container.streams.audio) if one.codec_context]


def _packets(container: Any, indexes: list[int]) -> Iterator[Any]:
    """Yield the packets of these streams until the file ends or breaks off."""
    from av.error import FFmpegError

    packets = container.demux([container.streams[index] for index in indexes])
    while True:
        try:
            packet = next(packets, None)
        except (FFmpegError, ValueError, IndexError):
            return
        if packet is None:
            return
        if packet.dts is not None and packet.size:
            yield packet
