"""The shipped models say of the demo files what they said when their weights were made, by the schema."""

import json

import pytest

from source import api
from source.core import config, pretrained
from tests.support.schema import assert_follows_schema

pytestmark = pytest.mark.slow

EXPECTED = json.loads((config.ROOT / "tests" / "support" / "predictions_as_shipped.json").read_text(encoding="utf-8"))
INPUTS = {
    "clip": ("combined", "demo_clip.mp4"),
    "audio": ("audio", "demo_clip.mp4"),
    "face": ("face", "demo_astronaut.png"),
    "text": ("text", "My grandmother died last night and I miss her."),
}
PROCESSORS_DIFFER_BY = 0.02  # in bfloat16; on the processor that made the file they are the same to the last digit


@pytest.mark.parametrize("name", INPUTS)
def test_the_demo_files_are_read_as_before(name):
    if any(pretrained.problem_with(asset) for asset in pretrained.ASSETS.values()):
        pytest.skip("pretrained files are not in place")
    [prediction] = api.predict(*INPUTS[name], write=False)
    assert_follows_schema(prediction)
    expected = EXPECTED[name]
    assert [reading.text for reading in prediction.readings] == [row["text"] for row in expected["readings"]]
    for reading, row in zip(prediction.readings, expected["readings"], strict=True):
        assert reading.start_seconds == pytest.approx(row.get("start"), abs=0.001)
        assert reading.probabilities == pytest.approx(row["probabilities"], abs=PROCESSORS_DIFFER_BY)
    if expected["overall"]:
        assert prediction.overall.probabilities == pytest.approx(expected["overall"], abs=PROCESSORS_DIFFER_BY)
