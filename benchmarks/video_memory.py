"""Peak memory: a video of 1280x720 with a face and a voice, faces, voice and words read and all files written.

Ten minutes are compared with two, for the peak must not grow with the length. Each in a process of its own, its models
included. The voice is synthetic and says no words.
"""

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measuring import Effort, Row, in_fresh_process, peak_gigabytes
from benchmarks.synthetic import untrained
from benchmarks.video_decoding import HEIGHT, WIDTH, write_video
from benchmarks.video_prediction import missing_assets

LONG_MINUTES, SHORT_MINUTES = 10, 2
CLIP_SECONDS = 16  # which is a whole number of pictures and of AAC's frames: it is shown again and again


def measure(effort: Effort) -> list[Row]:
    what, other = (f"{WIDTH}x{HEIGHT}, {minutes} minutes" for minutes in (LONG_MINUTES, SHORT_MINUTES))
    missing = missing_assets()
    if missing:
        return [Row(f"{what} (for want of {', '.join(missing)})", "GB", ())]
    with TemporaryDirectory() as name:
        clip = Path(name) / "clip.mp4"
        # Not in this process, which has to stay small: see peak_gigabytes.
        in_fresh_process(write_video, clip, CLIP_SECONDS)
        peaks = partial(peak_of, Path(name), clip, effort)
        long, short = peaks(LONG_MINUTES), peaks(SHORT_MINUTES)  # once each: peaks hardly vary
    return [
        Row(what, "GB", long, target="median <= 1.5"),
        Row(what, "GB", long, other, short, "ratio <= 1.1"),
    ]


def peak_of(folder: Path, clip: Path, effort: Effort, minutes: int) -> tuple[float]:
    file = folder / f"{minutes} minutes.mp4"
    in_fresh_process(write_again_and_again, clip, file, round(effort.of(minutes * 60) / CLIP_SECONDS + 0.5))
    return (in_fresh_process(peak_of_prediction, file, folder / "output_files"),)


def peak_of_prediction(file: Path, folder: Path) -> float:
    from source.results.predicting import predict

    predict(file, untrained("combined"), folder)
    return peak_gigabytes()


def write_again_and_again(clip: Path, file: Path, times: int) -> None:
    """Write the clip so many times in a row, without encoding it again."""
    import av

    with av.open(str(clip)) as source, av.open(str(file), "w") as goal:
        streams = {stream.index: goal.add_stream_from_template(stream) for stream in source.streams}
        last = dict.fromkeys(streams, float("-inf"))
        for turn in range(times):
            source.seek(0)
            for packet in source.demux():
                if packet.dts is None or packet.pts is None or not packet.time_base:
                    continue
                later = round(turn * CLIP_SECONDS / packet.time_base)
                packet.dts, packet.pts = packet.dts + later, packet.pts + later
                if packet.dts > last[packet.stream.index]:  # AAC begins with a frame from before the beginning
                    last[packet.stream.index] = packet.dts
                    packet.stream = streams[packet.stream.index]
                    goal.mux(packet)
