"""An original corpus -> the training folder of every model that can read its files, each with its clips.csv."""

import csv
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import config
import source
from source.datasets import Say, corpus_named, known_corpora
from source.shared.clips import Clip
from source.shared.errors import Trouble
from source.shared.spec import ModelSpec, spec_of
from source.shared.training_files import OnProgress, Summary, counts_of, lay_out

NOBODY_KNOWN = "who is in which file is not known, so one person may be in train and in test"


def get_data(
    corpus: str,
    folder: Path | None = None,
    say: Say = lambda sentence: None,
    on_progress: OnProgress = lambda done, total: None,
) -> list[Summary]:
    """Lay out the corpus in `folder` (None: data/original_<corpus>_data) for training; run again, it goes on.

    A file goes to every model that reads files of its ending; there is a Summary for each model that got any. `say`
    takes each sentence a person should know, `on_progress` the files done and the files in all. Raises Trouble where
    `folder` holds no such corpus, or none of its files is of use to any model.
    """
    module = corpus_named(corpus)
    name = module.NAME or corpus
    notes: list[str] = []

    def note(sentence: str) -> None:
        notes.append(sentence)
        say(sentence)

    clips = _load(module, name, folder, note)
    there = _there(name, clips, getattr(module, "PEOPLE", NOBODY_KNOWN), note)
    parts = _by_model(name, there, note)
    laid = _laid_out(name, parts, on_progress)
    return [_summary(name, spec, laid[spec.name], clips, notes) for spec, _ in parts]


def _load(module: Any, name: str, folder: Path | None, say: Say) -> list[Clip]:
    own = config.DATA_FOLDER / f"original_{name}_data"
    folder = _existing(Path(folder or own).expanduser().absolute(), name)
    say(f"{name}: {module.LICENCE}.")
    try:
        clips = module.load(folder, say)
        if hasattr(module, "unpack"):
            clips = module.unpack(clips, own)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Trouble(f"{name} in {folder} could not be read: {error}.") from error
    return [replace(clip, corpus=name, source=clip.source or _below(clip.path, folder)) for clip in clips]


def _existing(folder, name):
    if folder.is_file():
        raise Trouble(f"{folder} is a file; unpack it if it is an archive, and give the folder it lies in.")
    if not folder.is_dir() or not any(folder.iterdir()):
        state = "is empty" if folder.is_dir() else "does not exist"
        raise Trouble(
            f"{folder} {state}; put {name} there, or name the folder it is in: "
            f"python run.py data get {name} --from FOLDER (known by name: {', '.join(known_corpora())})."
        )
    return folder


def _below(path, folder):
    return (path.relative_to(folder) if path.is_relative_to(folder) else path).as_posix()


def _there(name: str, clips: Sequence[Clip], people: str, say: Say) -> list[Clip]:
    there = [clip for clip in clips if clip.path.is_file()]
    missing = _missing(clips)
    if not there:
        raise Trouble(f"{name}: none of the {len(missing):,} files it names is there, such as {missing[0].path}.")
    if missing:
        say(f"{name}: {len(missing):,} files it names are not there, such as {missing[0].path}; they were left out.")
    if not all(clip.speaker for clip in there):
        say(f"{name}: {people}.")
    return there


def _missing(clips: Sequence[Clip]) -> list[Clip]:
    return [clip for clip in clips if not clip.path.is_file()]


def _by_model(name: str, clips: Sequence[Clip], say: Say) -> list[tuple[ModelSpec, list[Clip]]]:
    """The models that can read any of the clips, each with those."""
    specs = [spec_of(model) for model in source.MODELS]
    parts = [(spec, part) for spec in specs if (part := _readable(spec, clips))]
    useless = [clip.path for clip in clips if not any(_readable(spec, [clip]) for spec in specs)]
    if useless:
        endings = ", ".join(sorted({path.suffix.lower() for path in useless}))
        sentence = f"{name}: {len(useless):,} files ({endings}) are of no use to any model, such as {useless[0]}"
        if not parts:
            raise Trouble(f"{sentence}; the models are: {', '.join(source.MODELS)}.")
        say(f"{sentence}; they were left out.")
    return parts


def _readable(spec: ModelSpec, clips: Sequence[Clip]) -> list[Clip]:
    return [clip for clip in clips if clip.path.suffix.lower() in spec.suffixes]


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
