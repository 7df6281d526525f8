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
from .face_over_time import FaceOverTime, Standardised
from .fusion import FUSIONS
from .settings import FACE_INPUTS, TEXT_INPUTS, CombinedSettings

BRANCHES = {"face": FaceModel, "audio": AudioModel, "text": TextModel}
ROWS = 64  # of a frozen branch in training: see `_through_branch`
VOICE = {"mfcc": 3, "voiced": 2, "encoder": 3}  # the audio branch's inputs and their axes, without one of copies
VOICE_BASELINE = ("baseline", "baseline_seconds")


class ModalityFeatures(NamedTuple):
    """Features and logits of M modalities for B clips."""

    features: Tensor | None
    """(B, M, width), zero where a modality is missing; None where the fusion takes none."""
    logits: Tensor
    """(B, M, classes): the branches' own log-probabilities, corrected."""
    present: Tensor
    """(B, M) bool."""


class CombinedModel(nn.Module):
    """`forward_features`, then the fusion. With num_classes 0 there is no fusion and `forward` gives the features.

    A whole video goes through in two steps instead of `forward`: `encode_face`, `encode_audio` and `encode_text` once
    for each frame, window and text, then `fuse` for each window.

    >>> network = CombinedModel(CombinedSettings(modalities=("face", "audio")), num_classes=7)
    """

    temperatures: Tensor
    neutral: Tensor
    face: FaceOverTime

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
            self.face = FaceOverTime(lengths["face"], settings, self.answer_of("face"))
            lengths["face"] = self.face.features
        fusion = FUSIONS[settings.fusion]
        corrected = [name for name in branches if name in settings.corrected and num_classes and fusion.TAKES_LOGITS]
        dense = lengths if fusion.TAKES_FEATURES or not num_classes else corrected
        self.standardised = nn.ModuleDict({name: Standardised(lengths[name]) for name in dense})
        self.dense = nn.ModuleDict({name: _dense(lengths[name], settings) for name in dense})
        self.residual_heads = nn.ModuleDict({name: nn.Linear(settings.width, num_classes) for name in corrected})
        if fusion is not FUSIONS["late"] and fusion.TAKES_LOGITS and num_classes:
            self.modality_weights = nn.Parameter(torch.ones(len(branches)))
        self.register_buffer("temperatures", torch.ones(len(branches)))  # of the branches' own answers
        self.register_buffer("neutral", torch.zeros(num_classes))  # 1 for that label
        self.fusion = fusion(len(branches), settings.width, num_classes, settings) if num_classes else nn.Identity()

    def answer_of(self, name: str) -> slice:
        """Return where the branch's own log-probabilities lie in what it encodes."""
        first: Any = self.branches[name].features
        return slice(first, first + self.classes)

    def know_labels(self, labels: tuple[str, ...]) -> None:
        """Take the names of the classes: neutral is what people mostly show and say."""
        self.neutral.copy_(torch.tensor([float(label == "neutral") for label in labels]))
        if "face" in self.branches:
            self.face.typical.copy_((self.settings.usual_calm * self.neutral).log_softmax(0))

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
        return self._logits(self._modality_features(**inputs)) if self.classes else self.forward_features(**inputs)

    def forward_features(self, **inputs: Tensor) -> Tensor:
        """Return the modalities' features side by side, zeros for the missing: (B, features).

        image (B, T, S, S) in [0, 255], blendshapes (B, T, 52), face_mask (B, T) and, if the face branch takes it,
        landmarks (B, T, 478, 3); audio_mask (B,), and as the audio branch takes it encoder (B, layers, width), or (B, 1
        + copies, layers, width), of which the first is read, and mfcc and voiced likewise; text_mask (B,), token_ids,
        before_ids and lexicon as the text branch takes them. The masks are 0 where a modality is missing; that of the
        face says how well each frame shows it, up to 1. face_baseline (B, F), face_baseline_seconds, baseline and
        baseline_seconds may say what is known of the person: see `fuse` and `source.audio.network.AudioModel`.

        Of a network that fuses answers alone there are none: it must have num_classes 0, or a fusion of features.
        """
        features = self._modality_features(**inputs).features
        assert features is not None, "answers are fused, not features"
        return features.flatten(1)

    def _modality_features(
        self, face_mask: Tensor, audio_mask: Tensor, text_mask: Tensor, **inputs: Tensor
    ) -> ModalityFeatures:
        masks = {"face": face_mask, "audio": audio_mask > 0, "text": text_mask > 0}
        encoded = {name: (self._encode(name, masks[name] > 0, inputs), masks[name]) for name in self.branches}
        return self._combine(encoded, inputs.get("face_baseline"), inputs.get("face_baseline_seconds"))

    def fuse(
        self,
        face: Tensor | None = None,
        face_mask: Tensor | None = None,
        audio: Tensor | None = None,
        audio_mask: Tensor | None = None,
        text: Tensor | None = None,
        text_mask: Tensor | None = None,
        face_baseline: Tensor | None = None,
        face_baseline_seconds: Tensor | None = None,
    ) -> Tensor:
        """Return logits (B, num_classes) of encoded windows; a modality that is None is missing.

        face (B, T, F) of `encode_face` and face_mask (B, T), how well each frame shows it; audio (B, A) of
        `encode_audio` and audio_mask (B,) bool; text (B, W) of `encode_text` and text_mask (B,) bool. A mask that is
        None hides nothing. face_baseline (B, F): the mean of `encode_face` over other frames of the person, of how many
        seconds (B,), 0 for none.
        """
        given = {"face": (face, face_mask), "audio": (audio, audio_mask), "text": (text, text_mask)}
        like = next(encoded for encoded, _ in given.values() if encoded is not None)
        completed = {name: self._completed(name, *given[name], like) for name in self.branches}
        return self._logits(self._combine(completed, face_baseline, face_baseline_seconds))

    def _completed(self, name: str, encoded: Tensor | None, mask: Tensor | None, like: Tensor) -> tuple[Tensor, Tensor]:
        """Return an encoded batch and its mask: zeros where there is none, all of it where there is no mask."""
        if encoded is None:
            steps = (1,) if name == "face" else ()
            encoded = like.new_zeros(len(like), *steps, self.lengths[name])
            return encoded, encoded.new_zeros(encoded.shape[:-1])
        return encoded, encoded.new_ones(encoded.shape[:-1]) if mask is None else mask

    def encode_face(self, image: Tensor, blendshapes: Tensor, landmarks: Tensor | None = None) -> Tensor:
        """Return features, the branch's own log-probabilities and the blendshapes of N faces: (N, F)."""
        branch: Any = self.branches["face"]
        found = torch.ones(len(image), device=image.device)
        landmarks = image.new_zeros(len(image), 0) if landmarks is None else landmarks
        features = branch.forward_features(image, landmarks, blendshapes, found)
        return torch.cat([*self._with_answer("face", features), blendshapes.float()], 1)

    def encode_audio(self, **voice: Tensor) -> Tensor:
        """Return features and the branch's own log-probabilities of N voices, as `AudioModel` takes them: (N, A)."""
        branch: Any = self.branches["audio"]
        features, temperature = branch.forward_features(**voice), 1.0
        if branch.baseline is not None:
            temperature = branch.baseline.temperature(voice["encoder"], voice.get("baseline_seconds"))
        return torch.cat(self._with_answer("audio", features, temperature), 1)

    def encode_text(self, token_ids: Tensor, before_ids: Tensor, lexicon: Tensor) -> Tensor:
        """Return features, the branch's own log-probabilities and the affect dimensions of N texts: (N, W)."""
        branch: Any = self.branches["text"]
        features = branch.forward_features(token_ids, before_ids, lexicon)
        return torch.cat([*self._with_answer("text", features), branch.affect(features).nan_to_num()], 1)

    def _with_answer(self, name: str, features: Tensor, temperature: Tensor | float = 1.0) -> list[Tensor]:
        """Return the branch's features and, if it has a head, its calibrated log-probabilities."""
        branch: Any = self.branches[name]
        if isinstance(branch.head, nn.Identity):
            return [features.float()]
        logits = branch.head(features).float() / (temperature * self.temperatures[list(self.branches).index(name)])
        return [features.float(), logits.log_softmax(1)]

    def _encode(self, name: str, mask: Tensor, inputs: dict[str, Tensor]) -> Tensor:
        """Return a batch of frames (B, T, F), voices (B, A) or texts (B, W), encoded; masked frames and texts are zero.

        These cost nothing. Voices that are masked are encoded too: they cost little, and batch normalisation sees more.
        """
        if name == "audio":
            voice = {name: inputs[name] for name in VOICE if name in inputs}
            originals = {name: value[:, 0] if has_copies(name, value) else value for name, value in voice.items()}
            originals |= {name: inputs[name] for name in VOICE_BASELINE if name in inputs}
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

    def _combine(
        self, encoded: dict[str, tuple[Tensor, Tensor]], face_baseline: Tensor | None, seconds: Tensor | None
    ) -> ModalityFeatures:
        features, logits, present = [], [], []
        for name, (values, mask) in encoded.items():
            is_present = (mask > 0).any(1) if name == "face" else mask > 0
            if name == "face":
                values, own = self.face(values, mask.float(), face_baseline, seconds)
            else:
                own = values[..., self.answer_of(name)].float()
            if name in self.dense:
                features.append(self.dense[name](self.standardised[name](values, is_present)) * is_present[:, None])
            if name in self.residual_heads:
                share = 1.0 if self.training else self.settings.correction
                own = own + share * self.residual_heads[name](features[-1])
            logits.append(own)
            present.append(is_present)
        together = torch.stack(features, 1) if len(features) == len(encoded) else None
        return ModalityFeatures(together, torch.stack(logits, 1), torch.stack(present, 1))

    def _logits(self, modalities: ModalityFeatures) -> Tensor:
        features, logits, present = modalities
        beside = present.sum(1) > 1
        logits = torch.where(beside[:, None, None], self._beside_others(logits), logits)
        if hasattr(self, "modality_weights"):
            logits = self.modality_weights[:, None] * logits
        return self.fusion(features, logits, present)

    def _beside_others(self, logits: Tensor) -> Tensor:
        """Return log-probabilities (B, M, classes) as evidence beside other modalities.

        None alone rules out what the others see, and emotion may need no words.
        """
        probabilities = torch.lerp(logits.softmax(2), torch.full_like(logits, 1 / self.classes), self.settings.doubt)
        if "text" in self.branches:
            words = probabilities[:, (at := list(self.branches).index("text"))]
            share = self.settings.plain_words * (1 - self.neutral)
            plain = (words * self.neutral).sum(1, keepdim=True)
            parts = probabilities[:, :at], ((1 - share) * words + share * plain)[:, None], probabilities[:, at + 1 :]
            probabilities = torch.cat(parts, 1)
        return probabilities.log()


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
