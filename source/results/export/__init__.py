"""Results in the formats of the programs that people annotate with."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from ...core.errors import DemeanorError

if TYPE_CHECKING:
    from ..kept import Kept


@dataclass(frozen=True)
class Format:
    """A format that results are exported in."""

    title: str
    """The program, and how it takes the file."""
    ending: str
    media_type: str
    module: str
    """Of this package; imported when it is first needed."""

    def write(self, kept: Kept) -> str:
        """Return the file's content; raises DemeanorError for a result that it cannot hold."""
        return import_module(f".{self.module}", __package__).text(kept)


FORMATS = {
    "elan": Format("ELAN: tab-delimited text, to import", ".elan.txt", "text/tab-separated-values", "elan"),
    "eaf": Format("ELAN: a document with tiers", ".eaf", "application/xml", "eaf"),
    "boris": Format("BORIS: events, to paste", ".boris.txt", "text/tab-separated-values", "boris"),
    "labelstudio": Format("Label Studio: predictions", ".label_studio.json", "application/json", "label_studio"),
    "textgrid": Format("Praat: a TextGrid", ".TextGrid", "text/plain", "textgrid"),
}


def format_named(name: str) -> Format:
    """Return the format; raises DemeanorError where there is none."""
    if name not in FORMATS:
        raise DemeanorError(f"There is no format '{name}'; there are: {', '.join(FORMATS)}.")
    return FORMATS[name]
