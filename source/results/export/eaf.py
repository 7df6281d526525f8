"""A document of ELAN (EAF 3.0): a tier for each track, with the recording linked by its name."""

import mimetypes
import re
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain, count
from pathlib import Path
from xml.etree import ElementTree

from ..kept import Kept
from ..tracks import Track, tracks_of, without_overlap

XSI = "http://www.w3.org/2001/XMLSchema-instance"
SCHEMA = "http://www.mpi.nl/tools/elan/EAFv3.0.xsd"
MOMENT_SECONDS = 0.1  # that a mark without length gets: ELAN has none
TYPE = "default-lt"
FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # in XML 1.0


def text(kept: Kept) -> str:
    """Return the document; times in milliseconds."""
    made = datetime.now(UTC).isoformat(timespec="seconds")
    root = ElementTree.Element("ANNOTATION_DOCUMENT", AUTHOR="Demeanor", DATE=made, FORMAT="3.0", VERSION="3.0")
    root.set("xmlns:xsi", XSI)
    root.set("xsi:noNamespaceSchemaLocation", SCHEMA)
    header = ElementTree.SubElement(root, "HEADER", MEDIA_FILE="", TIME_UNITS="milliseconds")
    recording = f"./{_legal(Path(kept.prediction.source).name)}"
    kind = mimetypes.guess_type(recording)[0] or "unknown"
    links = {"MEDIA_URL": recording, "RELATIVE_MEDIA_URL": recording, "MIME_TYPE": kind}
    ElementTree.SubElement(header, "MEDIA_DESCRIPTOR", links)
    slots = ElementTree.SubElement(root, "TIME_ORDER")
    slot_numbers, annotation_numbers = count(1), count(1)
    for track in chain.from_iterable(without_overlap(_with_length(track)) for track in tracks_of(kept)):
        tier = ElementTree.SubElement(root, "TIER", LINGUISTIC_TYPE_REF=TYPE, TIER_ID=_legal(track.name))
        for mark in track.marks:
            ids = [f"ts{next(slot_numbers)}" for _ in range(2)]
            for slot, seconds in zip(ids, (mark.begin_seconds, mark.end_seconds), strict=True):
                place = {"TIME_SLOT_ID": slot, "TIME_VALUE": str(round(seconds * 1000))}
                ElementTree.SubElement(slots, "TIME_SLOT", place)
            names = {"ANNOTATION_ID": f"a{next(annotation_numbers)}"}
            names |= {"TIME_SLOT_REF1": ids[0], "TIME_SLOT_REF2": ids[1]}
            holder = ElementTree.SubElement(tier, "ANNOTATION")
            annotation = ElementTree.SubElement(holder, "ALIGNABLE_ANNOTATION", names)
            ElementTree.SubElement(annotation, "ANNOTATION_VALUE").text = _legal(mark.label)
    last = ElementTree.SubElement(header, "PROPERTY", NAME="lastUsedAnnotationId")
    last.text = str(next(annotation_numbers) - 1)
    ElementTree.SubElement(
        root, "LINGUISTIC_TYPE", GRAPHIC_REFERENCES="false", LINGUISTIC_TYPE_ID=TYPE, TIME_ALIGNABLE="true"
    )
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _with_length(track: Track) -> Track:
    """Return the track with each moment as a short stretch."""
    ends = (m.begin_seconds + (MOMENT_SECONDS if m.begin_seconds == m.end_seconds else 0) for m in track.marks)
    pairs = zip(track.marks, ends, strict=True)
    return Track(track.name, tuple(replace(mark, end_seconds=max(mark.end_seconds, end)) for mark, end in pairs))


def _legal(value: str) -> str:
    return FORBIDDEN.sub("\ufffd", value)
