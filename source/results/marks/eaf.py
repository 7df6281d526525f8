"""Documents of ELAN (EAF)."""

from xml.etree import ElementTree

from ...core.errors import DemeanorError
from ..tracks import Track
from .times import mark_between


def tracks(text: str) -> list[Track]:
    """Return a track for each tier that has times of its own; raises DemeanorError where it is no such document."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:  # ELAN writes none, and entities can be made to fill the memory
        raise DemeanorError("It is no document of ELAN: it declares a document type of its own.")
    try:
        root = ElementTree.fromstring(text.encode())
    except ElementTree.ParseError as error:
        raise DemeanorError(f"It is no document of ELAN: {error}.") from None
    slots = {slot.get("TIME_SLOT_ID"): slot.get("TIME_VALUE") for slot in root.iter("TIME_SLOT")}
    found = []
    for tier in root.iter("TIER"):
        name, marks = tier.get("TIER_ID", ""), []
        for annotation in tier.iter("ALIGNABLE_ANNOTATION"):
            ends = [slots.get(annotation.get(f"TIME_SLOT_REF{number}")) for number in (1, 2)]
            label = annotation.findtext("ANNOTATION_VALUE") or ""
            if all(ends) and label.strip():  # those between two others may have no times
                begin, end = (int(milliseconds or 0) / 1000 for milliseconds in ends)
                marks.append(mark_between(begin, end, label, f"{name}, {annotation.get('ANNOTATION_ID')}"))
        found.append(Track(name, tuple(marks)))
    return [track for track in found if track.marks]
