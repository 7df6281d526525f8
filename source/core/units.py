"""Shares, times and durations as text, and times from text."""

import re


def percent(share: float) -> str:
    """Return a share in [0, 1] as percent.

    >>> percent(0.6543)
    '65.4 %'
    """
    return f"{share:.1%}".replace("%", " %")


def duration(seconds: float) -> str:
    """Return a duration rounded to seconds, minutes, or hours and minutes.

    >>> duration(41.2), duration(250), duration(7500)
    ('41 s', '4 min', '2 h 5 min')
    """
    if seconds < 99.5:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def confidence_percent(confidence: float) -> str:
    """Return a probability in [0, 1] as whole percent, but never 100 %.

    >>> confidence_percent(0.71), confidence_percent(0.9991)
    ('71 %', 'over 99 %')
    """
    return "over 99 %" if confidence >= 0.995 else f"{confidence:.0%}".replace("%", " %")


def clock(seconds: float, hours: bool = False, tenths: bool = False) -> str:
    """Return a time as minutes and seconds, with hours where there are any or `hours` asks for them.

    >>> clock(67.4), clock(3725), clock(67, hours=True), clock(67.4, tenths=True)
    ('1:07', '1:02:05', '0:01:07', '1:07.4')
    """
    if tenths:
        whole, tenth = divmod(int(seconds * 10 + 0.5), 10)
        return f"{clock(whole, hours)}.{tenth}"
    minutes, rest = divmod(int(seconds + 0.5), 60)  # not `round`: to it 3.5 and 4.5 are both 4
    if minutes >= 60 or hours:
        return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"
    return f"{minutes}:{rest:02}"


def seconds_of(text: str) -> float:
    """Return a time such as 80, 1:20 or 1:02:05.5 in seconds; raises ValueError for anything else.

    >>> seconds_of("1:02:05.5")
    3725.5
    """
    if not re.fullmatch(r"(\d+:)?(\d+:)?\d+(\.\d+)?", text, re.ASCII):
        raise ValueError(f"'{text}' is no time, such as 80, 1:20 or 1:02:05")
    return sum(float(part) * 60**power for power, part in enumerate(reversed(text.split(":"))))


def short_duration(seconds: float) -> str:
    """Return a duration with tenths of a second below one minute, else as a clock shows it.

    >>> short_duration(12.34), short_duration(67.4)
    ('12.3 s', '1:07')
    """
    return f"{seconds:.1f} s" if seconds < 59.95 else clock(seconds)


def signed(value: float) -> str:
    """Return a number with its sign and one decimal.

    >>> signed(0.42), signed(-0.26), signed(-0.01)
    ('+0.4', '-0.3', '0.0')
    """
    return f"{round(value, 1) or 0:+.1f}".replace("+0.0", "0.0")
