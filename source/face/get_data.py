"""An original corpus of faces -> data/training_faces/<corpus>/<split>/ and its clips.csv."""

import csv
from dataclasses import replace
from pathlib import Path

import config
from source.datasets import Say, corpus_named, known_corpora
from source.shared.clips import Clip
from source.shared.errors import Trouble
from source.shared.spec import TRAINING_FOLDERS
from source.shared.training_files import OnProgress, Summary, counts_of, lay_out


def get_data(
    corpus: str,
    folder: Path | None = None,
    say: Say = lambda sentence: None,
    on_progress: OnProgress = lambda done, total: None,
) -> Summary:
    """Lay out the corpus in `folder` (None: data/original_<corpus>_data) for training; run again, it goes on.

    `say` takes each sentence a person should know, `on_progress` the files done and the files in all. Raises Trouble
    where `folder` holds no such corpus.
    """
    module = corpus_named(corpus)
    name = module.NAME or corpus
    notes: list[str] = []
    clips = _load(module, name, folder, lambda sentence: (notes.append(sentence), say(sentence)))
    there = [clip for clip in clips if clip.path.is_file()]
    missing = [clip.path for clip in clips if not clip.path.is_file()]
    for note in _notes(name, there, missing):
        notes.append(note)
        say(note)
    target = config.DATA_FOLDER / TRAINING_FOLDERS["face"] / name
    laid = lay_out(there, target, on_progress)
    return Summary(name, target, counts_of(laid), len(missing), tuple(notes))


def _load(module, name, folder, say) -> list[Clip]:
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


def _notes(name, there, missing):
    if not there:
        raise Trouble(f"{name}: none of the {len(missing):,} files it names is there, such as {missing[0]}.")
    if missing:
        yield f"{name}: {len(missing):,} files it names are not there, such as {missing[0]}; they were left out."
    if not all(clip.speaker for clip in there):
        yield f"{name}: who is in which file is not known, so one person may be in train and in test."
