"""Preprocessing, times real time: clips of 3 seconds, from WAV files to a store, by two processes, without copies.

The alternative makes the same features in a bare loop on one core: soundfile reads, torchaudio and scipy make the MFCC
and their differences, and Whisper's own encoder is run where ours is; no silence is trimmed, no level made equal,
nothing is checked or written.
"""

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.bare_features import torchaudio_features, whisper_features
from benchmarks.encoders import ENCODERS, can_measure, not_measured
from benchmarks.measuring import Effort, Row, in_fresh_process, interleaved, seconds
from benchmarks.store_made import WORKERS, Run, keep_to_one_core, preprocessed
from benchmarks.synthetic import CORPUS
from benchmarks.synthetic_voices import write_clips
from source.core.spec import spec_of
from source.data.preprocessing import CLIPS_PER_JOB

CLIP_SECONDS = 3
CHUNKS = {"none": 16, "small": 3}  # for each worker in a round
CLIPS_ALONE = {"none": 512, "small": 96}  # that the alternative reads in a round
ALONE = {"none": "bare loop, 1 core", "small": "bare loop with Whisper's encoder, 1 core"}
TARGETS = {"none": "median >= 100", "small": ""}
UNIT = "x real time"


def measure(effort: Effort) -> list[Row]:
    return [row for encoder in ENCODERS for row in measured(encoder, effort)]


def measured(encoder: str, effort: Effort) -> list[Row]:
    what = f"{WORKERS} workers, {ENCODERS[encoder]}"
    if not can_measure(encoder):
        return [not_measured(what, UNIT)]
    with TemporaryDirectory() as name:
        folder, count = Path(name), WORKERS * CLIPS_PER_JOB * effort.of(CHUNKS[encoder], least=2)
        write_clips(folder / "extracted_audio" / CORPUS, count, CLIP_SECONDS)
        jobs = {
            "ours": partial(in_fresh_process, preprocessed_voices, folder, encoder),
            "alone": partial(in_fresh_process, rate_alone, folder, encoder, effort.of(CLIPS_ALONE[encoder])),
        }
        went = interleaved(jobs, effort.repetitions)
    alternative = ALONE[encoder], went["alone"]
    rates, whole_rates = (
        tuple(getattr(run, rate) * CLIP_SECONDS for run in went["ours"]) for rate in ("rate", "whole_rate")
    )
    return [
        Row(what, UNIT, rates, *alternative, target=TARGETS[encoder]),
        Row("the same with start-up", UNIT, whole_rates, *alternative),
    ]


def preprocessed_voices(folder: Path, encoder: str) -> Run:
    """Preprocess the clips in `folder` as the command does, save that there are no altered copies."""
    return preprocessed("audio", folder, encoder=encoder, use_mfcc=True, augmented_copies=0)


def rate_alone(folder: Path, encoder: str, most: int) -> float:
    """Seconds of voice a second of the alternative, on one core."""
    import soundfile

    keep_to_one_core()
    ways = [torchaudio_features(spec_of("audio").default_settings)]
    files = sorted((folder / "extracted_audio" / CORPUS).glob("*.wav"))[:most]
    if encoder != "none":
        ways.append(whisper_features(soundfile.info(files[0]).frames))

    def read(file):
        waveform, _ = soundfile.read(file, dtype="float32")
        return [way(waveform) for way in ways]

    read(files[0])  # the first call sets things up
    return CLIP_SECONDS / (sum(seconds(partial(read, file)) for file in files) / len(files))
