"""Agreement and comparison as the text that a person reads on the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from ..core.units import percent, short_duration
from .render import table
from .terminal import wrapped

if TYPE_CHECKING:
    from ..evaluation.agreement import Agreement
    from ..evaluation.recordings import Case, Comparison, Estimate

SIDE_BY_SIDE = 3  # cases in a table of 80 columns
MOST_CONFUSIONS = 3  # raters whose confusion is shown
AFFECT = ("valence", "arousal")


def agreement_text(found: Agreement) -> str:
    """Return kappa of each rater, alpha between them, and where they and the answer differ."""
    excluded = f", {short_duration(found.excluded_seconds)} excluded" if found.excluded_seconds else ""
    parts = [wrapped(f"{short_duration(found.seconds)} compared{excluded}; kappa over the time that both label.")]
    rows = []
    for name in found.raters:
        one = found.rated[name]
        rows.append(
            {"rater": name, "kappa": _number(one.kappa), "agreed": "" if one.agreed is None else percent(one.agreed)}
            | {"both label": short_duration(one.both_seconds), "rater not sure": short_duration(one.not_sure_seconds)}
            | {"answer not sure": short_duration(one.answer_not_sure_seconds)}
        )
    parts += [table(rows)] if rows else []
    if len(found.raters) > 1:
        over = f"over the {short_duration(found.alpha_seconds)} that two or more label"
        parts.append(
            wrapped(f"Krippendorff's alpha between {len(found.raters)} raters: {_number(found.alpha)}, {over}.")
        )
    for name in found.raters[:MOST_CONFUSIONS]:
        shown = _confusion(found, name)
        parts += [f"Seconds as {name} has them (rows), and as the answer:\n{shown}"] if shown else []
    parts += [wrapped(f"{note}.") for note in found.notes]
    return "\n\n".join(parts)


def comparison_text(found: Comparison) -> str:
    """Return shares, means and changes of each case, with their intervals."""
    return "\n\n".join(_comparison_parts(found))


def _comparison_parts(found: Comparison) -> Iterator[str]:
    sections = [
        ("Share of the time, by answer", [case.shares for case in found.cases], False),
        ("Mean probability, valence and arousal", [case.means for case in found.cases], False),
    ]
    if found.baseline:
        heading = f"Change of the means against {found.baseline}, in points"
        sections.append((heading, [case.changes or {} for case in found.cases], True))
    for heading, estimates, is_change in sections:
        for at in range(0, len(estimates), SIDE_BY_SIDE):
            some = slice(at, at + SIDE_BY_SIDE)
            shown = _estimates(found.cases[some], estimates[some], is_change)
            if shown:
                yield f"{heading}\n{shown}"
    yield from map(wrapped, found.notes)


def _estimates(cases: Sequence[Case], estimates: Sequence[Mapping[str, Estimate]], is_change: bool) -> str:
    """Return a row for each quantity, a column for each case."""
    names = dict.fromkeys(name for one in estimates for name in one)
    heads = [f"{case.name} ({case.n})" if case.recordings > 1 else case.name for case in cases]
    rows = [
        {"": name} | {
            head: _estimate(one.get(name), name in AFFECT, is_change)
            for head, one in zip(heads, estimates, strict=True)
        }
        for name in names
    ]  # fmt: skip
    return table(rows) if rows else ""


def _estimate(one: Estimate | None, is_affect: bool, is_change: bool) -> str:
    if one is None:
        return ""

    def said(value: float) -> str:
        return f"{value:+z.2f}" if is_affect else f"{100 * value:+z.0f}" if is_change else f"{100 * value:.0f} %"

    between = "" if one.low is None or one.high is None else f" ({said(one.low)} to {said(one.high)})"
    return f"{said(one.mean)}{between}"


def _confusion(found: Agreement, rater: str) -> str:
    """Return the confusion matrix without the labels that nobody says; "" where it is empty."""
    matrix = found.confusion[rater]
    columns = [at for at in range(len(found.answers)) if any(row[at] for row in matrix)]
    rows = [
        {"": label} | {found.answers[at]: f"{row[at]:.1f}" if row[at] else "." for at in columns}
        for label, row in zip(found.labels, matrix, strict=True)
        if any(row)
    ]
    return table(rows) if rows else ""


def _number(value: float | None) -> str:
    return "not defined" if value is None else f"{value:.2f}"
