"""Sentences that say the opposite of their words: how many of them the shipped text model reads as a person would."""

import csv
from collections import defaultdict
from pathlib import Path

import pytest

from source.core import pretrained
from source.core.spec import spec_of
from source.text.inference import TextQuery, infer
from source.training import checkpoint

TABLE = Path(__file__).with_name("negation_and_irony.csv")  # written for this test; nothing was trained on it
LEAST = {"negation": 30, "irony": 1}  # of 50; 32 and 2 were measured


@pytest.mark.slow
@pytest.mark.skipif(bool(pretrained.problem_with(pretrained.ASSETS["minilm"])), reason="MiniLM is not installed")
def test_negation_and_irony_are_read_no_worse_than_measured():
    rows = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))
    outputs = infer([TextQuery(row["text"]) for row in rows], checkpoint.load(spec_of("text").weights))
    right = defaultdict(int)
    for row, output in zip(rows, outputs, strict=True):
        likeliest = max(output.probabilities, key=output.probabilities.__getitem__)
        right[row["kind"]] += likeliest in row["expected"].split("|")
    assert len(rows) == 100 and all(right[kind] >= least for kind, least in LEAST.items()), dict(right)
