"""The combined model: the face's frames through a sequence network, the voice and the words beside it, and a fusion.

It composes the three other models. A modality that is missing is a mask; with all others masked, the answer is what
that one modality says alone.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..audio.network import AudioModel
from ..data.clips import AFFECT_DIMENSIONS
from ..face.detector import BLENDSHAPES
from ..face.network import FaceModel
from ..text.network import TextModel
from .fusion import FUSIONS
from .settings import CombinedSettings
from .temporal import SEQUENCES

BRANCHES = {"face": FaceModel, "audio": AudioModel, "text": TextModel}
ROWS = 64  # of a frozen branch in training: see `_rows`
VOICE = {"mfcc": 3, "voiced": 2, "encoder": 3}  # the audio branch's inputs and their axes, without one of copies


class Evidence(NamedTuple):
    """What M modalities come to for B clips."""

    vectors: Tensor
    """(B, M, width), zero where a modality is missing."""
    own: Tensor
    """(B, M, classes): the branches' own log-probabilities."""
    there: Tensor
    """(B, M) bool: which modalities there are."""


class CombinedModel(nn.Module):
    """`forward_features`, then the fusion. With num_classes 0 there is no fusion and the features are what it gives.

    A whole video goes through in two steps instead of `forward`: `of_faces`, `of_voices` and `of_words` once for each
    frame, window and text, then `fused` for each window.

    >>> network = CombinedModel(CombinedSettings(modalities=("face", "audio")), num_classes=7)
    """

    def __init__(self, settings: CombinedSettings, num_classes: int):
        super().__init__()
        self.settings = settings
        made = {name: BRANCHES[name](getattr(settings, name), num_classes) for name in settings.modalities}
        self.branches = nn.ModuleDict(made)
        for name in set(settings.frozen) & set(made):
            self.branches[name].requires_grad_(False)
        more = {"face": BLENDSHAPES, "audio": 0, "text": len(AFFECT_DIMENSIONS)}
        self.lengths = {name: branch.features + num_classes + more[name] for name, branch in made.items()}
        lengths = dict(self.lengths)
        if "face" in made:
            self.frame_scale = Standardised(lengths["face"])
            how = settings.sequence_units, settings.sequence_layers
            self.sequence = SEQUENCES[settings.sequence](lengths["face"], *how)
            lengths["face"] = self.sequence.features
        self.standardised = nn.ModuleDict({name: Standardised(length) for name, length in lengths.items()})
        self.dense = nn.ModuleDict({name: _dense(length, settings) for name, length in lengths.items()})
        fusion = FUSIONS[settings.fusion]
        heads = made if num_classes and fusion.TAKES_OPINIONS else ()
        self.opinions = nn.ModuleDict({name: nn.Linear(settings.width, num_classes) for name in heads})
        if self.opinions:
            self.trust = nn.Parameter(torch.ones(len(made)))
        self.classes = num_classes
        how = (len(made), settings.width, num_classes, settings.dropout)
        self.fusion = fusion(*how) if num_classes else nn.Identity()
        if num_classes and settings.late_weights:
            self.fusion.register_buffer("weights", torch.tensor(settings.late_weights))

    @property
    def features(self) -> int:
        """Length of what `forward_features` gives."""
        return len(self.branches) * self.settings.width

    def train(self, mode: bool = True) -> "CombinedModel":
        super().train(mode)
        for name in set(self.settings.frozen) & set(self.branches):
            self.branches[name].eval()
        return self

    def forward(self, **inputs: Tensor) -> Tensor:
        """Logits (B, num_classes). See `forward_features` for the inputs."""
        evidence = self._read(**inputs)
        return evidence.vectors.flatten(1) if isinstance(self.fusion, nn.Identity) else self._answer(evidence)

    def forward_features(self, **inputs: Tensor) -> Tensor:
        """What each modality comes to, side by side, zeros for the missing: (B, features).

        image (B, T, S, S) in [0, 255], blendshapes (B, T, 52), face_found (B, T) and, if the face branch takes it,
        landmarks (B, T, 478, 3); heard (B,), and as the audio branch takes it encoder (B, layers, 768), or (B, 1 +
        copies, layers, 768), of which the first is read, and mfcc and voiced likewise; said (B,), token_ids,
        before_ids and lexicon as the text branch takes them. face_found, heard and said are 0 where there is none.
        """
        return self._read(**inputs).vectors.flatten(1)

    def _read(self, face_found: Tensor, heard: Tensor, said: Tensor, **inputs: Tensor) -> Evidence:
        seen = face_found > 0
        found = {"face": self._faces, "audio": self._voices, "text": self._words}
        masks = {"face": seen, "audio": heard > 0, "text": said > 0}
        return self._evidence({name: (found[name](masks[name], **inputs), masks[name]) for name in self.branches})

    def fused(
        self,
        faces: Tensor | None = None,
        seen: Tensor | None = None,
        voices: Tensor | None = None,
        heard: Tensor | None = None,
        words: Tensor | None = None,
        said: Tensor | None = None,
    ) -> Tensor:
        """Logits (B, num_classes) from what the branches made of each window; what is not given is missing.

        faces (B, T, F) of `of_faces` and seen (B, T) bool; voices (B, A) and heard (B,) bool; words (B, W) and said
        (B,) bool. A mask that is not given: all are there.
        """
        given = {"face": (faces, seen), "audio": (voices, heard), "text": (words, said)}
        some = next(made for made, _ in given.values() if made is not None)
        parts = {name: self._part(name, *given[name], some) for name in self.branches}
        return self._answer(self._evidence(parts))

    def _part(self, name: str, made: Tensor | None, there: Tensor | None, like: Tensor) -> tuple[Tensor, Tensor]:
        """What a branch made of a batch, zeros where it was given nothing, and its mask."""
        steps = (1,) if name == "face" else ()
        if made is None:
            made = like.new_zeros(len(like), *steps, self.lengths[name])
            return made, made.new_zeros(made.shape[:-1], dtype=torch.bool)
        return made, made.new_ones(made.shape[:-1], dtype=torch.bool) if there is None else there

    def of_faces(self, image: Tensor, blendshapes: Tensor, **more: Tensor) -> Tensor:
        """(N, F): what the face branch makes of each of N faces, its own answer, and the blendshapes as they are."""
        branch, shown = self.branches["face"], torch.ones(len(image), device=image.device)
        landmarks = more.get("landmarks", image.new_zeros(len(image), 0))
        features = branch.forward_features(image, landmarks, blendshapes, shown)
        return torch.cat([*_with_answer(branch, features), blendshapes.float()], 1)

    def of_voices(self, **voice: Tensor) -> Tensor:
        """(N, A): what the audio branch makes of each of N stretches of voice, and its own answer."""
        branch = self.branches["audio"]
        return torch.cat(_with_answer(branch, branch.forward_features(**voice)), 1)

    def of_words(self, token_ids: Tensor, before_ids: Tensor, lexicon: Tensor) -> Tensor:
        """(N, W): what the text branch makes of each of N texts, its own answer, and its affect dimensions."""
        branch = self.branches["text"]
        features = branch.forward_features(token_ids, before_ids, lexicon)
        affect = branch.affect(features).nan_to_num()
        return torch.cat([*_with_answer(branch, features), affect], 1)

    def _faces(self, seen: Tensor, image: Tensor, blendshapes: Tensor, **inputs: Tensor) -> Tensor:
        """(B, T, F); only frames with a face cost anything."""
        more = {"landmarks": inputs["landmarks"][seen]} if "landmarks" in inputs else {}
        made = self._rows("face", self.of_faces, image=image[seen], blendshapes=blendshapes[seen], **more)
        frames = made.new_zeros(*seen.shape, made.shape[1])
        frames[seen] = made
        return frames

    def _voices(self, heard: Tensor, **inputs: Tensor) -> Tensor:
        """(B, A); the hidden ones too, for they cost little and batch normalisation sees more of them."""
        voice = {name: inputs[name] for name in VOICE if name in inputs}
        alone = {name: value[:, 0] if has_copies(name, value) else value for name, value in voice.items()}
        return self._rows("audio", self.of_voices, **alone)

    def _words(self, said: Tensor, token_ids: Tensor, before_ids: Tensor, lexicon: Tensor, **_: Tensor) -> Tensor:
        read = {"token_ids": token_ids[said], "before_ids": before_ids[said], "lexicon": lexicon[said]}
        made = self._rows("text", self.of_words, **read)
        words = made.new_zeros(len(said), made.shape[1])
        words[said] = made
        return words

    def _rows(self, name: str, of: Callable[..., Tensor], **inputs: Tensor) -> Tensor:
        """`of` over the rows, with the branch called `name`; without a graph where that is frozen.

        A batch without rows is none to a network, so a row of zeros goes through instead and is left out of the
        answer, as are those that fill up the rows of a frozen branch to a multiple of ROWS in training. Of fewer than
        two rows batch normalisation can learn nothing: they go through as in evaluation.
        """
        branch, count = self.branches[name], len(next(iter(inputs.values())))
        # On the CPU a kernel is compiled and kept for each number of rows that ever came: gigabytes, in a long study.
        some = ROWS if self.training and name in self.settings.frozen else 1
        given = {name: _filled_up(value, max(1, -(-count // some)) * some) for name, value in inputs.items()}
        training = branch.training
        branch.train(training and count > 1)
        with torch.set_grad_enabled(torch.is_grad_enabled() and name not in self.settings.frozen):
            made = of(**given)[:count]
        branch.train(training)
        return made

    def _evidence(self, parts: dict[str, tuple[Tensor, Tensor]]) -> Evidence:
        vectors, own, there = [], [], []
        for name, (made, mask) in parts.items():
            present = mask.any(1) if mask.dim() == 2 else mask
            own.append(self._own_answer(name, made, mask))
            made = self.sequence(self._frames(made, mask), mask) if name == "face" else made
            vectors.append(self.dense[name](self.standardised[name](made, present)) * present[:, None])
            there.append(present)
        return Evidence(torch.stack(vectors, 1), torch.stack(own, 1), torch.stack(there, 1))

    def _own_answer(self, name: str, made: Tensor, mask: Tensor) -> Tensor:
        """The branch's own log-probabilities (B, classes); of a face's frames, the mean of those seen."""
        start = self.branches[name].features
        logs = made[..., start : start + self.classes].float().log_softmax(-1)
        return logs if mask.dim() == 1 else (logs * mask[..., None]).sum(1) / mask.sum(1).clamp(min=1)[:, None]

    def _frames(self, faces: Tensor, seen: Tensor) -> Tensor:
        """The frames (B, T, F) standardised; in training each clip loses the same values in all its frames."""
        kept = faces.new_ones(len(faces), 1, faces.shape[2])
        return self.frame_scale(faces, seen) * F.dropout(kept, self.settings.branch_dropout, self.training)

    def _answer(self, evidence: Evidence) -> Tensor:
        """An opinion, where the fusion takes any: the branch's own answer, as far as trusted, and what was learnt."""
        vectors, own, there = evidence
        opinions = None
        if self.opinions:
            learnt = torch.stack([head(vectors[:, at]) for at, head in enumerate(self.opinions.values())], 1)
            opinions = self.trust[:, None] * own + learnt
        return self.fusion(vectors, opinions, there)


class Standardised(nn.Module):
    """Each value to mean 0 and deviation 1, as seen in training; zero in the rows that are not there.

    By the running mean and variance in training too: of a batch only a few rows may be there.
    """

    MOMENTUM = 0.05

    def __init__(self, values: int):
        super().__init__()
        self.register_buffer("mean", torch.zeros(values))
        self.register_buffer("variance", torch.ones(values))
        self.register_buffer("begun", torch.zeros((), dtype=torch.bool))

    def forward(self, rows: Tensor, there: Tensor) -> Tensor:
        """rows (..., values), there (...) bool."""
        if self.training and there.any():
            self._see(rows[there].detach().float())
        normal = (rows.float() - self.mean) / (self.variance + 1e-5).sqrt()
        return normal.clamp(-10, 10) * there[..., None]

    @torch.no_grad()
    def _see(self, rows: Tensor) -> None:
        share = self.MOMENTUM if bool(self.begun) else 1.0
        self.variance.lerp_((rows - torch.lerp(self.mean, rows.mean(0), share)).square().mean(0), share)
        self.mean.lerp_(rows.mean(0), share)
        self.begun.fill_(True)


def has_copies(name: str, voice: Tensor) -> bool:
    """Whether one of the VOICE inputs holds altered copies as well, on its second axis behind the clip itself."""
    return voice.dim() > VOICE[name]


def _filled_up(rows: Tensor, count: int) -> Tensor:
    """(count, ...): the rows, then zeros."""
    return F.pad(rows, (0, 0) * (rows.dim() - 1) + (0, count - len(rows))) if len(rows) < count else rows


def _dense(length: int, settings: CombinedSettings) -> nn.Sequential:
    return nn.Sequential(
        nn.Dropout(settings.branch_dropout),
        nn.Linear(length, settings.width),
        nn.ReLU(),
        nn.Dropout(settings.dropout),
    )


def _with_answer(branch: nn.Module, features: Tensor) -> list[Tensor]:
    """The features, and behind them the branch's own logits if it has a head."""
    return [features.float(), *([] if isinstance(branch.head, nn.Identity) else [branch.head(features).float()])]
