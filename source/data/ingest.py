"""An original corpus -> the training folder of every model that can read its files, each with its clips.csv."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from .. import MODELS
from ..core import config
from ..core.errors import DemeanorError
from ..core.hooks import Notify
from ..core.spec import ModelSpec, spec_of
from ..media.types import VIDEOS
from .clips import Clip
from .corpora import corpus_named, known_corpora
from .corpora.recordings import never_silent
from .segmentation import cut
from .segmentation.segment import is_segment, segment_of
from .training_folder import OnProgress, Summary, counts_of, lay_out

NOBODY_KNOWN = "who is in which file is not known, so one person may be in train and in test"


def get_data(
    corpus: str,
    folder: Path | None = None,
    notify: Notify = lambda sentence: None,
    on_progress: OnProgress = lambda done, total: None,
) -> list[Summary]:
    """Lay out the corpus in `folder` (None: data/original_<corpus>_data) for training; run again, it goes on.

    A file goes to every model that reads files of its ending; of a take that is there in several forms, such as sound
    and video, a model gets the one whose ending is first among its `suffixes`, by the same number as another model gets
    the other. A model of pictures over time gets long recordings in pieces, see `cutting`. There is a Summary for each
    model that got any. `notify` takes each sentence a person should know, `on_progress` the files done and the files in
    all, at each step. Raises DemeanorError where `folder` holds no such corpus, or none of its files is of use
    to any model.
    """
    module = corpus_named(corpus)
    name = module.NAME or corpus
    notes: list[str] = []

    def note(sentence: str) -> None:
        notes.append(sentence)
        notify(sentence)

    own = config.DATA_FOLDER / f"original_{name}_data"
    folder = _existing(Path(folder or own).expanduser().absolute(), name)
    clips = _load(module, name, folder, own, note)
    there = _there(name, clips, getattr(module, "PEOPLE", NOBODY_KNOWN), note)
    parts = _by_model(name, there, getattr(module, "is_silent", never_silent), note)
    parts = [(spec, _cut(spec, part, folder, note, on_progress)) for spec, part in parts]
    laid = _laid_out(name, parts, on_progress)
    return [_summary(name, spec, laid[spec.name], clips, notes) for spec, _ in parts]


def _load(module: Any, name: str, folder: Path, own: Path, notify: Notify) -> list[Clip]:
    notify(f"{name}: {module.LICENCE}.")
    try:
        clips = module.load(folder, notify)
        if hasattr(module, "unpack"):
            clips = module.unpack(clips, own)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DemeanorError(f"{name} in {folder} could not be read: {error}.") from error
    return [replace(clip, corpus=name, source=clip.source or _below(clip.path, folder)) for clip in clips]


def _existing(folder, name):
    if folder.is_file():
        raise DemeanorError(f"{folder} is a file; unpack it if it is an archive, and give the folder it lies in.")
    if not folder.is_dir() or not any(folder.iterdir()):
        state = "is empty" if folder.is_dir() else "does not exist"
        raise DemeanorError(
            f"{folder} {state}; put {name} there, or name the folder it is in: "
            f"python run.py data get {name} --from FOLDER (known by name: {', '.join(known_corpora())})."
        )
    return folder


def _below(path, folder):
    return (path.relative_to(folder) if path.is_relative_to(folder) else path).as_posix()


def _there(name: str, clips: Sequence[Clip], people: str, notify: Notify) -> list[Clip]:
    there = [clip for clip in clips if segment_of(clip.path).file.is_file()]
    missing = _missing(clips)
    if not there:
        raise DemeanorError(f"{name}: none of the {len(missing):,} files it names is there, such as {missing[0].path}.")
    if missing:
        notify(f"{name}: {len(missing):,} files it names are not there, such as {missing[0].path}; they were left out.")
    if not all(clip.speaker for clip in there):
        notify(f"{name}: {people}.")
    return there


def _missing(clips: Sequence[Clip]) -> list[Clip]:
    return [clip for clip in clips if not segment_of(clip.path).file.is_file()]


def _by_model(
    name: str, clips: Sequence[Clip], is_silent: Callable[[Clip], bool], notify: Notify
) -> list[tuple[ModelSpec, list[Clip]]]:
    """The models that can read any of the clips, each with those, a take once."""
    specs = [spec_of(model) for model in MODELS]
    readable = {
        spec.name: [clip for clip in _readable(spec, clips) if _of_use(spec, clip, is_silent)] for spec in specs
    }
    useless = set(clips).difference(*readable.values())
    parts = [(spec, _each_take_once(name, spec, readable[spec.name], notify)) for spec in specs if readable[spec.name]]
    if useless:
        paths = [clip.path for clip in clips if clip in useless]
        endings = ", ".join(sorted({path.suffix.lower() for path in paths}))
        sentence = f"{name}: {len(paths):,} files ({endings}) are of no use to any model, such as {paths[0]}"
        if not parts:
            raise DemeanorError(f"{sentence}; the models are: {', '.join(MODELS)}.")
        notify(f"{sentence}; they were left out.")
    return parts


def _readable(spec: ModelSpec, clips: Sequence[Clip]) -> list[Clip]:
    return [clip for clip in clips if clip.path.suffix.lower() in spec.suffixes]


def _of_use(spec, clip, is_silent):
    """A model that only listens has no use for a silent video, and none for a stretch: nobody cuts its files."""
    return _watches(spec) or not (is_silent(clip) or is_segment(clip.path))


def _watches(spec: ModelSpec) -> bool:
    """Whether it reads pictures over time: it would rather have a take's video than its sound."""
    return spec.suffixes[0] in VIDEOS


def _each_take_once(name: str, spec: ModelSpec, clips: Sequence[Clip], notify: Notify) -> list[Clip]:
    """Of the clips with one number the form that the model likes best, in the order of the first forms."""
    kept: dict[int, Clip] = {}
    for clip in clips:
        kept[clip.number] = min(kept.get(clip.number, clip), clip, key=lambda form: _liking(spec, form))
    if len(kept) < len(clips):
        form = "video" if _watches(spec) else "sound"
        notify(
            f"{name}: {len(clips) - len(kept):,} takes are there as sound and as video; the {spec.name} model gets the "
            f"{form}."
        )
    return list(kept.values())


def _liking(spec, clip):
    return spec.suffixes.index(clip.path.suffix.lower())


def _cut(spec: ModelSpec, clips: list[Clip], folder: Path, notify: Notify, on_progress: OnProgress) -> list[Clip]:
    if not _watches(spec):
        return clips
    place = config.DATA_FOLDER / f"cut_{clips[0].corpus}_data"
    return cut(clips, folder, place, config.WINDOW_SECONDS, notify, on_progress)


def _laid_out(name, parts, on_progress) -> dict[str, list[Clip]]:
    total, before, laid = sum(len(part) for _, part in parts), 0, {}
    for spec, part in parts:
        hook = _onward(on_progress, before, total)
        laid[spec.name] = lay_out(part, spec.training_folder / name, hook)
        before += len(part)
    return laid


def _onward(on_progress: OnProgress, before: int, total: int) -> OnProgress:
    """The same progress, for one part after `before` of `total` files."""
    return lambda done, _: on_progress(before + done, total)


def _summary(name, spec, laid, clips, notes):
    missing = len(_readable(spec, _missing(clips)))
    return Summary(name, spec.name, spec.training_folder / name, counts_of(laid), missing, tuple(notes))
