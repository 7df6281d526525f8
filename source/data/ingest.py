"""Lay out an original corpus as the training folder of every model that can read its files, each with a clips.csv."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from .. import MODELS
from ..core import config
from ..core.command_line import command_for
from ..core.errors import DemeanorError
from ..core.hooks import Notify, OnProgress
from ..core.spec import ModelSpec, spec_of
from ..media.types import VIDEOS
from .clips import Clip
from .corpora import corpus_named, did_you_mean, known_corpora
from .segmentation import cut
from .segmentation.segment import segment_of
from .training_folder import Summary, counts_of, lay_out

SPEAKERS_UNKNOWN = "who is in which file is not known, so one person may be in train and in test"


def get_data(
    corpus: str,
    folder: Path | None = None,
    notify: Notify = lambda sentence: None,
    on_progress: OnProgress = lambda done, total: None,
) -> list[Summary]:
    """Lay out the corpus in `folder` (None: data/original_<corpus>_data) for training; run again, it goes on.

    A file goes to every model that reads files of its ending; of a take in several forms, such as sound and video, a
    model gets the one whose ending is first among its `suffixes`, by the number that other models get the others by. A
    model of videos gets long recordings in chunks, see `segmentation`, and every model does where the corpus has them
    CUT_FOR_ALL. There is a Summary for each model that got any file. `notify` takes each sentence for people,
    `on_progress` the files done and the files in all, at each step.

    Raises DemeanorError where `folder` holds no such corpus, or no model can use any of its files.
    """
    module = corpus_named(corpus)
    name = module.NAME or corpus
    notes: list[str] = []

    def note(sentence: str) -> None:
        if sentence not in notes:  # models that get the same files get the same chunks
            notes.append(sentence)
            notify(sentence)

    own = config.DATA_FOLDER / f"original_{name}_data"
    folder = Path(folder or own).expanduser().absolute()
    _require_content(folder, name)
    clips = _load(module, name, folder, own, note)
    present = _present(name, clips, getattr(module, "PEOPLE", SPEAKERS_UNKNOWN), note)
    parts = _by_model(name, present, getattr(module, "is_silent", lambda clip: False), note)
    place = config.DATA_FOLDER / f"cut_{name}_data"
    for_all = getattr(module, "CUT_FOR_ALL", False)
    parts = [
        (spec, cut(part, folder, place, config.WINDOW_SECONDS, note, on_progress))
        if for_all or _reads_videos(spec)
        else (spec, part)
        for spec, part in parts
    ]
    total, done, summaries = sum(len(part) for _, part in parts), 0, []
    for spec, part in parts:
        target = spec.training_folder / name
        laid = lay_out(part, target, lambda count, _, done=done: on_progress(done + count, total))
        done += len(part)
        missing = sum(not _is_present(clip) and _can_read(spec, clip) for clip in clips)
        summaries.append(Summary(name, spec.name, target, counts_of(laid), missing, ()))
    return [replace(summary, notes=tuple(notes)) for summary in summaries]


def _require_content(folder: Path, name: str) -> None:
    if folder.is_file():
        raise DemeanorError(f"{folder} is a file; unpack it if it is an archive, and give the folder it lies in.")
    if not folder.is_dir() or not any(folder.iterdir()):
        state = "is empty" if folder.is_dir() else "does not exist"
        raise DemeanorError(
            f"{folder} {state}; put {name} there, or name the folder it is in: "
            f"{command_for('data', 'get', name, '--from', 'FOLDER')} (known by name: {', '.join(known_corpora())})."
            f" {did_you_mean(name)}".rstrip()
        )


def _load(module: Any, name: str, folder: Path, own: Path, notify: Notify) -> list[Clip]:
    notify(f"{name}: {module.LICENCE}.")
    try:
        clips = module.load(folder, notify)
        if hasattr(module, "unpack"):
            clips = module.unpack(clips, own)
    except DemeanorError as error:
        raise DemeanorError(f"{error} {did_you_mean(name)}".rstrip()) from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DemeanorError(f"{name} in {folder} could not be read: {error}.") from error
    below = [clip.path.relative_to(folder) if clip.path.is_relative_to(folder) else clip.path for clip in clips]
    sources = [clip.source or path.as_posix() for clip, path in zip(clips, below, strict=True)]
    return [replace(clip, corpus=name, source=source) for clip, source in zip(clips, sources, strict=True)]


def _is_present(clip: Clip) -> bool:
    return segment_of(clip.path).file.is_file()


def _present(name: str, clips: Sequence[Clip], people: str, notify: Notify) -> list[Clip]:
    """Return the clips whose file is there; report the others, and speakers that are not known."""
    present = [clip for clip in clips if _is_present(clip)]
    missing = [clip.path for clip in clips if not _is_present(clip)]
    if not present:
        raise DemeanorError(f"{name}: none of the {len(missing):,} files it names is there, such as {missing[0]}.")
    if missing:
        notify(f"{name}: {len(missing):,} files it names are not there, such as {missing[0]}; they were left out.")
    if not all(clip.speaker for clip in present):
        notify(f"{name}: {people}.")
    return present


def _by_model(
    name: str, clips: Sequence[Clip], is_silent: Callable[[Clip], bool], notify: Notify
) -> list[tuple[ModelSpec, list[Clip]]]:
    """Return the models that can use any of the clips, each with those, a take once."""
    # Of no use to a model of sounds: silent videos, and segments, which are cut for models of videos alone.
    audible = {clip for clip in clips if not is_silent(clip) and segment_of(clip.path).file == clip.path}
    usable = [
        (spec, [clip for clip in clips if _can_read(spec, clip) and (_reads_videos(spec) or clip in audible)])
        for spec in map(spec_of, MODELS)
    ]
    useless = set(clips).difference(*(part for _, part in usable))
    parts = [(spec, _each_take_once(name, spec, part, notify)) for spec, part in usable if part]
    if useless:
        paths = [clip.path for clip in clips if clip in useless]
        endings = ", ".join(sorted({path.suffix.lower() for path in paths}))
        sentence = f"{name}: {len(paths):,} files ({endings}) are of no use to any model, such as {paths[0]}"
        if not parts:
            raise DemeanorError(f"{sentence}; the models are: {', '.join(MODELS)}.")
        notify(f"{sentence}; they were left out.")
    return parts


def _can_read(spec: ModelSpec, clip: Clip) -> bool:
    return clip.path.suffix.lower() in spec.suffixes


def _reads_videos(spec: ModelSpec) -> bool:
    """Return whether a model prefers a take's video to its sound."""
    return spec.suffixes[0] in VIDEOS


def _each_take_once(name: str, spec: ModelSpec, clips: Sequence[Clip], notify: Notify) -> list[Clip]:
    """Return, of the clips with one number, the form that the model prefers, in the order of the first forms."""
    kept: dict[int, Clip] = {}
    for clip in clips:
        forms = kept.get(clip.number, clip), clip
        kept[clip.number] = min(forms, key=lambda form: spec.suffixes.index(form.path.suffix.lower()))
    if len(kept) < len(clips):
        form = "video" if _reads_videos(spec) else "sound"
        notify(
            f"{name}: {len(clips) - len(kept):,} takes are there as sound and as video; the {spec.name} model gets the "
            f"{form}."
        )
    return list(kept.values())
