"""Peak memory: predicting half an hour of voice at 8 kHz with all files written, and preprocessing by two processes.

The half hour is compared with five minutes, for the peak must not grow with the length, and with librosa, which does
no more than load it. Without the encoder, whose memory does not depend on the length. Preprocessing is compared with
the bare loop of voice_preprocessing over a few of the same clips.
"""

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.encoders import ENCODERS, can_measure, not_measured
from benchmarks.measuring import Effort, Row, in_fresh_process, interleaved, peak_gigabytes
from benchmarks.store_made import WORKERS
from benchmarks.synthetic import CORPUS, untrained
from benchmarks.synthetic_voices import write_clips, write_recording
from benchmarks.voice_preprocessing import ALONE, CLIP_SECONDS, preprocessed_voices, rate_alone

LONG_MINUTES, SHORT_MINUTES = 30, 5
RATE_HZ = 8_000
CLIPS = 1024  # more than are under way at a time
CLIPS_ALONE = 8
ROUNDS = 1  # at most, after one that does not count: half an hour takes long, and peaks hardly vary


def measure(effort: Effort) -> list[Row]:
    with TemporaryDirectory() as name:
        return [*of_prediction(Path(name), effort), *of_preprocessing(Path(name), effort)]


def of_prediction(folder: Path, effort: Effort) -> list[Row]:
    long, short = folder / "long.wav", folder / "short.wav"
    for file, minutes in ((long, LONG_MINUTES), (short, SHORT_MINUTES)):
        # Not in this process, which has to stay small: see peak_gigabytes.
        in_fresh_process(write_recording, file, effort.of(minutes * 60), RATE_HZ)
    jobs = {
        "long": partial(in_fresh_process, peak_of_prediction, long, folder),
        "short": partial(in_fresh_process, peak_of_prediction, short, folder),
        "librosa": partial(in_fresh_process, peak_of_loading, long),
    }
    peaks = interleaved(jobs, min(effort.repetitions, ROUNDS))
    what = f"prediction of {LONG_MINUTES} minutes"
    return [
        Row(what, "GB", peaks["long"], "librosa.load of them alone", peaks["librosa"], "median <= 1.5"),
        Row(what, "GB", peaks["long"], f"prediction of {SHORT_MINUTES} minutes", peaks["short"], "ratio <= 1.1"),
    ]


def of_preprocessing(folder: Path, effort: Effort) -> list[Row]:
    in_fresh_process(write_clips, folder / "extracted_audio" / CORPUS, effort.of(CLIPS, least=256), CLIP_SECONDS)
    rows = []
    for encoder, said in ENCODERS.items():
        what = f"preprocessing, {WORKERS} workers, {said}"
        if not can_measure(encoder):
            rows.append(not_measured(what, "GB"))
            continue
        jobs = {
            "ours": partial(in_fresh_process, peak_of_preprocessing, folder, encoder),
            "alone": partial(in_fresh_process, peak_of_features, folder, encoder),
        }
        peaks = interleaved(jobs, min(effort.repetitions, ROUNDS))
        target = "median <= 1" if encoder == "none" else ""
        rows.append(Row(what, "GB", peaks["ours"], ALONE[encoder], peaks["alone"], target))
    return rows


def peak_of_prediction(recording: Path, folder: Path) -> float:
    from source.results.predicting import predict

    predict(recording, untrained("audio", encoder="none", use_mfcc=True), folder / "output_files")
    return peak_gigabytes()


def peak_of_loading(recording: Path) -> float:
    import librosa

    librosa.load(recording, sr=16_000)
    return peak_gigabytes()


def peak_of_preprocessing(folder: Path, encoder: str) -> float:
    preprocessed_voices(folder, encoder)
    return peak_gigabytes(WORKERS)


def peak_of_features(folder: Path, encoder: str) -> float:
    rate_alone(folder, encoder, CLIPS_ALONE)
    return peak_gigabytes()
