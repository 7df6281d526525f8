"""What depends on the number of processes, without starting any."""

import sys

import pytest
import torch

from source.cli import commands, menu_loop, terminal
from source.cli import main as cli_main
from source.cli import perform as cli_perform
from source.core import distributed
from source.core.errors import DemeanorError
from source.data import loaders


@pytest.fixture
def launched_as(monkeypatch):
    def environment(number, count):
        monkeypatch.setenv("RANK", str(number))
        monkeypatch.setenv("WORLD_SIZE", str(count))

    return environment


def test_a_process_that_has_lost_another_says_so(launched_as):
    closed = RuntimeError("[gloo/transport/tcp/pair.cc:553] Connection closed by peer [127.0.0.1]:65224.")
    with pytest.raises(RuntimeError, match="gloo"), distributed.failing_together():  # alone there is none to lose
        raise closed
    launched_as(1, 4)
    with pytest.raises(DemeanorError, match="^Process 2 of 4 has lost another"), distributed.failing_together():
        raise closed
    with pytest.raises(RuntimeError, match="of memory"), distributed.failing_together():
        raise RuntimeError("out of memory")


def test_a_process_that_does_not_lead_speaks_last_and_by_its_name(monkeypatch, capsys):
    waited = []
    monkeypatch.setattr(terminal.time, "sleep", waited.append)
    monkeypatch.setattr(sys, "stdout", sys.stdout)  # both are restored in the end
    monkeypatch.setattr(sys, "stderr", sys.stderr)
    speak = terminal.hold_back("Process 2 of 2")
    print("A result.")
    cli_perform.complain("A trouble.")
    assert capsys.readouterr() == ("", "")
    speak()
    assert capsys.readouterr() == ("", "Process 2 of 2: A trouble.\n") and waited == [terminal.SECONDS_TO_LEAD]


@pytest.mark.parametrize("words", [
    [], ["doctor"], ["face", "predict", "a photo.jpg"], ["audio", "validate"], ["text", "preprocess"],
], ids=" ".join)  # fmt: skip
def test_every_other_command_is_refused_in_a_sentence(words, launched_as, monkeypatch, capsys):
    launched_as(0, 2)
    monkeypatch.setattr(menu_loop, "ask", lambda _: pytest.fail("nobody is asked"))
    assert cli_main.main(words) == 2
    out, err = capsys.readouterr()
    quoted = " ".join(f"'{word}'" if " " in word else word for word in ["python", "run.py", *words])
    assert (out, err) == ("", f"accelerate launch is for train; without it: {quoted}\n")


def test_train_alone_is_for_several():
    assert {entry.name for entry in commands.ENTRIES if entry.distributed} == {"train"}


def test_parts_are_the_whole_whatever_the_numbers(launched_as):
    order = torch.utils.data.BatchSampler(range(23), 10, drop_last=False)
    for count in (1, 2, 3, 5):
        steps = []
        for number in range(count):
            launched_as(number, count)
            steps.append(list(loaders.ProcessShares(order)))
        for step, whole in enumerate(order):
            parts = [mine[step] for mine in steps]
            assert sorted(sum(parts, [])) == whole and max(map(len, parts)) - min(map(len, parts)) <= 1


def test_too_few_clips_for_each_process_is_one_sentence(launched_as):
    assert loaders.step_size(1, 100) == 1
    launched_as(0, 4)
    assert loaders.step_size(64, 100) == 64 and loaders.step_size(64, 9) == 9
    with pytest.raises(DemeanorError, match="A step has 7 clips, but each of 4 processes needs two.*batch_size to 8"):
        loaders.step_size(7, 100)


def test_alone_there_is_one_process_that_leads(monkeypatch):
    for name in ("RANK", "WORLD_SIZE"):
        monkeypatch.delenv(name, raising=False)
    assert distributed.is_main_process() and distributed.world_size() == 1
    assert distributed.program() == ["python", "run.py"]
    assert distributed.on_main_process(lambda: 3) == 3 and distributed.all_gather([1, 2]) == [1, 2]
