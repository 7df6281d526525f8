"""One training loop for all models: plain PyTorch over accelerate (device, several GPUs and machines).

Several processes, started by `accelerate launch`, train one network: each takes its part of every batch, and gradients
are those of whole batches. All of them go through `fit` alike; only the main one writes and calls hooks.
"""

import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from accelerate.data_loader import prepare_data_loader
from accelerate.utils import broadcast, set_seed
from torch.utils.data import DataLoader

from ..core import distributed
from ..core.errors import DemeanorError
from ..core.files import write_whole
from ..core.hooks import OnProgress, silent
from ..core.precision import in_bfloat16
from ..core.settings import TrainingSettings
from ..core.spec import ModelSpec, Network
from ..data.dataset import Batch, Dataset, require_clips
from ..data.loaders import step_size, training_loader, val_loader
from ..data.splits import assert_disjoint
from .augmentation import mixup
from .losses import class_weights, loss, targets
from .scores import scores_of

WARM_UP = 0.1  # share of the steps over which the learning rate rises
STATE = "checkpoints/last.pt"  # in the model's folder: all that resuming needs


@dataclass(frozen=True)
class Epoch:
    """The metrics of one pass over the training split."""

    epoch: int
    """From 1."""
    train_loss: float
    val_loss: float | None
    """This and the next two are None where there is no val."""
    val_accuracy: float | None
    val_uar: float | None
    learning_rate: float
    """After the last step."""
    seconds: float


@dataclass
class Fit:
    """The history of a training and its best weights so far."""

    history: list[Epoch] = field(default_factory=list)
    best_weights: dict[str, Any] = field(default_factory=dict)
    keep_last: bool = False
    """Whether no epoch is chosen; see `TrainingSettings.keep`."""

    @property
    def best(self) -> Epoch:
        """The epoch of `best_weights`: the first with the best val UAR; without val, or with `keep_last`, the last."""
        if self.keep_last:
            return self.history[-1]
        return max(self.history, key=lambda epoch: epoch.epoch if epoch.val_uar is None else epoch.val_uar)


class EMA:
    """Exponential moving average of a network's weights and normalisation statistics (Polyak & Juditsky 1992)."""

    def __init__(self, network: Network, decay: float) -> None:
        self.decay, self.steps = decay, 0
        self.state = {name: tensor.detach().clone() for name, tensor in network.state_dict().items()}

    @torch.no_grad()
    def update(self, network: Network) -> None:
        """Take the weights after a step into the average."""
        self.steps += 1
        decay = min(self.decay, self.steps / (self.steps + 20))  # forgets the first steps soon
        for name, value in network.state_dict().items():
            averaged = self.state[name]
            averaged.lerp_(value, 1 - decay) if averaged.is_floating_point() else averaged.copy_(value)


class Trainer:
    """Train one network on one split and validate it on another, if any; `fit` is the way in."""

    def __init__(
        self, spec: ModelSpec, settings: TrainingSettings, train: Dataset, val: Dataset | None, seed: int
    ) -> None:
        require_clips(train, "train on")
        if val is not None:
            assert_disjoint(train.clips, require_clips(val, "validate on").clips)
        clips = train
        train = train.balanced(settings.corpus_balance).weighted(settings.label_balance, settings.ordinary_weight)
        train = spec.prepare_dataset(train, settings)
        set_seed(seed)
        self.spec, self.settings, self.seed, self.labels = spec, settings, seed, train.grouping.labels
        self.accelerator = distributed.accelerator()
        self.network = spec.build(settings, len(self.labels)).to(memory_format=torch.channels_last)
        spec.initialise(self.network, settings, self.labels, clips, seed)
        self.ema = EMA(self.network.to(self.accelerator.device), settings.ema_decay)
        self.eval_network = spec.build(settings, len(self.labels)).to(self.accelerator.device)
        self.class_weights = class_weights(train.counts(), settings.class_weight_power).to(self.accelerator.device)
        optimizer = torch.optim.AdamW(_parameter_groups(self.network, settings), settings.learning_rate)
        self.network, self.optimizer = self.accelerator.prepare(self.network, optimizer)
        clips = min(settings.clips_per_epoch or len(train), len(train))
        self.order, self.batch_size = torch.Generator(), step_size(settings.batch_size, clips)
        self.train_batches = self._on_device(training_loader(train, settings.batch_size, self.order, clips))
        self.val_batches = None if val is None else self._on_device(val_loader(val))
        self.total_steps = settings.epochs * len(self.train_batches)

    def _on_device(self, loader: DataLoader) -> Any:
        """Prepare the loader as if there were one process: it has already chosen the clips of this one."""
        return prepare_data_loader(loader, self.accelerator.device, 1, 0, put_on_device=True)

    def run_epoch(self, epoch: int, on_batch: OnProgress) -> float:
        """Pass once over the training split; returns the mean loss of a clip."""
        # Seeded anew each epoch, so that a resumed training draws what the uninterrupted one would have drawn; all
        # processes shuffle alike, and each draws changes of its own.
        seed = self.seed * 100_003 + epoch
        set_seed((seed + distributed.rank() * 1_000_000_007) % 2**32)
        self.order.manual_seed(seed)
        self.network.train()
        total, clips = 0.0, 0
        for step, batch in enumerate(self.train_batches):
            loss = self._step(batch, (epoch - 1) * len(self.train_batches) + step)
            total, clips = total + loss * len(batch.labels), clips + len(batch.labels)
            on_batch(step + 1, len(self.train_batches))
        self.ema.state = dict(broadcast(self.ema.state))  # each process has normalisation statistics of its own
        total, clips = (sum(part) for part in zip(*distributed.all_gather([(total, clips)]), strict=True))
        if not math.isfinite(total):
            why = f"The loss of epoch {epoch} is not a number"
            raise DemeanorError(f"{why}; try a lower learning_rate or bfloat16=false.")
        return total / clips

    def _step(self, batch: Batch, step: int) -> float:
        """Learn from one batch; returns its mean loss."""
        for group in self.optimizer.param_groups:
            group["lr"] = self.settings.learning_rate * schedule(step, self.total_steps)
        with torch.no_grad():
            inputs = self.spec.augment(batch.inputs, self.settings)
            inputs |= {"candidates": batch.candidates}  # which mixing unites
            inputs, target = mixup(inputs, targets(batch, self.settings), self.settings.mixup)
            candidates = inputs.pop("candidates")
        with self._precision():
            logits = self.network(**inputs)
        candidates = candidates if self.settings.own_labels else None
        losses = loss(logits, target, self.class_weights, self.settings, candidates)
        value = (losses * batch.weights).mean()
        # The mean over the processes is that over the batch's clips, however many of these each has.
        self.accelerator.backward(value * (distributed.world_size() * len(logits) / self.batch_size))
        if self.settings.gradient_clip:
            self.accelerator.clip_grad_norm_(self.network.parameters(), self.settings.gradient_clip)
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.ema.update(self.accelerator.unwrap_model(self.network))
        return value.item()

    @torch.inference_mode()
    def validate(self) -> dict[str, float | None]:
        """Return val_loss, val_accuracy and val_uar of the EMA weights; None where there is no val."""
        if self.val_batches is None:
            return dict.fromkeys(("val_loss", "val_accuracy", "val_uar"))
        self.eval_network.load_state_dict(self.ema.state)
        self.eval_network.eval()
        outputs = []
        for batch in self.val_batches:
            with self._precision():
                logits = self.eval_network(**batch.inputs)
            outputs.append((logits.float().cpu(), batch.labels.cpu()))
        logits, truth = (torch.cat(parts) for parts in zip(*distributed.all_gather(outputs), strict=True))
        scores = scores_of(logits.argmax(1).numpy(), truth.numpy(), len(self.labels))
        val_loss = float(torch.nn.functional.cross_entropy(logits, truth))
        return {"val_loss": val_loss, "val_accuracy": scores["accuracy"], "val_uar": scores["uar"]}

    def _precision(self) -> Any:
        # Not accelerate's mixed_precision: that is fixed for the life of a process, and a study tries both.
        return in_bfloat16(self.accelerator.device.type, self.settings.bfloat16)

    def save(self, file: Path, identity: dict[str, Any], fit: Fit) -> None:
        """Write all that a later process needs to go on, whole or not at all, as plain values and tensors."""
        state = identity | {
            "network": self.accelerator.unwrap_model(self.network).state_dict(),
            "ema": self.ema.state,
            "ema_steps": self.ema.steps,
            "optimizer": self.optimizer.state_dict(),
            "history": [asdict(epoch) for epoch in fit.history],
            "best_weights": fit.best_weights,
        }
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, lambda draft: torch.save(state, draft))

    def resume(self, file: Path, identity: dict[str, Any]) -> Fit:
        """Go on from what `save` wrote."""
        state = distributed.on_main_process(lambda: _read_state(file, identity))  # the others may have no such file
        self.accelerator.unwrap_model(self.network).load_state_dict(state["network"])
        self.ema.state = {name: value.to(self.accelerator.device) for name, value in state["ema"].items()}
        self.ema.steps = state["ema_steps"]
        self.optimizer.load_state_dict(state["optimizer"])
        return Fit([Epoch(**epoch) for epoch in state["history"]], state["best_weights"])


@distributed.failing_together()
def fit(
    spec: ModelSpec,
    settings: TrainingSettings,
    train: Dataset,
    val: Dataset | None,
    folder: Path | None,
    *,
    seed: int = 0,
    resume: bool = False,
    on_epoch_end: Callable[[int, Epoch], None] = silent,
    on_batch: OnProgress = silent,
) -> Fit:
    """Train until `settings.epochs`, or until val UAR has not improved for `settings.patience` epochs.

    Without val nothing is chosen: training goes on to the end of the schedule and the last EMA weights are kept.
    After every epoch the state is in `folder`/checkpoints, if one is given; with `resume` a stopped training goes on
    from there and ends as it would have without the stop. `on_epoch_end(epoch, metrics)` may raise to stop (Optuna's
    pruning). Deterministic on the CPU for one seed and one number of threads and processes. Of several processes only
    the main one calls the hooks; all return the same.

    Raises DemeanorError where a split is empty, train and val share people, the loss is not a number, or there is
    nothing to resume.
    """
    trainer, is_main = Trainer(spec, settings, train, val, seed), distributed.is_main_process()
    clips, grouping = [len(train), len(val or ())], train.grouping.name
    identity = {"settings": repr(settings), "seed": seed, "clips": clips, "grouping": grouping}
    file = folder / STATE if folder else None
    fit = trainer.resume(file, identity) if resume and file else Fit()
    fit.keep_last = settings.keep == "last"
    if is_main and file and not resume:  # so that a stop in the first epoch is one to resume from
        trainer.save(file, identity, fit)
    for epoch in range(len(fit.history) + 1, settings.epochs + 1):
        if fit.history and len(fit.history) - fit.best.epoch >= settings.patience:
            break
        fit.history.append(_run_and_validate(trainer, epoch, on_batch if is_main else silent))
        if fit.best is fit.history[-1]:
            fit.best_weights = {name: value.clone() for name, value in trainer.ema.state.items()}
        if is_main and file:
            trainer.save(file, identity, fit)
        if is_main:
            on_epoch_end(epoch, fit.history[-1])
    return fit


def _run_and_validate(trainer: Trainer, epoch: int, on_batch: OnProgress) -> Epoch:
    """Run one epoch; all processes return the metrics of the main one, so that all of them stop after the same."""
    started = time.perf_counter()
    train_loss = trainer.run_epoch(epoch, on_batch)
    share = schedule(epoch * len(trainer.train_batches) - 1, trainer.total_steps)
    rate, seconds = trainer.settings.learning_rate * share, time.perf_counter() - started
    metrics = Epoch(epoch, train_loss, **trainer.validate(), learning_rate=rate, seconds=seconds)
    return distributed.on_main_process(lambda: metrics)


def schedule(step: int, total: int) -> float:
    """Return the share of the peak learning rate at `step`: linear warm-up, then half a cosine to zero.

    Source: Loshchilov & Hutter 2017, arXiv:1608.03983.
    """
    warm = max(1, round(total * WARM_UP))
    if step < warm:
        return (step + 1) / warm
    return 0.5 * (1 + math.cos(math.pi * (step - warm) / max(total - warm, 1)))


def _parameter_groups(network: Network, settings: TrainingSettings) -> list[dict[str, Any]]:
    """Apply weight decay to matrices and kernels alone."""
    trained = [parameter for parameter in network.parameters() if parameter.requires_grad]
    decayed = [parameter for parameter in trained if parameter.dim() > 1]
    others = [parameter for parameter in trained if parameter.dim() <= 1]
    return [{"params": decayed, "weight_decay": settings.weight_decay}, {"params": others, "weight_decay": 0.0}]


def _read_state(file: Path, identity: dict[str, Any]) -> dict[str, Any]:
    if not file.is_file():
        raise DemeanorError(f"There is no stopped training to resume in {file.parent}; train without --resume.")
    state = torch.load(file, map_location="cpu", weights_only=True)
    different = [name for name, value in identity.items() if state.get(name) != value]
    if different:
        why = f"The stopped training in {file.parent} differs in its {different[0]}"
        raise DemeanorError(f"{why}; train without --resume.")
    return state
