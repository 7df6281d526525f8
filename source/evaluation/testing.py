"""A trained model on labelled clips: calibrated on val, measured on a split or on any labelled folder."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ..core import config
from ..core.errors import DemeanorError
from ..data.clips import Clip, labelled_files
from ..data.dataset import Dataset, require_clips
from ..data.labels import Grouping, grouping_named
from ..data.preprocessing import CLIPS_PER_JOB, Extracted, extract_clips
from ..data.splits import person_of, speakers_disjoint
from ..training.checkpoint import Trained
from ..training.scores import scores_of, softmax
from . import ablation, affect
from .baselines import simple_answers
from .metrics import Metrics, fit_temperature, measure

log = logging.getLogger(__name__)


def logits_of(trained: Trained, dataset: Dataset, size: int = 512) -> np.ndarray:
    """(N, labels) over all examples, `size` at a time."""
    batches = (
        dataset.__getitems__(range(start, min(start + size, len(dataset)))) for start in range(0, len(dataset), size)
    )
    arrays = ({name: value.numpy() for name, value in batch.inputs.items()} for batch in batches)
    return np.concatenate([trained.logits(array) for array in arrays])


def calibrated(trained: Trained, val: Dataset) -> Trained:
    """The same model with the temperature that fits val."""
    temperature = fit_temperature(logits_of(trained, require_clips(val, "calibrate on")), val.labels)
    return replace(trained, header=replace(trained.header, temperature=temperature))


def test_split(trained: Trained, dataset: Dataset, train: Dataset | None = None) -> Metrics:
    """Measure on the preprocessed clips of one split; train: what the model was trained on, if that is known."""
    logits = logits_of(trained, require_clips(dataset, "test on"))
    disjoint = speakers_disjoint(train.clips, dataset.clips) if train else None
    metrics = _measured(trained, logits, dataset.labels, dataset.clips, dataset.split, disjoint)
    simple = _simple_methods(trained, dataset, train) if train and trained.spec.baseline_name else None
    found = {"affect": affect.measured(trained, dataset) or None, "ablation": ablated(trained, dataset)}
    return replace(metrics, simple_methods=simple, **found)


def ablated(trained: Trained, dataset: Dataset) -> dict[str, Any] | None:
    """What each modality is worth on these clips, late fusion by weights that fit val; None where there is but one."""
    shown = trained.spec.modality_subsets(dataset, trained.settings)
    if shown is None:
        return None
    logits = {name: logits_of(trained, part) for name, part in shown.shown.items()}
    alone, truth = [logits[name] for name in shown.singles], dataset.labels[shown.rows]
    weights = _late_weights_on_val(trained, dataset, shown.singles)
    logits[ablation.late_name(shown.singles, weights)] = ablation.late_fused(np.stack(alone), weights)
    clips = [dataset.clips[row] for row in shown.rows]
    corpora = [clip.corpus for clip in clips]
    return ablation.measured(logits, truth, people_of(clips), shown.singles, shown.note, corpora)


def _late_weights_on_val(trained, dataset, singles):
    """Even ones where val does not have these modalities."""
    val = Dataset(dataset.stores, "val", dataset.grouping)
    shown = trained.spec.modality_subsets(val, trained.settings) if len(val) else None
    if shown is None or shown.singles != singles:
        return np.ones(len(singles))
    alone = np.stack([logits_of(trained, shown.shown[name]) for name in singles])
    return ablation.late_weights(alone, val.labels[shown.rows])


def _simple_methods(trained, dataset, train):
    """How far one comes without the model, for comparison."""
    found = simple_answers(trained.spec, trained.settings, train, dataset)
    return {method: scores_of(answers, dataset.labels, len(trained.labels)) for method, answers in found.items()}


def test_folder(
    trained: Trained, folder: Path, on_progress: Any = None, notify: Callable[[str], None] = log.info
) -> tuple[Metrics, dict[str, str]]:
    """Measure on the labelled files of any folder, each extracted as in prediction; and why some could not be read.

    `notify` is told of the files that bear no label of the model's.
    """
    grouping = grouping_of(trained)
    clips = _labelled(trained, folder, grouping)
    _say_left_out(trained, folder, clips, notify)
    logits, read, unreadable = [], [], {}
    if on_progress:
        on_progress(0, len(clips))
    for part, chunk in _extracted(trained, clips):
        unreadable |= chunk.unreadable
        read += [clip for clip in part if str(clip.path) not in unreadable]
        if chunk.rows:
            logits.append(trained.logits(chunk.rows))
        if on_progress:
            on_progress(len(read) + len(unreadable), len(clips))
    if not read:
        raise DemeanorError(f"None of the {len(clips)} labelled files in {folder} could be read.")
    truth = np.array([trained.labels.index(str(grouping.label_of(clip.emotion, clip.original))) for clip in read])
    return _measured(trained, np.concatenate(logits), truth, read, str(folder), None), unreadable


def grouping_of(trained: Trained) -> Grouping:
    """The grouping the model was trained in, whatever config.GROUPING says today."""
    grouping = grouping_named(trained.header.grouping)
    if grouping.labels != trained.labels:
        raise DemeanorError(
            f"The model tells {', '.join(trained.labels)} apart, but the grouping '{grouping.name}' in config.py now "
            f"has {', '.join(grouping.labels)}; train again or restore the grouping."
        )
    return grouping


def _labelled(trained: Trained, folder: Path, grouping: Grouping) -> list[Clip]:
    if not folder.is_dir():
        raise DemeanorError(f"There is no folder {folder}.")
    files = labelled_files(folder, trained.spec.suffixes)
    clips = [clip for clip in files if grouping.label_of(clip.emotion, clip.original)]
    if not clips:
        name = f"<dataset>_<number>_<emotion>{trained.spec.suffixes[0]}"
        raise DemeanorError(
            f"{folder} holds no labelled files; name them {name} or put them in a folder for each emotion "
            f"({', '.join(config.EMOTIONS)})."
        )
    return clips


def _say_left_out(trained, folder, clips, notify):
    labelled = {clip.path for clip in clips}
    files = (file for file in sorted(folder.rglob("*")) if file.suffix.lower() in trained.spec.suffixes)
    others = [file for file in files if file.is_file() and file not in labelled]
    if others:
        notify(
            f"{len(others):,} files left out, for nothing says which of the emotions they show, such as {others[0]}."
        )


def _extracted(trained: Trained, clips: Sequence[Clip]) -> Iterator[tuple[Sequence[Clip], Extracted]]:
    settings = trained.settings.for_prediction()
    for start in range(0, len(clips), CLIPS_PER_JOB):
        part = clips[start : start + CLIPS_PER_JOB]
        yield part, extract_clips(trained.spec.name, settings, [clip.path for clip in part])


def _measured(trained, logits, truth, clips, split, disjoint):
    return measure(
        softmax(logits / trained.header.temperature),
        truth,
        trained.labels,
        people=people_of(clips),
        not_sure_below=config.NOT_SURE_BELOW,
        uncalibrated=softmax(logits),
        parts=parts_of(clips),
        split=split,
        speakers_disjoint=disjoint,
    )


def people_of(clips: Sequence[Clip]) -> list[tuple[str, str]] | None:
    """Who shows each clip, for the bootstrap; None where that is not known of all, or it is always the same one."""
    people = [person_of(clip) for clip in clips]
    return people if all(clip.speaker for clip in clips) and len(set(people)) > 1 else None


def parts_of(clips: Sequence[Clip]) -> dict[str, list[str]]:
    """What a result is broken down by: corpus, sex and speaker of each clip, "" where not known."""
    several = len({clip.corpus for clip in clips}) > 1  # two corpora may each have a speaker 01
    speakers = [f"{clip.corpus} {clip.speaker}" if several and clip.speaker else clip.speaker for clip in clips]
    return {"corpus": [clip.corpus for clip in clips], "sex": [clip.sex for clip in clips], "speaker": speakers}
