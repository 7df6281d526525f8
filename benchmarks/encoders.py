"""The audio model is measured without and with Whisper's encoder, whose weights may be missing."""

from benchmarks.measuring import Row
from source.core import pretrained

# The audio model's setting `encoder` -> what a row of the table says of it. The encoder is most of the work.
ENCODERS = {"none": "without the encoder", "small": "with the encoder"}


def can_measure(encoder: str) -> bool:
    """Return whether the weights that this setting needs are present."""
    return encoder == "none" or not pretrained.problem_with(pretrained.ASSETS["encoder"])


def not_measured(what: str, unit: str) -> Row:
    """Return a row that says why it is empty."""
    return Row(f"{what} (for want of Whisper's weights)", unit, ())
