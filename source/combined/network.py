"""The combined model: the face's frames through a sequence network, the voice and the words beside it, and a fusion.

It composes the three other models. A missing modality is a mask; with all others masked, the answer is that of the one
modality left.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..audio.network import AudioModel
from ..data.clips import AFFECT_DIMENSIONS
from ..face.detector import BLENDSHAPES
from ..face.network import FaceModel
from ..text.network import TextModel
from .fusion import FUSIONS
from .settings import FACE_INPUTS, TEXT_INPUTS, CombinedSettings
from .temporal import SEQUENCES

BRANCHES = {"face": FaceModel, "audio": AudioModel, "text": TextModel}
ROWS = 64  # of a frozen branch in training: see `_through_branch`
VOICE = {"mfcc": 3, "voiced": 2, "encoder": 3}  # the audio branch's inputs and their axes, without one of copies


class ModalityFeatures(NamedTuple):
    """Features and logits of M modalities for B clips."""

    features: Tensor
    """(B, M, width), zero where a modality is missing."""
    unimodal_logits: Tensor
    """(B, M, classes): the branches' own log-probabilities."""
    present: Tensor
    """(B, M) bool."""


class CombinedModel(nn.Module):
    """`forward_features`, then the fusion. With num_classes 0 there is no fusion and `forward` gives the features.

    A whole video goes through in two steps instead of `forward`: `encode_face`, `encode_audio` and `encode_text` once
    for each frame, window and text, then `fuse` for each window.

    >>> network = CombinedModel(CombinedSettings(modalities=("face", "audio")), num_classes=7)
    """

    def __init__(self, settings: CombinedSettings, num_classes: int) -> None:
        super().__init__()
        self.settings = settings
        self.classes = num_classes
        branches = {name: BRANCHES[name](getattr(settings, name), num_classes) for name in settings.modalities}
        self.branches = nn.ModuleDict(branches)
        for name in set(settings.frozen) & set(branches):
            self.branches[name].requires_grad_(False)
        extra = {"face": BLENDSHAPES, "audio": 0, "text": len(AFFECT_DIMENSIONS)}
        self.lengths = {name: branch.features + num_classes + extra[name] for name, branch in branches.items()}
        lengths = dict(self.lengths)
        if "face" in branches:
            self.frame_scale = Standardised(lengths["face"])
            sequence = SEQUENCES[settings.sequence]
            self.sequence = sequence(lengths["face"], settings.sequence_units, settings.sequence_layers)
            lengths["face"] = self.sequence.features
        self.standardised = nn.ModuleDict({name: Standardised(length) for name, length in lengths.items()})
        self.dense = nn.ModuleDict({name: _dense(length, settings) for name, length in lengths.items()})
        fusion = FUSIONS[settings.fusion]
        heads = branches if num_classes and fusion.TAKES_LOGITS else ()
        self.residual_heads = nn.ModuleDict({name: nn.Linear(settings.width, num_classes) for name in heads})
        if self.residual_heads:
            self.modality_weights = nn.Parameter(torch.ones(len(branches)))
        self.fusion = nn.Identity()
        if num_classes:
            self.fusion = fusion(len(branches), settings.width, num_classes, settings.dropout)
            if settings.late_weights:
                self.fusion.register_buffer("weights", torch.tensor(settings.late_weights))

    @property
    def features(self) -> int:
        """Length of the features that `forward_features` returns."""
        return len(self.branches) * self.settings.width

    def train(self, mode: bool = True) -> "CombinedModel":
        """Set the training mode; frozen branches stay in evaluation mode."""
        super().train(mode)
        for name in set(self.settings.frozen) & set(self.branches):
            self.branches[name].eval()
        return self

    def forward(self, **inputs: Tensor) -> Tensor:
        """Return logits (B, num_classes). See `forward_features` for the inputs."""
        modalities = self._modality_features(**inputs)
        return modalities.features.flatten(1) if isinstance(self.fusion, nn.Identity) else self._logits(modalities)

    def forward_features(self, **inputs: Tensor) -> Tensor:
        """Return the modalities' features side by side, zeros for the missing: (B, features).

        image (B, T, S, S) in [0, 255], blendshapes (B, T, 52), face_mask (B, T) and, if the face branch takes it,
        landmarks (B, T, 478, 3); audio_mask (B,), and as the audio branch takes it encoder (B, layers, 768), or (B, 1 +
        copies, layers, 768), of which the first is read, and mfcc and voiced likewise; text_mask (B,), token_ids,
        before_ids and lexicon as the text branch takes them. The masks are 0 where a modality is missing.
        """
        return self._modality_features(**inputs).features.flatten(1)

    def _modality_features(
        self, face_mask: Tensor, audio_mask: Tensor, text_mask: Tensor, **inputs: Tensor
    ) -> ModalityFeatures:
        masks = {"face": face_mask > 0, "audio": audio_mask > 0, "text": text_mask > 0}
        return self._combine({name: (self._encode(name, masks[name], inputs), masks[name]) for name in self.branches})

    def fuse(
        self,
        face: Tensor | None = None,
        face_mask: Tensor | None = None,
        audio: Tensor | None = None,
        audio_mask: Tensor | None = None,
        text: Tensor | None = None,
        text_mask: Tensor | None = None,
    ) -> Tensor:
        """Return logits (B, num_classes) of encoded windows; a modality that is None is missing.

        face (B, T, F) of `encode_face` and face_mask (B, T) bool; audio (B, A) of `encode_audio` and audio_mask (B,)
        bool; text (B, W) of `encode_text` and text_mask (B,) bool. A mask that is None hides nothing.
        """
        given = {"face": (face, face_mask), "audio": (audio, audio_mask), "text": (text, text_mask)}
        like = next(encoded for encoded, _ in given.values() if encoded is not None)
        return self._logits(self._combine({name: self._completed(name, *given[name], like) for name in self.branches}))

    def _completed(self, name: str, encoded: Tensor | None, mask: Tensor | None, like: Tensor) -> tuple[Tensor, Tensor]:
        """Return an encoded batch and its mask: zeros where there is none, all of it where there is no mask."""
        if encoded is None:
            steps = (1,) if name == "face" else ()
            encoded = like.new_zeros(len(like), *steps, self.lengths[name])
            return encoded, encoded.new_zeros(encoded.shape[:-1], dtype=torch.bool)
        return encoded, encoded.new_ones(encoded.shape[:-1], dtype=torch.bool) if mask is None else mask

    def encode_face(self, image: Tensor, blendshapes: Tensor, landmarks: Tensor | None = None) -> Tensor:
        """Return features, the branch's own logits and the blendshapes of N faces: (N, F)."""
        branch: Any = self.branches["face"]
        found = torch.ones(len(image), device=image.device)
        landmarks = image.new_zeros(len(image), 0) if landmarks is None else landmarks
        features = branch.forward_features(image, landmarks, blendshapes, found)
        return torch.cat([*_with_logits(branch, features), blendshapes.float()], 1)

    def encode_audio(self, **voice: Tensor) -> Tensor:
        """Return features and the branch's own logits of N voices: (N, A)."""
        branch: Any = self.branches["audio"]
        return torch.cat(_with_logits(branch, branch.forward_features(**voice)), 1)

    def encode_text(self, token_ids: Tensor, before_ids: Tensor, lexicon: Tensor) -> Tensor:
        """Return features, the branch's own logits and the affect dimensions of N texts: (N, W)."""
        branch: Any = self.branches["text"]
        features = branch.forward_features(token_ids, before_ids, lexicon)
        return torch.cat([*_with_logits(branch, features), branch.affect(features).nan_to_num()], 1)

    def _encode(self, name: str, mask: Tensor, inputs: dict[str, Tensor]) -> Tensor:
        """Return a batch of frames (B, T, F), voices (B, A) or texts (B, W), encoded; masked frames and texts are zero.

        These cost nothing. Voices that are masked are encoded too: they cost little, and batch normalisation sees more.
        """
        if name == "audio":
            voice = {name: inputs[name] for name in VOICE if name in inputs}
            originals = {name: value[:, 0] if has_copies(name, value) else value for name, value in voice.items()}
            return self._through_branch(name, self.encode_audio, **originals)
        encode, names = (self.encode_face, FACE_INPUTS) if name == "face" else (self.encode_text, TEXT_INPUTS)
        rows = self._through_branch(name, encode, **{name: inputs[name][mask] for name in names if name in inputs})
        encoded = rows.new_zeros(*mask.shape, rows.shape[1])
        encoded[mask] = rows
        return encoded

    def _through_branch(self, name: str, encode: Callable[..., Tensor], **inputs: Tensor) -> Tensor:
        """Run `encode` over the rows, with the branch called `name`; without a graph where that is frozen.

        No network takes a batch without rows, so a row of zeros goes through instead and is left out of the result, as
        are those that fill up the rows of a frozen branch to a multiple of ROWS in training. Batch normalisation can
        learn nothing of fewer than two rows: they go through as in evaluation.
        """
        branch, count = self.branches[name], len(next(iter(inputs.values())))
        # On the CPU a kernel is compiled and kept for each number of rows that ever came: gigabytes, in a long study.
        step = ROWS if self.training and name in self.settings.frozen else 1
        rows = {name: _padded(value, max(1, -(-count // step)) * step) for name, value in inputs.items()}
        training = branch.training
        branch.train(training and count > 1)
        with torch.set_grad_enabled(torch.is_grad_enabled() and name not in self.settings.frozen):
            encoded = encode(**rows)[:count]
        branch.train(training)
        return encoded

    def _combine(self, encoded: dict[str, tuple[Tensor, Tensor]]) -> ModalityFeatures:
        features, logits, present = [], [], []
        for name, (values, mask) in encoded.items():
            is_present = mask.any(1) if name == "face" else mask
            at: Any = self.branches[name].features
            own = values[..., at : at + self.classes].float().log_softmax(-1)  # the branch's own
            if name == "face":
                own = (own * mask[..., None]).sum(1) / mask.sum(1).clamp(min=1)[:, None]  # the mean of those seen
                kept = values.new_ones(len(values), 1, values.shape[2])  # of a clip the same in all its frames
                kept = F.dropout(kept, self.settings.branch_dropout, self.training)
                values = self.sequence(self.frame_scale(values, mask) * kept, mask)
            features.append(self.dense[name](self.standardised[name](values, is_present)) * is_present[:, None])
            logits.append(own)
            present.append(is_present)
        return ModalityFeatures(torch.stack(features, 1), torch.stack(logits, 1), torch.stack(present, 1))

    def _logits(self, modalities: ModalityFeatures) -> Tensor:
        """Fuse. Where the fusion takes logits: the weighted unimodal ones, and residual ones from the features."""
        features, unimodal, present = modalities
        logits = None
        if self.residual_heads:
            residual = torch.stack([head(features[:, at]) for at, head in enumerate(self.residual_heads.values())], 1)
            logits = self.modality_weights[:, None] * unimodal + residual
        return self.fusion(features, logits, present)


class Standardised(nn.Module):
    """Scales each value to mean 0 and deviation 1, as seen in training; masked rows are zero.

    By the running mean and variance in training too: only a few rows of a batch may be present.
    """

    MOMENTUM = 0.05
    mean: Tensor
    variance: Tensor
    begun: Tensor

    def __init__(self, values: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(values))
        self.register_buffer("variance", torch.ones(values))
        self.register_buffer("begun", torch.zeros((), dtype=torch.bool))

    def forward(self, rows: Tensor, mask: Tensor) -> Tensor:
        """Return rows (..., values) standardised, zero where mask (...) bool is False."""
        if self.training and mask.any():
            with torch.no_grad():
                seen, share = rows[mask].float(), self.MOMENTUM if bool(self.begun) else 1.0
                self.variance.lerp_((seen - torch.lerp(self.mean, seen.mean(0), share)).square().mean(0), share)
                self.mean.lerp_(seen.mean(0), share)
                self.begun.fill_(True)
        normal = (rows.float() - self.mean) / (self.variance + 1e-5).sqrt()
        return normal.clamp(-10, 10) * mask[..., None]


def has_copies(name: str, voice: Tensor) -> bool:
    """Return whether one of the VOICE inputs holds augmented copies too, on its second axis behind the clip itself."""
    return voice.dim() > VOICE[name]


def _padded(rows: Tensor, count: int) -> Tensor:
    """Return (count, ...): the rows, then zeros."""
    return F.pad(rows, (0, 0) * (rows.dim() - 1) + (0, count - len(rows))) if len(rows) < count else rows


def _dense(length: int, settings: CombinedSettings) -> nn.Sequential:
    return nn.Sequential(
        nn.Dropout(settings.branch_dropout), nn.Linear(length, settings.width), nn.ReLU(), nn.Dropout(settings.dropout)
    )


def _with_logits(branch: Any, features: Tensor) -> list[Tensor]:
    """Return the features, and the branch's own logits if it has a head."""
    return [features.float(), *([] if isinstance(branch.head, nn.Identity) else [branch.head(features).float()])]
