"""Times as people and programs write them."""

import re

from ...core.errors import DemeanorError
from ..annotations import LONGEST_SECONDS, Mark

CLOCK = re.compile(r"(?:(?P<h>\d{1,4}):)?(?P<m>\d{1,4}):(?P<s>\d{1,2}(?:[.,]\d{0,9})?)")
PLAIN = re.compile(r"(?P<n>-?\d{1,12}(?:[.,]\d{0,18})?(?:[eE]-?\d{1,2})?) ?(?P<unit>s|sec|ms|msec)?")


def seconds_in(text: str, milliseconds: bool = False) -> float | None:
    """Return a time in seconds; None where it is none. milliseconds: a number without a unit is in these.

    >>> seconds_in("0:01:02.5"), seconds_in("62,5"), seconds_in("62500", milliseconds=True), seconds_in("happy")
    (62.5, 62.5, 62.5, None)
    """
    text = text.strip()
    if clock := CLOCK.fullmatch(text):
        return int(clock["h"] or 0) * 3600 + int(clock["m"]) * 60 + float(clock["s"].replace(",", "."))
    if not (plain := PLAIN.fullmatch(text)):
        return None
    number = float(plain["n"].replace(",", "."))
    in_milliseconds = plain["unit"] in ("ms", "msec") or (milliseconds and not plain["unit"])
    return number / 1000 if in_milliseconds else number


def mark_between(begin: float | None, end: float | None, label: str, where: str) -> Mark:
    """Return a mark; raises DemeanorError, which begins with `where`, for times that cannot be."""
    if begin is None or end is None:
        raise DemeanorError(f"{where}: its begin or its end is no time, such as 12.5 or 0:12.5.")
    if not 0 <= begin <= end <= LONGEST_SECONDS:
        raise DemeanorError(
            f"{where}: it goes from {begin:g} to {end:g} s; it has to begin at 0 or later and end then."
        )
    return Mark(begin, end, " ".join(label.split()))
