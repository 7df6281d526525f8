"""Peak memory: reading a megabyte of text with all files written, and a transcript, which must not grow with length.

The megabyte is compared with a tenth of it, the transcript of eight minutes with that of two.
"""

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measuring import Effort, Row, in_fresh_process, interleaved, peak_gigabytes
from benchmarks.synthetic import untrained
from benchmarks.synthetic_voices import write_recording
from benchmarks.text_utterance import SENTENCE
from source.core import pretrained

BYTES = 1_000_000
LONG_MINUTES, SHORT_MINUTES = 8, 2
ROUNDS = 1  # at most, after one that does not count: peaks hardly vary


def measure(effort: Effort) -> list[Row]:
    missing = [name for name in ("minilm", "whisper") if pretrained.problem_with(pretrained.ASSETS[name])]
    if missing:
        return [Row(f"reading words (for want of {', '.join(missing)})", "GB", ())]
    with TemporaryDirectory() as name:
        return [of_text(Path(name), effort), of_transcript(Path(name), effort)]


def of_text(folder: Path, effort: Effort) -> Row:
    sizes = {"long": effort.of(BYTES), "short": effort.of(BYTES // 10)}
    for name, size in sizes.items():
        line = f"{SENTENCE} It was all I had. "
        (folder / f"{name}.txt").write_text(line * (size // len(line) + 1), encoding="utf-8")
    jobs = {name: partial(in_fresh_process, peak_of_reading, folder / f"{name}.txt", folder) for name in sizes}
    peaks = interleaved(jobs, min(effort.repetitions, ROUNDS))
    return Row("reading 1 MB of text", "GB", peaks["long"], "reading 0.1 MB", peaks["short"], "median <= 1.5")


def of_transcript(folder: Path, effort: Effort) -> Row:
    lengths = {"long": LONG_MINUTES, "short": SHORT_MINUTES}
    for name, minutes in lengths.items():
        # Not in this process, which has to stay small: see peak_gigabytes.
        in_fresh_process(write_recording, folder / f"{name}.wav", effort.of(minutes * 60), 16_000)
    jobs = {name: partial(in_fresh_process, peak_of_transcript, folder / f"{name}.wav") for name in lengths}
    peaks = interleaved(jobs, min(effort.repetitions, ROUNDS))
    what, other = (f"transcript of {minutes} minutes" for minutes in lengths.values())
    return Row(what, "GB", peaks["long"], other, peaks["short"], "ratio <= 1.1")


def peak_of_reading(text: Path, folder: Path) -> float:
    from source.results.predicting import predict

    predict(text, untrained("text"), folder / "output_files")
    return peak_gigabytes()


def peak_of_transcript(recording: Path) -> float:
    from source.text.transcript import transcribe

    transcribe(recording)
    return peak_gigabytes()
