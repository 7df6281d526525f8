"""Charts of a training and a test, as PNG."""

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

import numpy as np

from ...core.figure import new_figure, png_of

CURVES = ("#0072b2", "#d55e00", "#009e73", "#cc79a7")  # colours that colour-blind people tell apart (Okabe & Ito)


def confusion_matrix(confusion: Sequence[Sequence[int]], labels: Sequence[str], title: str) -> bytes:
    """Draw counts and their share of the row, as PNG: rows are the truth, columns the answers."""
    counts = np.asarray(confusion)
    shares = counts / np.maximum(counts.sum(1, keepdims=True), 1)
    side = 2.6 + 0.75 * len(labels)
    figure = new_figure(side + 0.8, side)
    axes = figure.add_subplot()
    picture = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (row, column), share in np.ndenumerate(shares):
        ink = "white" if share > 0.55 else "black"
        text = f"{share:.0%}\n{counts[row, column]:,}"
        axes.text(column, row, text, ha="center", va="center", color=ink, fontsize=9)
    axes.set_xticks(range(len(labels)), labels, rotation=45, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(labels)), labels)
    axes.set(xlabel="answer", ylabel="truth", title=title)
    figure.colorbar(picture, ax=axes, fraction=0.046, label="share of the row")
    return png_of(figure)


def learning_curves(history: Sequence[Mapping[str, float]], kept: int) -> bytes:
    """Draw loss, val scores and learning rate over the epochs, as PNG.

    history: for each epoch, epoch, train_loss, val_loss, val_accuracy, val_uar, learning_rate. kept: epoch whose
    weights were kept.
    """
    figure = new_figure(12, 3.6)
    losses, scores, rates = figure.subplots(1, 3)
    _lines(losses, "loss", history, {"train_loss": "train", "val_loss": "val"})
    _lines(scores, "val", history, {"val_accuracy": "accuracy", "val_uar": "UAR"})
    _lines(rates, "learning rate", history, {"learning_rate": "learning rate"})
    uar = next(row["val_uar"] for row in history if row["epoch"] == kept)
    scores.axvline(kept, color="#8a8a8a", linestyle=":", label=f"kept: {uar:.1%}")
    scores.legend()
    return png_of(figure)


def _lines(axes: Any, title: str, history: Sequence[Mapping[str, float]], series: Mapping[str, str]) -> None:
    """Draw some columns of the history; series: column -> its name in the legend."""
    epochs = [row["epoch"] for row in history]
    styles = (("#0072b2", "o"), ("#d55e00", "s"))
    for (key, name), (colour, marker) in zip(series.items(), styles, strict=False):
        axes.plot(epochs, [row[key] for row in history], color=colour, marker=marker, markersize=3, label=name)
    if len(series) > 1:
        axes.legend()
    axes.grid(alpha=0.25)
    axes.set(xlabel="epoch", title=title)
    axes.xaxis.get_major_locator().set_params(integer=True)


def reliability_diagram(curves: Mapping[str, Sequence[Mapping[str, float]]]) -> bytes:
    """Draw accuracy against confidence, as PNG; on the dashed line the two are equal.

    curves: name in the legend -> its bins, for each of which confidence, accuracy and share of the clips, in [0, 1].
    """
    figure = new_figure(5, 5 + 0.2 * len(curves))
    axes, shares = figure.subplots(2, 1, sharex=True, height_ratios=(4, 1))
    axes.plot((0, 1), (0, 1), "--", color="#8a8a8a", label="confidence = accuracy")
    width = 0.04 / len(curves)
    for number, ((name, bins), colour) in enumerate(zip(curves.items(), cycle(CURVES))):
        confidence, accuracy, share = ([bin_[key] for bin_ in bins] for key in ("confidence", "accuracy", "share"))
        axes.plot(confidence, accuracy, "o-", color=colour, markersize=4, label=name)
        shares.bar(np.array(confidence) + (number - (len(curves) - 1) / 2) * width, share, width=width, color=colour)
    axes.set(ylabel="accuracy", xlim=(0, 1), ylim=(0, 1))
    figure.legend(loc="outside upper left", fontsize=8)
    axes.grid(alpha=0.25)
    shares.set(xlabel="confidence", ylabel="share of\nthe clips")
    return png_of(figure)
