"""A trained model measured on labelled clips: calibrated on val, tested on a split or on any labelled folder."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ..core import config
from ..core.errors import DemeanorError
from ..core.hooks import Notify, OnProgress, silent
from ..data.clips import Clip, labelled_files
from ..data.dataset import Dataset, require_clips
from ..data.labels import Grouping, grouping_named
from ..data.preprocessing import CLIPS_PER_JOB, extract_clips
from ..data.splits import person_of, speakers_disjoint
from ..training.checkpoint import Trained
from ..training.scores import scores_of, softmax
from . import ablation, affect
from .baselines import arrays_of, simple_answers
from .metrics import Metrics, fit_temperature, measure
from .ordinary import acted_and_ordinary, false_answers

log = logging.getLogger(__name__)


def logits_of(trained: Trained, dataset: Dataset, size: int = 512) -> np.ndarray:
    """Return the logits of all clips, shape (N, labels), computed `size` clips at a time."""
    return np.concatenate([trained.logits(arrays) for arrays in arrays_of(dataset, size)])


def calibrate(trained: Trained, val: Dataset) -> Trained:
    """Return the model with the temperature of each condition that fits val."""
    acted, _ = acted_and_ordinary(require_clips(val, "calibrate on"))
    parts = trained.spec.conditions(acted, trained.settings)
    temperatures = {name: fit_temperature(logits_of(trained, part), part.labels) for name, part in parts.items()}
    return trained.spec.calibrate(trained, temperatures)


def test_split(trained: Trained, dataset: Dataset, train: Dataset | None = None) -> Metrics:
    """Measure on the preprocessed clips of one split; train: what the model was trained on, where that is known.

    Ordinary speech is not among the clips that are scored, unless there is nothing else: of it, false emotions are
    counted.
    """
    acted, ordinary = acted_and_ordinary(require_clips(dataset, "test on"))
    disjoint = speakers_disjoint(train.clips, dataset.clips) if train else None
    measured, others = {}, trained.spec.conditions(ordinary, trained.settings) if len(ordinary) else {}
    for name, part in trained.spec.conditions(acted, trained.settings).items():
        logits = logits_of(trained, part)
        calibrated, plain = softmax(logits / trained.header.temperature), softmax(logits)
        scores = measure_clips(calibrated, acted.labels, trained.labels, acted.clips, dataset.split, disjoint, plain)
        false = _false_emotions(trained, others[name]) if others else None
        measured[name] = replace(scores, ordinary=false)
    metrics, simple = next(iter(measured.values())), None
    if len(measured) > 1:
        metrics = replace(metrics, conditions={name: of_one.brief() for name, of_one in measured.items()})
    if train and trained.spec.baseline_name:
        answers = simple_answers(trained.spec, trained.settings, train, acted)
        simple = {name: scores_of(answer, acted.labels, len(trained.labels)) for name, answer in answers.items()}
    affects = affect.measure_affect(trained, acted) or None
    return replace(metrics, simple_methods=simple, affect=affects, ablation=ablate(trained, acted))


def _false_emotions(trained: Trained, ordinary: Dataset) -> dict[str, Any]:
    """Return what `ordinary.false_answers` counts of one model."""
    probabilities = softmax(logits_of(trained, ordinary) / trained.header.temperature)
    return false_answers(
        probabilities[None], ordinary.labels, trained.labels, ordinary.clips, people_of(ordinary.clips)
    )


def ablate(trained: Trained, dataset: Dataset) -> dict[str, Any] | None:
    """Measure what each modality is worth, late fusion by weights that fit val; None for a single modality."""
    subsets = trained.spec.modality_subsets(dataset, trained.settings)
    if subsets is None:
        return None
    logits = {name: logits_of(trained, part) for name, part in subsets.shown.items()}
    alone = np.stack([logits[name] for name in subsets.singles])
    weights = _late_weights_on_val(trained, dataset, subsets.singles)
    logits[ablation.late_name(subsets.singles, weights)] = ablation.fuse_late(alone, weights)
    clips, truth = [dataset.clips[row] for row in subsets.rows], dataset.labels[subsets.rows]
    corpora = [clip.corpus for clip in clips]
    return ablation.measure_subsets(logits, truth, people_of(clips), subsets.singles, subsets.note, corpora)


def _late_weights_on_val(trained: Trained, dataset: Dataset, singles: list[str]) -> np.ndarray:
    """Return the weights that fit val, or ones where val lacks any of these modalities."""
    val = Dataset(dataset.stores, "val", dataset.grouping)
    subsets = trained.spec.modality_subsets(val, trained.settings) if len(val) else None
    if subsets is None or subsets.singles != singles:
        return np.ones(len(singles))
    alone = np.stack([logits_of(trained, subsets.shown[name]) for name in singles])
    return ablation.late_weights(alone, val.labels[subsets.rows])


def test_folder(
    trained: Trained, folder: Path, on_progress: OnProgress = silent, notify: Notify = log.info
) -> tuple[Metrics, dict[str, str]]:
    """Measure on the labelled files of any folder, with features extracted as in prediction.

    Returns the metrics and the unreadable files: file -> reason. `notify` is told how many files have none of the
    model's labels. Raises DemeanorError where no file has one, or none can be read.
    """
    grouping, settings = grouping_of(trained), trained.settings.for_prediction()
    clips = _labelled_clips(trained, folder, grouping, notify)
    logits, read, unreadable = [], [], {}
    on_progress(0, len(clips))
    for start in range(0, len(clips), CLIPS_PER_JOB):
        part = clips[start : start + CLIPS_PER_JOB]
        extracted = extract_clips(trained.spec.name, settings, [clip.path for clip in part])
        unreadable |= extracted.unreadable
        read += [clip for clip in part if str(clip.path) not in unreadable]
        if extracted.rows:
            logits.append(trained.logits(extracted.rows))
        on_progress(len(read) + len(unreadable), len(clips))
    if not read:
        raise DemeanorError(f"None of the {len(clips)} labelled files in {folder} could be read.")
    truth = np.array([trained.labels.index(str(grouping.label_of(clip.emotion, clip.original))) for clip in read])
    every = np.concatenate(logits)
    calibrated = softmax(every / trained.header.temperature)
    return measure_clips(calibrated, truth, trained.labels, read, str(folder), None, softmax(every)), unreadable


def grouping_of(trained: Trained) -> Grouping:
    """Return the grouping that the model was trained with, whatever config.GROUPING is today."""
    grouping = grouping_named(trained.header.grouping)
    if grouping.labels != trained.labels:
        raise DemeanorError(
            f"The model's labels are {', '.join(trained.labels)}, but the grouping '{grouping.name}' in config.py now "
            f"has {', '.join(grouping.labels)}; train again or restore the grouping."
        )
    return grouping


def people_of(clips: Sequence[Clip]) -> list[tuple[str, str]] | None:
    """Return who shows each clip, for the bootstrap; None where somebody is unknown, or everybody is the same."""
    people = [person_of(clip) for clip in clips]
    return people if all(clip.speaker for clip in clips) and len(set(people)) > 1 else None


def groups_of(clips: Sequence[Clip]) -> dict[str, list[str]]:
    """Return what a result is broken down by: corpus, sex and speaker of each clip, "" where unknown."""
    several = len({clip.corpus for clip in clips}) > 1  # two corpora may each have a speaker 01
    speakers = [f"{clip.corpus} {clip.speaker}" if several and clip.speaker else clip.speaker for clip in clips]
    return {"corpus": [clip.corpus for clip in clips], "sex": [clip.sex for clip in clips], "speaker": speakers}


def _labelled_clips(trained: Trained, folder: Path, grouping: Grouping, notify: Notify) -> list[Clip]:
    if not folder.is_dir():
        raise DemeanorError(f"There is no folder {folder}.")
    labelled = labelled_files(folder, trained.spec.suffixes)
    clips = [clip for clip in labelled if grouping.label_of(clip.emotion, clip.original)]
    if not clips:
        name = f"<dataset>_<number>_<emotion>{trained.spec.suffixes[0]}"
        raise DemeanorError(
            f"{folder} holds no labelled files; name them {name} or put them in a folder for each emotion "
            f"({', '.join(config.EMOTIONS)})."
        )
    read = {clip.path for clip in clips}
    files = (file for file in sorted(folder.rglob("*")) if file.suffix.lower() in trained.spec.suffixes)
    others = [file for file in files if file.is_file() and file not in read]
    if others:
        notify(f"{len(others):,} files are left out, as they have none of the labels, such as {others[0]}.")
    return clips


def measure_clips(
    probabilities: np.ndarray,
    truth: np.ndarray,
    labels: Sequence[str],
    clips: Sequence[Clip],
    split: str,
    disjoint: bool | None,
    uncalibrated: np.ndarray | None = None,
) -> Metrics:
    """Score the probabilities of clips as `measure` does, with intervals over their people and scores within groups."""
    return measure(
        probabilities, truth, labels, people=people_of(clips), groups=groups_of(clips),
        not_sure_below=config.NOT_SURE_BELOW, uncalibrated=uncalibrated, split=split, speakers_disjoint=disjoint,
    )  # fmt: skip
