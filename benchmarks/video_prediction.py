"""A video of 1280x720, 30 pictures a second, to its run folder, models loaded: times real time.

One face that moves, as a hand-held camera makes it, and a synthetic voice; the network has learnt nothing, which takes
as long. First without a transcript: only told, with all files but the annotated video, with all files; and three times
as long, for speed must not fall with length. Then what a transcript adds, against Whisper's own loop over the same
sound in memory. The voice says no words: what Whisper makes of it, and how long it tries to, is not what it does with
speech.
"""

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.measuring import Effort, Row, in_fresh_process, interleaved, seconds
from benchmarks.synthetic import untrained
from benchmarks.text_transcript import ALONE, whisper_alone
from benchmarks.video_decoding import FRAME_RATE, HEIGHT, WIDTH, write_video
from source.core import pretrained

LENGTH_SECONDS, SHORTEST_SECONDS = 20, 2
LONGER = 3  # times
ROUNDS = 3  # at most: each takes long
WITHOUT_VIDEO = ("annotated.mp4",)
WHAT, UNIT = f"{WIDTH}x{HEIGHT}, {FRAME_RATE} pictures a second", "x real time"
FASTER = "median >= 3"


def measure(effort: Effort) -> list[Row]:
    missing = missing_assets()
    if missing:
        return [Row(f"{WHAT} (for want of {', '.join(missing)})", UNIT, ())]
    length = effort.of(LENGTH_SECONDS, least=SHORTEST_SECONDS)
    with TemporaryDirectory() as name:
        file, longer, folder = Path(name) / "video.mp4", Path(name) / "longer.mp4", Path(name) / "output_files"
        in_fresh_process(write_video, file, length)
        in_fresh_process(write_video, longer, LONGER * length)
        rounds = min(effort.repetitions, ROUNDS)
        return [*without_transcript(file, longer, folder, length, rounds), of_transcript(file, rounds)]


def missing_assets() -> list[str]:
    """Names of the pretrained weights that are not in place."""
    wanted = ("face_landmarker", "minilm", "whisper")
    return [name for name in wanted if pretrained.problem_with(pretrained.ASSETS[name])]


def without_transcript(file: Path, longer: Path, folder: Path, length: int, rounds: int) -> list[Row]:
    predict, trained = predictor(), untrained("combined", modalities=("face", "audio"))
    assert predict(file, trained, write=False)[0].readings[0].modalities.keys() == {"face", "audio"}, (
        "a face and a voice"
    )
    jobs = {
        "told": partial(predict, file, trained, write=False),
        "longer": partial(predict, longer, trained, write=False),
        "most": partial(predict, file, trained, folder, without=WITHOUT_VIDEO),
        "all": partial(predict, file, trained, folder),
    }
    took = interleaved({name: partial(seconds, job) for name, job in jobs.items()}, rounds)
    lasts = {name: LONGER * length if name == "longer" else length for name in jobs}
    rates = {name: tuple(lasts[name] / value for value in values) for name, values in took.items()}
    return [
        Row(f"{WHAT}: only told", UNIT, rates["told"], target=FASTER),
        Row(f"{WHAT}: all files but the annotated video", UNIT, rates["most"], target=FASTER),
        Row(f"{WHAT}: all files", UNIT, rates["all"], target=FASTER),
        Row("three times as long: only told", UNIT, rates["longer"], "the shorter one", rates["told"], "ratio >= 0.9"),
    ]


def of_transcript(file: Path, rounds: int) -> Row:
    """Return the seconds it adds: the time with it less the time without it."""
    from source.media.sound import read_sound

    predict, waveform = predictor(), read_sound(file).waveform
    with_words, without = untrained("combined"), untrained("combined", modalities=("face", "audio"))
    jobs = {
        "with": partial(predict, file, with_words, write=False),
        "without": partial(predict, file, without, write=False),
        "alone": partial(whisper_alone, waveform),
    }
    took = interleaved({name: partial(seconds, job) for name, job in jobs.items()}, rounds)
    added = tuple(one - other for one, other in zip(took["with"], took["without"], strict=True))
    return Row("what a transcript adds", "s", added, ALONE, took["alone"], "ratio <= 1.25")


def predictor() -> Any:
    """Return the function that reads one video."""
    from source.results.predicting import predict

    return predict
