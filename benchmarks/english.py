"""How well English is told from other languages by an English-only transcriber; makes the weights that do it.

    python -m benchmarks.english RECORDINGS.csv --count 1200

RECORDINGS.csv has `path`, `language` (ISO 639-1), `source` (the corpus) and `speaker`. Each recording is one of these,
or several of one speaker; a fifth goes through the rooms, noise and telephones of training. A ridge regression reads
what tiny.en's encoder hears. The figures are of sources, and other languages than English, that it did not learn from.
Nothing here is timed, and it is not part of `python -m benchmarks`.
"""

import argparse
import csv
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from source.audio.channels import after_the_microphone, before_the_microphone
from source.audio.perturbation import add_noise
from source.media.sound import read_sound
from source.media.sound.speech_activity import Speech
from source.media.sound.whisper import speech_model
from source.text.transcript import transcribe_stream
from source.text.transcript.english import ENCODER_SHARE, ENGLISH_FROM, statistics
from source.text.transcript.recogniser import SAMPLE_RATE_HZ, Recogniser, Segments

MOST_SECONDS = 24.0  # of a recording
PENALTY = 1.0  # of the ridge regression on standardised features, whose weights sum to one
LONG_SECONDS = 5.0
ENGLISH = "en"


class Ear(Recogniser):
    """Keeps the statistics that `english` reads, and withholds no words."""

    def __init__(self) -> None:
        super().__init__(speech_model())
        self.english_only, self._english = False, None
        self.heard: list[np.ndarray] = []

    def _recognise(self, samples: np.ndarray) -> Segments:
        self._seconds = len(samples) / SAMPLE_RATE_HZ
        return super()._recognise(samples)

    def _encode(self, mel):  # noqa: ANN001, ANN202
        features = super()._encode(mel)
        self.heard.append(statistics(features[0], self._seconds))
        return features


def recording(clips: list[dict[str, str]], rng: np.random.Generator) -> tuple[dict[str, str], np.ndarray]:
    """Return a row of the table and a recording of that speaker, (samples,) float32: a clip, or some of them.

    English is as likely as all else; within each a source is as likely as the root of its number of clips.
    """
    sources = defaultdict(list)
    for clip in clips:
        sources[clip["source"], clip["language"] == ENGLISH].append(clip)
    is_english = rng.random() < 0.5
    side = [key for key in sorted(sources) if key[1] == is_english]
    sizes = np.sqrt([len(sources[key]) for key in side])
    first = rng.choice(sources[side[rng.choice(len(side), p=sizes / sizes.sum())]])
    same = [clip for clip in clips if all(clip[name] == first[name] for name in ("source", "speaker", "language"))]
    parts = [first, *rng.permutation(same)] if rng.random() < 0.4 else [first]
    waves, most = [], rng.uniform(6, MOST_SECONDS) * SAMPLE_RATE_HZ
    for part in parts:
        if not waves or sum(map(len, waves)) < most:
            waves.append(read_sound(Path(part["path"]), SAMPLE_RATE_HZ).waveform)
    wave = np.concatenate(waves)[: round(MOST_SECONDS * SAMPLE_RATE_HZ)]
    if rng.random() < 0.2:
        wave = before_the_microphone(wave, SAMPLE_RATE_HZ, rng)
        wave = add_noise(wave, rng.uniform(5, 25), rng) if rng.random() < 0.7 else wave
        wave = after_the_microphone(wave.astype(np.float32), SAMPLE_RATE_HZ, rng)
    return first, wave.astype(np.float32)


def made(table: Path, count: int, kept: Path) -> list[dict[str, Any]]:
    """Return a row for each recording in which somebody speaks; what `kept` has is not made again."""
    with table.open(newline="", encoding="utf-8") as lines:
        clips = list(csv.DictReader(lines))
    rows = [json.loads(line) for line in kept.read_text().splitlines()] if kept.is_file() else []
    with kept.open("a", buffering=1) as lines:
        for number in range(len(rows), count):
            clip, wave = recording(clips, np.random.default_rng(number))
            ear, speech = Ear(), Speech(SAMPLE_RATE_HZ)
            document = transcribe_stream([wave], speech, ear)
            words = [word.probability for utterance in document.utterances for word in utterance.words]
            seconds = speech.samples(0, len(wave)) / SAMPLE_RATE_HZ
            rows.append({name: clip[name] for name in ("source", "language", "path")} | {
                "seconds": seconds, "words": float(np.mean(words)) if words else None,
                "x": [row.round(4).tolist() for block in ear.heard for row in block.astype(np.float64)],
            })  # fmt: skip
            lines.write(json.dumps(rows[-1]) + "\n")
    return [row for row in rows if row["x"]]


def fitted(rows: list[dict[str, Any]]) -> tuple[np.ndarray, float]:
    """Return weights (768,) and bias of a ridge regression to 1 for English, -1 for others.

    English and the rest count alike, within each the sources by the root of their size.
    """
    x = np.concatenate([row["x"] for row in rows])
    of = np.concatenate([np.full(len(row["x"]), at) for at, row in enumerate(rows)])
    english = np.array([row["language"] == ENGLISH for row in rows])[of]
    source = np.array([row["source"] for row in rows])[of]
    weights = np.zeros(len(x))
    for is_english in (True, False):
        side = english == is_english
        for name in set(source[side]):
            inside = side & (source == name)
            weights[inside] = inside.sum() ** -0.5
        weights[side] /= 2 * weights[side].sum()
    mean = weights @ x
    deviation = np.sqrt(weights @ (x - mean) ** 2) + 1e-6
    scaled = (x - mean) / deviation * np.sqrt(weights)[:, None]
    target = np.where(english, 1.0, -1.0) * np.sqrt(weights)
    weight = np.linalg.solve(scaled.T @ scaled + PENALTY * np.eye(x.shape[1]), scaled.T @ target) / deviation
    return weight, float(-mean @ weight)


def report(rows: list[dict[str, Any]]) -> None:
    """Print how many recordings with words are withheld, each source and each other language left out in turn."""
    families = np.array([row["source"].split("-")[0] for row in rows])  # asterisk-es and asterisk-fr
    languages = np.array([row["language"] for row in rows])
    sums = np.full(len(rows), np.nan)
    for family in sorted(set(families)):
        foreign = set(languages[families == family]) - {ENGLISH}
        learnt = (families != family) & ~np.isin(languages, list(foreign))
        weight, bias = fitted([row for row, chosen in zip(rows, learnt, strict=True) if chosen])
        for at in np.flatnonzero(families == family):
            if rows[at]["words"] is not None:
                sums[at] = rows[at]["words"] + ENCODER_SHARE * (float(np.mean(np.array(rows[at]["x"]) @ weight)) + bias)
        _print(f"{family}, ", sums, languages, families == family)
    long = np.array([row["seconds"] >= LONG_SECONDS for row in rows])
    for name, chosen in (("", ~np.isnan(sums)), (f"at least {LONG_SECONDS:.0f} s of speech, ", long)):
        _print(name, sums, languages, chosen)
    for at in np.argsort(np.where(languages == ENGLISH, 1, -1) * (sums - ENGLISH_FROM))[:16]:
        print(f"  {sums[at]:.2f} {languages[at]} {rows[at]['seconds']:.1f} s {rows[at]['path']}")


def _print(name: str, sums: np.ndarray, languages: np.ndarray, chosen: np.ndarray) -> None:
    for side, of in (("English", languages == ENGLISH), ("other languages", languages != ENGLISH)):
        found = sums[of & chosen & ~np.isnan(sums)]
        if len(found):
            percentiles = ", ".join(f"{np.quantile(found, share):.2f}" for share in (0.01, 0.5, 0.99))
            print(f"{name}{side}: {(found < ENGLISH_FROM).mean():.1%} of {len(found)} withheld; sums {percentiles}")


def main() -> None:
    """Make the recordings' features, print the figures and write the weights."""
    from safetensors.numpy import save_file

    parser = argparse.ArgumentParser("python -m benchmarks.english", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("table", type=Path)
    parser.add_argument("--count", type=int, default=1200)
    parser.add_argument("--kept", type=Path, default=Path("english.jsonl"), help="where the features are kept")
    parser.add_argument("--to", type=Path, default=Path("english.safetensors"))
    asked = parser.parse_args()
    rows = made(asked.table, asked.count, asked.kept)
    report(rows)
    weight, bias = fitted(rows)
    save_file({"weight": np.float32(weight), "bias": np.float32([bias])}, asked.to)


if __name__ == "__main__":
    main()
