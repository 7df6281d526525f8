"""Training, pictures a second: an epoch of our loop against the bare step of the same network.

Ours reads memory-mapped rows, augments, clips gradients and averages weights; validation is not counted. The bare step
repeats one batch: forward, backward, AdamW, in bfloat16 and channels_last as ours.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measuring import Effort, Row, seconds
from benchmarks.synthetic_faces import store_of_noise
from source.core.spec import spec_of

STEPS = 64  # of an epoch, and of the bare step after it
VAL = 256


def measure(effort: Effort) -> list[Row]:
    from source.data.dataset import Dataset
    from source.data.labels import grouping_named
    from source.training.loop import fit

    spec, steps, epochs = spec_of("face"), effort.of(STEPS), effort.repetitions + 1
    settings = replace(spec.default_settings, epochs=epochs, patience=epochs)
    pictures, ours, bare = steps * settings.batch_size, [], []
    with TemporaryDirectory() as name:
        store = store_of_noise(Path(name), pictures, VAL)
        train, val = (Dataset([store], split, grouping_named("seven")) for split in ("train", "val"))
        step = bare_step(spec, settings, train.__getitems__(range(settings.batch_size)))

        def take_turns(_, epoch):
            ours.append(pictures / epoch.seconds)
            bare.append(settings.batch_size / seconds(step, steps))

        fit(spec, settings, train, val, Path(name), on_epoch_end=take_turns)
    rates = tuple(ours[1:]), "the bare step", tuple(bare[1:])  # the first epoch warms up
    return [Row(f"batches of {settings.batch_size}", "a second", *rates, target="ratio >= 0.85")]


def bare_step(spec, settings, batch) -> Callable[[], None]:
    """One step of plain PyTorch on `batch`."""
    import torch

    from source.core.precision import in_bfloat16

    network = spec.build(settings, 7).to(memory_format=torch.channels_last).train()
    optimizer = torch.optim.AdamW(network.parameters(), settings.learning_rate)

    def step():
        with in_bfloat16(wanted=settings.bfloat16):
            logits = network(**batch.inputs)
        torch.nn.functional.cross_entropy(logits.float(), batch.labels).backward()
        optimizer.step()
        optimizer.zero_grad()

    return step
