"""Settings and arrays whose name has changed, so that weights, stores and studies written before still open."""

from collections.abc import Mapping
from typing import Any

RENAMED = {  # name before version 0.2 -> name
    "average_decay": "ema_decay",
    "stored": "weights_dtype",
    "copies": "augmented_copies",
    "copy_speed": "speed_perturbation",
    "copy_pitch": "pitch_shift_semitones",
    "copy_gain_db": "gain_perturbation_db",
    "copy_noise_db": "noise_snr_db",
    "hidden_words": "word_dropout",
    "starts": "init_from",
    "borrowed_words": "text_pairing",
    "words_from": "text_pairing_corpora",
    "borrowed_faces": "face_pairing",
    "faces_from": "face_pairing_corpora",
}

VALUES = {("encoder", "statistics"): "tiny.en"}  # setting, its value before there was a choice -> value

ARRAYS = {  # model -> a store's array before version 0.2 -> name
    "combined": {"face_found": "face_mask", "heard": "audio_mask", "said": "text_mask"}
}

MEASURES = {"scales": "affect", "answered": "coverage", "answered_accuracy": "selective_accuracy"}  # before 0.2 -> name


def with_current_measures(metrics: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document of a test under the names of today.

    >>> with_current_measures({"n": 3, "answered": 1.0})
    {'n': 3, 'coverage': 1.0}
    """
    return {MEASURES.get(name, name): value for name, value in metrics.items()}


def with_current_names(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return `values` under the settings' names, and values, of today, also within nested settings.

    >>> with_current_names({"epochs": 3, "audio": {"copies": 2, "encoder": "statistics"}})
    {'epochs': 3, 'audio': {'augmented_copies': 2, 'encoder': 'tiny.en'}}
    """
    return {RENAMED.get(name, name): _current_value(name, value) for name, value in values.items()}


def _current_value(name: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return with_current_names(value)
    return VALUES.get((name, value), value) if isinstance(value, str) else value


def current_name(name: str) -> str:
    """Return a setting's name of today, also that of a nested one.

    >>> current_name("audio.copies")
    'audio.augmented_copies'
    """
    return ".".join(RENAMED.get(part, part) for part in name.split("."))
