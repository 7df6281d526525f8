"""What the sections of the page are put together from: safe text, times that seek, chips, dots and bars."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

from ....core.figure import ink_on, label_colours
from ....core.units import clock
from ....results.circumplex import emoji
from ....results.prediction import Prediction, Reading

UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")  # HTML has no place for them, nor has UTF-8


@dataclass(frozen=True)
class Page:
    """What every section needs to know."""

    prediction: Prediction
    video: str | None
    """Where the player finds the video, relative to the page."""

    @property
    def seconds(self) -> float:
        return self.prediction.seconds or 0.0

    @property
    def colours(self) -> Mapping[str, str]:
        return label_colours(self.prediction.labels)

    @property
    def link(self) -> str | None:
        """The video's address, safe in an attribute: a name with a colon in it is no scheme."""
        return None if self.video is None else escape(quote(self.video.encode("utf-8", "surrogatepass"), safe="/"))

    def when(self, reading: Reading, to_end: bool = True) -> str:
        """The reading's time; where there is a video, a link to it there, which needs no script."""
        start, end = reading.start_seconds or 0.0, reading.end_seconds or 0.0
        tenths = to_end and end - start < 1  # "0:12 to 0:12" would say nothing
        text = clock(start, tenths=tenths) + (f" to {clock(end, tenths=tenths)}" if to_end else "")
        if reading.start_seconds is None:
            return ""
        if self.link is None:
            return f'<span class="when">{text}</span>'
        return f'<a class="when" data-t="{start:.2f}" href="{self.link}#t={start:.2f}">{text}</a>'

    def chip(self, reading: Reading) -> str:
        """The answer on its colour; a white one where the model is not sure."""
        face = emoji(reading.emotion)
        text = unbroken(f"{face} {reading.said}" if face else reading.said)
        colour = self.colours.get(reading.emotion or "")
        if not colour:
            return f'<span class="chip unsure">{text}</span>'
        return f'<span class="chip" style="background:{colour};color:{ink_on(colour)}">{text}</span>'

    def dotted(self, probabilities: Mapping[str, float]) -> str:
        """An answer in small behind a dot of its colour, in brackets where it is not sure; a dash for none."""
        if not probabilities:
            return '<span class="soft">&ndash;</span>'
        reading = Reading(dict(probabilities))
        text = reading.said if reading.emotion else reading.said.removeprefix("not sure ")
        return f'<span class="own">{self.dot(reading.emotion)}{safe(text)}</span>'

    def dot(self, label: str | None) -> str:
        return f'<span class="dot" style="background:{self.colours.get(label or "", "var(--unsure)")}"></span>'

    def bars(self, reading: Reading) -> str:
        """A bar for every label, the likeliest first."""
        ranked = sorted(reading.probabilities.items(), key=lambda item: -item[1])
        rows = (
            f'<span>{safe(label)}</span><span class="bar"><i style="width:{100 * share:.1f}%;'
            f'background:{self.colours.get(label, "var(--unsure)")}"></i></span><span>{percent(share)}</span>'
            for label, share in ranked
        )
        return f'<div class="bars">{"".join(rows)}</div>' if ranked else ""


def safe(text: str) -> str:
    """Any text, such as a file's name or what somebody says, as text of the page and never as a part of it.

    >>> safe("<b>\\x00&")
    '&lt;b&gt;\ufffd&amp;'
    """
    return escape(UNPRINTABLE.sub("\ufffd", text))


def unbroken(said: str) -> str:
    """An answer in words, its percentage kept in one line.

    >>> unbroken("happy 71 %")
    'happy 71&nbsp;%'
    """
    return safe(said).replace(" %", "&nbsp;%")


def percent(share: float) -> str:
    """
    >>> percent(0.714)
    '71 %'
    """
    return f"{100 * share:.0f} %"


def section(title: str, body: str, lead: str = "", kind: str = "") -> str:
    """A section of the page; lead: HTML that says how to look at it. Empty where its body is."""
    said = f'<p class="lead">{lead}</p>' if lead else ""
    return f"<section{f' class={kind}' if kind else ''}><h2>{title}</h2>{said}{body}</section>" if body else ""


def more(count: int, what: str, file: str) -> str:
    """Says what a long video's page leaves out."""
    return f'<p class="soft">{count:,} more {what}: see {file}</p>' if count > 0 else ""
