"""How well several voices at once, and music behind a voice, are told from one voice; makes the weights that do it.

    python -m benchmarks.mixtures CORPORA MUSIC --windows 1500

CORPORA holds folders of original corpora by their names, MUSIC any recordings of it. Windows are made of the clips:
one voice, two speakers at once or one after the other, a voice over music; half of them go through the channels of
training. For each kind of mixture a logistic regression reads the encoder's features. The figures are of corpora, and
of half the music, that it did not learn from. Nothing here is timed, and it is not part of `python -m benchmarks`.
"""

import argparse
import json
from collections import defaultdict
from pathlib import Path
from zlib import crc32

import numpy as np

from source.audio.channels import after_the_microphone, before_the_microphone
from source.audio.inference import LITTLE_SPEECH_SECONDS
from source.audio.mixtures import MIXTURES
from source.audio.perturbation import add_noise
from source.audio.spans import SpanEncoder
from source.data.corpora import corpus_named
from source.media.sound import read_sound
from source.media.types import RECORDINGS

RATE_HZ, WINDOW_SAMPLES = 16_000, 64_000
SEVERAL, MUSIC = "several", "music"
KINDS = ("one", "turns", SEVERAL, "one", MUSIC, SEVERAL, "one", "burst", MUSIC, "fainter")
WORDLESS = "EmoGator"  # laughs, sighs, screams: of one voice, though no other corpus teaches so
FAINTER = "fainter"  # the second voice by 6 to 12 dB: either answer would do, so it is not learnt from
FALSE_ALARMS = 0.01  # of the windows without such a mixture, on corpora that were left out
INVERSE_PENALTY = 3e-3  # scikit-learn's C: there are more features than windows


class Clips:
    """The recordings of the corpora, by corpus and speaker."""

    def __init__(self, folder: Path) -> None:
        self.by_corpus = defaultdict(lambda: defaultdict(list))
        for place in sorted(path for path in folder.iterdir() if path.is_dir()):
            corpus = corpus_named(place.name)
            if place.name != corpus.NAME:
                continue
            for clip in corpus.load(place, print):
                if clip.path.suffix in (".flac", ".opus", ".wav") and clip.speaker:
                    self.by_corpus[corpus.NAME][clip.speaker].append(clip.path)

    def draw(self, corpus: str, rng: np.random.Generator, other_than: str = "") -> tuple[str, np.ndarray]:
        """Return a speaker and at most four seconds of theirs, without the silence around."""
        speakers = self.by_corpus[corpus]
        speaker = str(rng.choice([name for name in speakers if name != other_than]))
        wave = read_sound(Path(rng.choice(speakers[speaker])), RATE_HZ).waveform
        start = rng.integers(max(len(wave) - WINDOW_SAMPLES, 0) + 1)
        wave = wave[start : start + WINDOW_SAMPLES]
        loud = np.flatnonzero(np.abs(wave) > 0.05 * np.abs(wave).max())
        return speaker, wave[loud[0] : loud[-1] + 1] if len(loud) else wave


def window(
    kind: str, corpus: str, clips: Clips, music: list[np.ndarray], rng: np.random.Generator
) -> tuple[str, np.ndarray]:
    """Return a speaker and a window of this kind, (samples,) float32."""
    speaker, voice = clips.draw(corpus, rng)
    if kind in (SEVERAL, FAINTER, "turns"):
        other = clips.draw(corpus, rng, speaker)[1]
        other = other * level(voice) / level(other)
        if kind == "turns":
            voice = np.concatenate([voice[: WINDOW_SAMPLES // 2], other[: WINDOW_SAMPLES // 2]])
        else:
            length = min(len(voice), len(other))
            gain_db = rng.uniform(-3, 3) if kind == SEVERAL else rng.uniform(-12, -6)
            voice = voice[:length] + other[:length] * 10 ** (gain_db / 20)
    if kind == MUSIC:
        piece = music[rng.integers(len(music))]
        start = rng.integers(len(piece) - len(voice))
        piece = piece[start : start + len(voice)]
        voice = voice + piece * level(voice) / level(piece) * 10 ** (rng.uniform(-12, 3) / 20)
    if rng.random() < 0.5:
        voice = before_the_microphone(voice.astype(np.float32), RATE_HZ, rng)
        voice = add_noise(voice, rng.uniform(10, 35), rng) if rng.random() < 0.5 else voice
        voice = after_the_microphone(voice, RATE_HZ, rng)
    return speaker, voice.astype(np.float32)


def level(wave: np.ndarray) -> float:
    """Return the RMS over what is less than 30 dB below the loudest 20 ms."""
    power = np.square(wave[: len(wave) // 320 * 320].reshape(-1, 320)).mean(1) if len(wave) >= 320 else wave**2
    return float(np.sqrt(power[power >= power.max() / 1000].mean())) + 1e-9


def made(folder: Path, music_folder: Path, count: int, kept: Path) -> dict[str, np.ndarray]:
    """Return of each window of a second or more: features x (n, 1536), kind and group; what `kept` has is not made.

    A group is left out as a whole: a corpus, or of the wordless one, which is like no other, every second speaker. Of
    the music the pieces go to two parts, 0 and 1; other windows have one of these, too.
    """
    clips = Clips(folder)
    music = [read_sound(file, RATE_HZ).waveform for file in sorted(music_folder.iterdir()) if file.suffix in RECORDINGS]
    rows = [json.loads(line) for line in kept.read_text().splitlines()] if kept.is_file() else []
    spoken = [name for name in clips.by_corpus if name != WORDLESS]
    with kept.open("a", buffering=1) as lines:
        for number in range(len(rows), count):
            rng = np.random.default_rng(number)
            kind, corpus, part = KINDS[number % len(KINDS)], str(rng.choice(spoken)), int(rng.integers(2))
            corpus = WORDLESS if kind == "burst" else corpus
            speaker, wave = window(kind, corpus, clips, music[part::2], rng)
            spans = SpanEncoder()
            spans.add(wave)
            spans.finish()
            group = f"{corpus} {crc32(speaker.encode()) % 2}" if corpus == WORDLESS else corpus
            rows.append({"x": spans.statistics(0, len(wave))[0].tolist(), "kind": kind, "group": group, "part": part,
                         "seconds": len(wave) / RATE_HZ})  # fmt: skip
            lines.write(json.dumps(rows[-1]) + "\n")
    long = [row for row in rows if row["seconds"] >= LITTLE_SPEECH_SECONDS]
    return {name: np.array([row[name] for row in long]) for name in ("x", "kind", "group", "part")}


def fitted(x: np.ndarray, is_mixture: np.ndarray, group: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the weights (1536,) and the bias of a logistic regression; groups count by the root of their size."""
    from sklearn.linear_model import LogisticRegression

    mean, deviation = x.mean(0), x.std(0) + 1e-3
    sizes = {name: (group == name).sum() for name in set(group)}
    weights = np.array([sizes[name] ** -0.5 for name in group])
    model = LogisticRegression(C=INVERSE_PENALTY, max_iter=500, class_weight="balanced")
    model.fit((x - mean) / deviation, is_mixture, sample_weight=weights / weights.mean())
    weight = model.coef_[0] / deviation
    return weight, float(model.intercept_[0] - mean @ weight)


def left_out_scores(data: dict[str, np.ndarray], kind: str, learnt: np.ndarray) -> np.ndarray:
    """Return each window's score by a regression that learned from other groups, and from other music, (n,)."""
    scores = np.full(len(data["x"]), np.nan)
    for group in set(data["group"]):
        for part in (0, 1):
            inside = (data["group"] == group) & (data["part"] == part)
            use = learnt & (data["group"] != group) & ((data["kind"] != MUSIC) | (data["part"] != part))
            if inside.any():
                weight, bias = fitted(data["x"][use], data["kind"][use] == kind, data["group"][use])
                scores[inside] = data["x"][inside] @ weight + bias
    return scores


def report(data: dict[str, np.ndarray], kind: str) -> tuple[np.ndarray, float]:
    """Print how many windows get the note, by kind and by group; return the weights and bias of what is shipped.

    The threshold of a group comes from the scores of the others, and that of what is shipped from all.
    """
    learnt = data["kind"] != FAINTER
    scores, said, negative = left_out_scores(data, kind, learnt), np.zeros(len(learnt), bool), data["kind"] != kind
    for group in set(data["group"]):
        inside = data["group"] == group
        said[inside] = scores[inside] > np.quantile(scores[negative & learnt & ~inside], 1 - FALSE_ALARMS)
    for name in sorted(set(data["kind"])):
        print(f"{kind}: {said[data['kind'] == name].mean():.1%} of {(data['kind'] == name).sum()} windows of {name}")
    for name in sorted(set(data["group"])):
        inside = data["group"] == name
        found = said[inside & (data["kind"] == kind)]
        print(f"{kind}: {name}: {said[inside & negative & learnt].mean():.1%} without it"
              f"{f', {found.mean():.1%} with it' if len(found) else ''}")  # fmt: skip
    weight, bias = fitted(data["x"][learnt], data["kind"][learnt] == kind, data["group"][learnt])
    return weight, bias - float(np.quantile(scores[negative & learnt], 1 - FALSE_ALARMS))


def main() -> None:
    """Make the windows, print the figures and write the weights."""
    from safetensors.numpy import save_file

    parser = argparse.ArgumentParser("python -m benchmarks.mixtures", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("corpora", type=Path)
    parser.add_argument("music", type=Path)
    parser.add_argument("--windows", type=int, default=1500)
    parser.add_argument(
        "--kept", type=Path, default=Path("mixtures.jsonl"), help="where the windows' features are kept"
    )
    parser.add_argument("--to", type=Path, default=Path("mixtures.safetensors"))
    asked = parser.parse_args()
    data = made(asked.corpora, asked.music, asked.windows, asked.kept)
    found = [report(data, kind) for kind in MIXTURES]
    arrays = {"weight": np.float32([weight for weight, _ in found]), "bias": np.float32([bias for _, bias in found])}
    save_file(arrays, asked.to)


if __name__ == "__main__":
    main()
