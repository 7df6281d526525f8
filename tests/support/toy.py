"""Toy faces, voices and words for tests: small enough that every option can really be run."""

import wave
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from source.audio.settings import AudioSettings
from source.audio.whisper_features import SHAPES
from source.combined.settings import CombinedSettings
from source.core import config
from source.core.settings import list_settings
from source.core.spec import ModelSpec, spec_of
from source.data.clips import Clip
from source.data.store import Manifest, Store, StoreWriter, fingerprint
from source.face.settings import FaceSettings
from source.text.minilm import CLS, SEP
from source.text.settings import TextSettings
from source.text.vader import SCORES
from tests.support.corpora import picture
from tests.support.voice import spoken

SIDE = 16
CONFIG = FaceSettings(
    image_side=SIDE, widths=(4, 8), depths=(1, 1), shape_width=8, epochs=2, batch_size=16, learning_rate=5e-3
)


def face_arrays(count: int, seed: int = 0) -> dict[str, np.ndarray]:
    """Random inputs of the face model, as `describe` makes them, stacked: (count, ...)."""
    draw = np.random.default_rng(seed)
    found = (draw.random(count) < 0.8).astype(np.float32)
    return {
        "image": draw.integers(0, 256, (count, SIDE, SIDE), dtype=np.uint8),
        "landmarks": (draw.normal(size=(count, 478, 3)) * found[:, None, None]).astype(np.float16),
        "blendshapes": (draw.random((count, 52)) * found[:, None]).astype(np.float16),
        "face_found": found,
    }


def face_clips(count: int, speakers: int = 0, split: str = "", corpus: str = "toy") -> list[Clip]:
    """Clips that go through the emotions in turn; `speakers` people, or nobody known."""
    emotions = config.EMOTIONS
    return [
        Clip(
            Path(f"{split or 'clip'}_{i}.png"), corpus, i, emotions[i % len(emotions)],
            speaker=f"person {i // len(emotions) % speakers}" if speakers else "", split=split,
            votes=tuple(float(i % 3 + (k == i % 7)) for k in range(7)) if i % 2 else (),
        )
        for i in range(count)
    ]  # fmt: skip


def face_store(folder: Path, train: int = 56, val: int = 28, test: int = 0) -> Store:
    """A store whose pictures' brightness tells the emotion, so that a net can learn it."""
    clips = [*face_clips(train, split="train"), *face_clips(val, split="val"), *face_clips(test, split="test")]
    arrays = face_arrays(len(clips))
    shade = np.array([config.EMOTIONS.index(clip.emotion) for clip in clips]) * 36
    arrays["image"] = (shade[:, None, None] + arrays["image"] / 16).astype(np.uint8)
    settings = {"image_side": SIDE}
    writer = StoreWriter(folder, Manifest("face", settings, fingerprint(clips)))
    writer.append(clips, arrays, {})
    writer.finish()
    return Store.open(folder, settings)


AUDIO = AudioSettings(
    window_seconds=1.0, coefficients=8, mel_bands=20, augmented_copies=0, widths=(4, 8), depths=(1, 1),
    encoder_width=4, epochs=2, batch_size=16, learning_rate=5e-3, use_mfcc=True,
)  # fmt: skip


def audio_arrays(count: int, seed: int = 0, settings: AudioSettings = AUDIO) -> dict[str, np.ndarray]:
    """Random inputs of the audio model, as `extract` makes them with these settings, stacked: (count, ...)."""
    draw, copies = np.random.default_rng(seed), settings.augmented_copies
    rows = (count, 1 + copies) if copies else (count,)
    lengths = draw.integers(10, settings.frames + 1, rows)[..., None]
    before, place = (settings.frames - lengths) // 2, np.arange(settings.frames)
    voiced = (place >= before) & (place < before + lengths)
    arrays = {}
    if settings.use_mfcc:
        values = draw.normal(size=(*voiced.shape, 3 * settings.coefficients))
        arrays = {"mfcc": (values * voiced[..., None]).astype(np.float16), "voiced": voiced}
    if settings.encoder != "none":
        arrays["encoder"] = draw.normal(size=(*rows, *SHAPES[settings.encoder])).astype(np.float16)
    if settings.encoder == "small":
        arrays["speech_seconds"] = draw.uniform(1, 3, rows).astype(np.float32)
    return arrays


def audio_clips(count: int, speakers: int = 0, split: str = "", corpus: str = "toy") -> list[Clip]:
    """Clips that go through the emotions in turn; `speakers` women and men of this split alone, or nobody known."""
    emotions = config.EMOTIONS
    whose = [i // len(emotions) % speakers if speakers else 0 for i in range(count)]
    return [
        Clip(
            Path(f"{split or 'clip'}_{i}.wav"), corpus, i, emotions[i % len(emotions)],
            speaker=f"{split}{whose[i]}" if speakers else "", split=split, sentence=f"sentence {i % 3}",
            sex=("female", "male")[whose[i] % 2] if speakers else "",
        )
        for i in range(count)
    ]  # fmt: skip


def audio_store(
    folder: Path, train: int = 56, val: int = 28, test: int = 0, copies: int = 0, settings: AudioSettings = AUDIO
) -> Store:
    """A store whose voices' mean MFCC tells the emotion, the copies' too, so that a net can learn it."""
    parts = {"train": (train, 4), "val": (val, 2), "test": (test, 2)}
    clips = [clip for split, (count, speakers) in parts.items() for clip in audio_clips(count, speakers, split)]
    settings = replace(settings, augmented_copies=copies)
    arrays = audio_arrays(len(clips), settings=settings)
    mean = np.zeros((len(clips), 3 * settings.coefficients), np.float16)
    mean[np.arange(len(clips)), [config.EMOTIONS.index(clip.emotion) for clip in clips]] = 3
    told = mean[:, None, None] if copies else mean[:, None]
    arrays["mfcc"] += told * arrays["voiced"][..., None]
    baked = settings.extract_settings()
    writer = StoreWriter(folder, Manifest("audio", baked, fingerprint(clips)))
    writer.append(clips, arrays, {})
    writer.finish()
    return Store.open(folder, baked)


def voice(file: Path, seed: int = 0, seconds: float = 0.6) -> Path:
    """Write a synthetic voice of this seed, a .wav at 16 kHz."""
    return wav(file, spoken(seconds, pitch_hz=90 + 10 * seed, seed=seed))


def wav(file: Path, samples: np.ndarray, rate_hz: int = 16_000) -> Path:
    """Write samples (samples,) in [-1, 1] as 16 bits, one channel."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(file), "wb") as stream:
        stream.setnchannels(1)
        stream.setsampwidth(2)
        stream.setframerate(rate_hz)
        stream.writeframes(np.round(samples * 32767).astype("<i2").tobytes())
    return file


TEXT = TextSettings(tokens=8, context_tokens=4, fine_tuned_layers=0, epochs=2, batch_size=16, learning_rate=1e-2)
WORD = 2000  # a token; the next ones are words too
SENTENCES = ("I hate it!", "How disgusting.", "I am afraid.", "I am so happy!", "I miss her.", "Wow, really?", "It is.")


def text_arrays(count: int, seed: int = 0) -> dict[str, np.ndarray]:
    """Random inputs of the text model, as `describe` makes them, stacked: (count, ...)."""
    draw = np.random.default_rng(seed)
    return {
        "token_ids": _token_rows(draw, draw.integers(1, TEXT.tokens - 1, count), TEXT.tokens, CLS),
        "before_ids": _token_rows(draw, draw.integers(0, TEXT.context_tokens, count), TEXT.context_tokens),
        "lexicon": draw.uniform(-1, 1, (count, len(SCORES))).astype(np.float32),
    }


def _token_rows(draw, lengths, size, *first):
    rows = np.zeros((len(lengths), size), np.int16)
    for row, length in zip(rows, lengths, strict=True):
        ids = [*first, *draw.integers(WORD + 100, WORD + 2000, length), SEP] if length else []
        row[: len(ids)] = ids
    return rows


def text_clips(count: int, speakers: int = 0, split: str = "", corpus: str = "toy") -> list[Clip]:
    """Clips that go through the emotions in turn; `speakers` of this split alone, or nobody known."""
    emotions = config.EMOTIONS
    return [
        Clip(
            Path(f"{split or 'clip'}_{i}.txt"), corpus, i, emotions[i % len(emotions)],
            speaker=f"{split}{i // len(emotions) % speakers}" if speakers else "", split=split,
            sentence=SENTENCES[i % len(emotions)], sentiment=(i % 3) - 1.0,
        )
        for i in range(count)
    ]  # fmt: skip


def text_store(folder: Path, train: int = 56, val: int = 28, test: int = 0) -> Store:
    """A store whose utterances' first word tells the emotion, so that a net can learn it."""
    parts = {"train": train, "val": val, "test": test}
    clips = [clip for split, count in parts.items() for clip in text_clips(count, 2, split)]
    arrays = text_arrays(len(clips))
    arrays["token_ids"][:, 1] = [WORD + 10 * config.EMOTIONS.index(clip.emotion) for clip in clips]
    baked = TEXT.extract_settings()
    writer = StoreWriter(folder, Manifest("text", baked, fingerprint(clips)))
    writer.append(clips, arrays, {})
    writer.finish()
    return Store.open(folder, baked)


def utterance(file: Path, seed: int = 0) -> Path:
    """Write an utterance of this seed, a .txt."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{SENTENCES[seed % len(SENTENCES)]} {seed}\n", encoding="utf-8")
    return file


COMBINED = CombinedSettings(  # two of the three: the text branch reads its pretrained layers each time it is made
    modalities=("face", "audio"),
    window_seconds=1.0, frames_per_second=4, init_from=(), frozen=("text",), text_pairing=0.0, face_pairing=0.0,
    sequence_units=4, width=8,
    face=FaceSettings(image_side=SIDE, widths=(4, 8), depths=(1, 1), shape_width=8),
    audio=AudioSettings(
        window_seconds=1.0, coefficients=8, mel_bands=20, augmented_copies=0, widths=(4, 8), depths=(1, 1),
        encoder_width=4, encoder="tiny.en", use_mfcc=True,
    ),
    text=TextSettings(tokens=8, context_tokens=4, fine_tuned_layers=0), epochs=2, batch_size=16, learning_rate=1e-2,
)  # fmt: skip


def combined_arrays(count: int, seed: int = 0, settings: CombinedSettings = COMBINED) -> dict[str, np.ndarray]:
    """Random inputs of the combined model, as `extract` makes them, stacked; each modality missing here and there."""
    draw, frames = np.random.default_rng(seed), settings.frames
    faces = {
        name: array.reshape(count, frames, *array.shape[1:]) for name, array in face_arrays(count * frames).items()
    }
    faces["face_mask"] = faces.pop("face_found")
    faces["face_mask"][::5] = 0
    masks = {name: (draw.random(count) < 0.8).astype(np.float32) for name in ("audio_mask", "text_mask")}
    masks["audio_mask"][(faces["face_mask"].sum(1) == 0) & (masks["text_mask"] == 0)] = 1
    return faces | audio_arrays(count, seed, settings.audio) | text_arrays(count, seed) | masks


def combined_store(folder: Path, train: int = 56, val: int = 28, test: int = 0, **masks: float) -> Store:
    """A store whose faces' brightness and whose voices' mean MFCC tell the emotion, so that a net can learn it.

    masks: 0 or 1 for all clips, instead of here and there, of face_mask, audio_mask or text_mask.
    """
    parts = {"train": (train, 4), "val": (val, 2), "test": (test, 2)}
    clips = [clip for split, (count, speakers) in parts.items() for clip in audio_clips(count, speakers, split)]
    arrays, told = combined_arrays(len(clips)), np.array([config.EMOTIONS.index(clip.emotion) for clip in clips])
    arrays |= {name: np.full_like(arrays[name], mask) for name, mask in masks.items()}
    arrays["image"] = (told[:, None, None, None] * 36 + arrays["image"] / 16).astype(np.uint8)
    arrays["mfcc"][np.arange(len(clips)), :, told] += 3 * arrays["voiced"]
    baked = COMBINED.extract_settings()
    writer = StoreWriter(folder, Manifest("combined", baked, fingerprint(clips)))
    writer.append(clips, arrays, {})
    writer.finish()
    return Store.open(folder, baked)


@dataclass(frozen=True)
class Toy:
    """What a test that holds for every model needs of one."""

    model: str
    settings: Any
    arrays: Callable[..., dict[str, np.ndarray]]
    clips: Callable[..., list[Clip]]
    store: Callable[..., Store]
    file: Callable[..., Path]
    """(path, seed) -> the file that it wrote there, which `extract` can read; its ending is `suffix`."""
    suffix: str
    options: tuple[dict[str, Any], ...]
    """Changes of the config that training must bear."""
    plain: dict[str, Any]
    """Changes with which the store's lesson is soon learnt."""

    @property
    def spec(self) -> ModelSpec:
        return spec_of(self.model)

    @property
    def words(self) -> tuple[str, ...]:
        """The config as `--set` takes it."""
        return tuple(f"{setting.name}={setting.text}" for setting in list_settings(self.settings))


TOYS = {
    "face": Toy(
        "face", CONFIG, face_arrays, face_clips, face_store, picture, ".png",
        options=(
            {"use_image": False}, {"use_landmarks": False}, {"use_blendshapes": False},
            {"use_landmarks": False, "use_blendshapes": False},
        ),
        plain={
            "use_landmarks": False, "use_blendshapes": False, "dropout": 0.0,
            "contrast": 0.0, "brightness": 0.0, "erase_probability": 0.0,
        },
    ),
    "audio": Toy(
        "audio", AUDIO, audio_arrays, audio_clips, audio_store, voice, ".wav",
        options=(
            {"use_mfcc": False}, {"use_encoder": False}, {"time_masks": 0, "coefficient_masks": 0},
            {"pooling": "statistics"}, {"architecture": "recurrent"},
        ),
        plain={"use_encoder": False, "dropout": 0.0, "time_masks": 0, "coefficient_masks": 0},
    ),
    "text": Toy(
        "text", TEXT, text_arrays, text_clips, text_store, utterance, ".txt",
        options=(
            {"use_context": True}, {"use_lexicon": False}, {"fine_tuned_layers": 1}, {"word_dropout": 0.2},
            {"weights_dtype": "float32"},
        ),
        plain={"dropout": 0.0, "encoder_dropout": 0.0},
    ),
    "combined": Toy(
        "combined", COMBINED, combined_arrays, audio_clips, combined_store, voice, ".wav",
        options=(
            {"sequence": "gru"}, {"sequence": "transformer"}, {"sequence": "statistics"},
            {"fusion": "gated"}, {"fusion": "concatenated"}, {"fusion": "late"},
            {"modalities": ("face", "audio", "text")},
        ),
        plain={"branch_dropout": 0.0, "dropout": 0.0, "modality_dropout": 0.0},
    ),
}  # fmt: skip
