"""What other programs and the command line call: a function a verb, each in the file of its name.

Nothing here prints, asks or exits. `notify` takes a sentence that a person should read; `on_progress` takes
(done, total), total 0 where it is not known. What a person can mend is raised as `source.core.errors.DemeanorError`, in
one sentence. Importing this imports no torch; that happens when a function first needs it.
"""

from ..core.command_line import command_line
from ..core.hooks import Notify, OnProgress, silent
from ..media.selection import Selection
from .agree import agree, forget_rater, rate
from .annotate import annotate
from .compare import compare, comparison_csv
from .data import get_data, known_corpora, preprocessed_corpora, training_corpora
from .examine import examine
from .export import export, export_formats
from .inputs import Link, Words, are_several, asked_for, input_named, inputs
from .load import load
from .predict import predict
from .preprocess import preprocess
from .recipe import Training
from .results import results
from .score import Score, score
from .settings import configured, settings
from .stream import live, stream
from .test import Test, test
from .train import train
from .tune import tune
from .validate import validate

__all__ = [
    "Link", "Notify", "OnProgress", "Score", "Selection", "Test", "Training", "Words", "agree", "annotate",
    "are_several", "asked_for", "command_line", "compare", "comparison_csv", "configured", "examine", "export",
    "export_formats", "forget_rater", "get_data", "input_named", "inputs", "known_corpora", "live", "load", "predict",
    "preprocess", "preprocessed_corpora", "rate", "results", "score", "settings", "silent", "stream", "test", "train",
    "training_corpora", "tune", "validate",
]  # fmt: skip
