"""How long something takes, in words."""


def duration(seconds: float) -> str:
    """In the unit that fits, so exactly as a person wants to know it.

    >>> duration(41.2), duration(250), duration(7500)
    ('41 s', '4 min', '2 h 5 min')
    """
    if seconds < 99.5:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
