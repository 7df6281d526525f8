"""Results as they lie on the disk: folders with a result.json, and what people added to it."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

from ..core import config
from ..core.errors import DemeanorError
from ..core.files import natural
from .annotations import Annotations, Correction, read_annotations, sentences_of
from .prediction import Prediction, Reading
from .writing import RESULT


@dataclass(frozen=True)
class Kept:
    """A result of one file."""

    folder: Path
    prediction: Prediction
    annotations: Annotations

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.name

    @property
    def corrected(self) -> Prediction:
        """The prediction with the words as people corrected them, and what the text model reads in those.

        Of a video the words' own answer changes, the fused one stays: it was made of what the transcriber heard.
        """
        field = "sentences" if self.prediction.sentences else "readings"
        sentences = sentences_of(self.prediction)
        by_index = {int(at): one for at, one in self.annotations.sentences.items() if int(at) < len(sentences)}
        fitting = {at: one for at, one in by_index.items() if one.said in ("", sentences[at].text)}
        new = {id(sentences[at]): _with(sentences[at], correction) for at, correction in fitting.items()}
        changed = tuple(new.get(id(reading), reading) for reading in getattr(self.prediction, field))
        return replace(self.prediction, **{field: changed})


def kept_in(folder: Path) -> Kept:
    """Return the result in `folder`; raises DemeanorError where it is damaged or of another version."""
    file = folder / RESULT
    try:
        prediction = Prediction.from_dict(json.loads(file.read_text(encoding="utf-8")))
    except OSError as error:
        raise DemeanorError(f"{file} cannot be read: {error.strerror or error}.") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise DemeanorError(
            f"{file} is damaged or of another version of Demeanor; predict the file once more."
        ) from None
    return Kept(folder.absolute(), prediction, read_annotations(folder))


def result_folders(name: str | Path) -> list[Path]:
    """Return the folder of the result that is meant by `name`, or of each result of a run over several files.

    name: a folder or its result.json, looked up in output_files/ first, then as a path. Raises DemeanorError where
    there is none.
    """
    for place in (config.OUTPUT_FOLDER / name, Path(name).expanduser()):
        folder = place.parent if place.name == RESULT else place
        if str(name).strip() and folder.is_dir():
            inside = sorted((file.parent for file in folder.glob(f"*/{RESULT}")), key=lambda one: natural(one.name))
            found = inside or [folder] * (folder / RESULT).is_file()
            if found:
                return found
    known = known_results()
    more = f" and {len(known) - 12} more" if len(known) > 12 else ""
    there = ", ".join(known[:12]) or "none yet"
    raise DemeanorError(
        f"There is no result {name} in {config.OUTPUT_FOLDER} nor at that path; there are: {there}{more}."
    )


def known_results() -> list[str]:
    """Return the names of the results in output_files/, of single files and of runs over several."""
    return sorted((file.parent.name for file in config.OUTPUT_FOLDER.glob(f"[!.]*/{RESULT}")), key=natural)


def result_named(name: str | Path) -> Kept:
    """Return the one result that is meant by `name`; raises DemeanorError where there is none, or several."""
    folders = result_folders(name)
    if len(folders) > 1:
        first = ", ".join(folder.name for folder in folders[:3])
        raise DemeanorError(f"{name} holds {len(folders)} results ({first}, ...); name one of them.")
    return kept_in(folders[0])


def _with(sentence: Reading, correction: Correction) -> Reading:
    """Return a sentence as it was corrected."""
    read = correction.reading or Reading({})
    if sentence.modalities is None:
        return replace(
            read, text=correction.text, start_seconds=sentence.start_seconds, end_seconds=sentence.end_seconds
        )
    alone = {name: answer for name, answer in sentence.modalities.items() if name != "text"}
    alone |= {"text": read.probabilities} if read.probabilities else {}
    return replace(sentence, text=correction.text, modalities=alone, sentiment=read.sentiment, word_attribution=())
