"""The combined model's settings, and what tuning may vary."""

from dataclasses import replace
from typing import Any, ClassVar, Literal, Self, get_args

from pydantic import NonNegativeFloat, PositiveFloat, PositiveInt

from ..audio.settings import AudioSettings
from ..core import config
from ..core.errors import DemeanorError
from ..core.settings import Share, TrainingSettings, settings_class
from ..face.settings import FaceSettings
from ..text.settings import TextSettings

Modality = Literal["face", "audio", "text"]
SAMPLE_RATE_HZ = 16_000  # Whisper's
MODALITIES: tuple[Modality, ...] = get_args(Modality)
# Modality -> the input that is 0 where it is missing.
MASKS = {"face": "face_mask", "audio": "audio_mask", "text": "text_mask"}
FACE_INPUTS = ("image", "blendshapes", "landmarks")
TEXT_INPUTS = ("token_ids", "before_ids", "lexicon")
Sequence = Literal["lstm", "gru", "transformer", "statistics"]
Fusion = Literal["late", "added", "gated", "concatenated"]
MOST_FRAMES = 512  # positions that the transformer has an encoding for


@settings_class
class CombinedSettings(TrainingSettings):
    """Settings of the combined model."""

    EXTRACT: ClassVar[tuple[str, ...]] = (
        "window_seconds", "frames_per_second", "transcribe", "face_input", "audio_input", "text_input",
    )  # fmt: skip

    # Other defaults than TrainingSettings has; their meaning is the same.
    epochs: PositiveInt = 12
    patience: PositiveInt = 12
    keep: Literal["best", "last"] = "last"
    learning_rate: PositiveFloat = 2e-3
    weight_decay: NonNegativeFloat = 0.05
    ema_decay: Share = 0.99
    label_smoothing: Share = 0.1
    corpus_balance: Share = 0.5
    weights_dtype: Literal["float32", "float16"] = "float16"

    window_seconds: PositiveFloat = config.WINDOW_SECONDS
    """Length of the window that is read at once; a shorter clip is padded and masked."""
    frames_per_second: PositiveFloat = config.FRAMES_PER_SECOND
    """Video frames that are sampled from it."""
    transcribe: bool = False
    """Transcribe training clips as well. Off because most corpora repeat a few neutral sentences."""

    modalities: tuple[Modality, ...] = MODALITIES
    """Modalities that the model reads."""
    init_from: tuple[Modality, ...] = MODALITIES
    """Branches initialised from the trained model of that name; the others start untrained."""
    frozen: tuple[Modality, ...] = MODALITIES
    """Branches that training does not change: they answer as their own models do. A voice that is frozen without being
    in init_from is trained alone first, as the audio model is, without the people who are not in this training."""
    corrected: tuple[Modality, ...] = ("face",)
    """Modalities whose branch's own answer is corrected by what training learns from its features."""
    correction: Share = 0.5
    """How much of that counts when it is used: the people in the videos of training are few, and others differ."""
    sequence: Sequence = "lstm"
    """Network over the sequence of face frames; statistics: their mean and standard deviation, without order."""
    sequence_units: PositiveInt = 32
    """Its units, in each direction."""
    sequence_layers: PositiveInt = 1
    """Its layers."""
    face_baseline_trust: Share = 0.75
    """How far a face is read against the same person's other frames, where there are many of them; 0: not at all."""
    face_baseline_prior_seconds: PositiveFloat = 4.0
    """Seconds of other frames that are trusted half as far."""
    usual_calm: NonNegativeFloat = 0.5
    """What a face is expected to show, beside its baseline: neutral, by so much more in the logarithm than others."""
    fusion: Fusion = "late"
    """late: weighted sum of the unimodal log-probabilities; added: of the modalities' logits; gated: weighted by gates
    that see all features; concatenated: a dense layer reads all features."""
    shared_error: Share = 0.15
    """How far modalities err together: what several say is divided by 1 + this for each beside the first. Fitted on
    corpora that no branch was trained on."""
    doubt: Share = 0.05
    """How far each modality beside others is taken to say nothing, so that none alone can rule out what they see."""
    plain_words: Share = 0.5
    """Share of what people say with emotion in words that show none: beside a face or a voice neutral words argue
    against an emotion no more than that."""
    late_weights: tuple[float, ...] = ()
    """Fixed weights of late fusion, one per modality, such as 0.7,0.3; empty: 1 for branches that are frozen, for their
    own models are calibrated, and else those that fit val best."""
    width: PositiveInt = 64
    """Units of each modality's dense layer, and of the one over all of them."""
    branch_dropout: Share = 0.5
    """Dropout on the features of each branch."""
    dropout: Share = 0.3
    """Dropout on the units of the dense layers."""
    modality_dropout: Share = 1.0
    """Share of training clips with hidden modalities, so that the model learns to do with any subset."""
    text_pairing: Share = 0.0
    """Share of training clips without words that are paired with an utterance of the same emotion."""
    text_pairing_corpora: tuple[str, ...] = ("MELD",)
    """Corpora of these utterances, preprocessed for the text model; only those it was not trained on are used."""
    face_pairing: Share = 0.5
    """Share of training clips without a face that are paired with an image of the same emotion."""
    face_pairing_corpora: tuple[str, ...] = ("FER2013",)
    """Corpora of these images, preprocessed for the face model; only those it was not trained on are used."""

    face: FaceSettings = FaceSettings()
    """Settings of the face branch."""
    audio: AudioSettings = AudioSettings(augmented_copies=0)
    """Settings of the audio branch."""
    text: TextSettings = TextSettings()
    """Settings of the text branch."""

    def __post_init__(self) -> None:
        if not self.modalities or len(set(self.modalities)) < len(self.modalities):
            raise DemeanorError(f"modalities must name one or more of {', '.join(MODALITIES)}, each once.")
        if self.audio.window_seconds != self.window_seconds:
            raise DemeanorError(
                f"The audio branch reads {self.audio.window_seconds:g} s and the window is {self.window_seconds:g} s; "
                "set window_seconds and audio.window_seconds alike."
            )
        if "text" in self.modalities and self.audio.sample_rate_hz != SAMPLE_RATE_HZ:
            rate = f"{SAMPLE_RATE_HZ:,} Hz"
            raise DemeanorError(f"The transcriber takes {rate}; set audio.sample_rate_hz to that, or leave out text.")
        able = (*self.init_from, "text", "audio")  # text begins as its encoder, and the voice is trained first
        untrained = [name for name in self.frozen if name not in able]
        if untrained:
            raise DemeanorError(
                f"{untrained[0]} is frozen but starts untrained; name it in init_from too, or not in frozen."
            )
        if self.late_weights and (self.fusion != "late" or len(self.late_weights) != len(self.modalities)):
            raise DemeanorError(
                f"late_weights need fusion=late and one weight for each of the {len(self.modalities)} modalities."
            )
        if self.mixup:
            raise DemeanorError("Clips with faces and words cannot be mixed; set mixup=0 for the combined model.")
        if self.sequence == "transformer" and (self.sequence_units % 2 or self.frames > MOST_FRAMES):
            raise DemeanorError(
                f"The transformer needs an even number of sequence_units, not {self.sequence_units}, and {MOST_FRAMES} "
                f"frames a window at most, not {self.frames}."
            )

    @property
    def frames(self) -> int:
        """Frames of a window."""
        return max(1, round(self.window_seconds * self.frames_per_second))

    @property
    def face_input(self) -> dict[str, Any]:
        """The settings that decide what the face branch is given."""
        return self.face.extract_settings() | {"use_landmarks": self.face.use_landmarks}

    @property
    def audio_input(self) -> dict[str, Any]:
        """The settings that decide what the audio branch is given."""
        return self.audio.extract_settings()

    @property
    def text_input(self) -> dict[str, Any]:
        """The settings that decide what the text branch is given."""
        return self.text.extract_settings()

    def for_trial(self) -> Self:
        """Return these settings without a voice from the audio model, which has learnt from people of these corpora."""
        return replace(self, init_from=tuple(name for name in self.init_from if name != "audio"))

    def for_prediction(self) -> Self:
        """Return these settings without augmented copies, and with a transcript if there is a text branch."""
        return replace(self, audio=self.audio.for_prediction(), transcribe="text" in self.modalities)


def suggest(trial: Any) -> dict[str, Any]:
    """Return the settings that an Optuna trial overrides."""
    return {
        "sequence": trial.suggest_categorical("sequence", list(get_args(Sequence))),
        "sequence_units": trial.suggest_categorical("sequence_units", [16, 32, 64]),
        "fusion": trial.suggest_categorical("fusion", list(get_args(Fusion))),
        "correction": trial.suggest_float("correction", 0.0, 1.0),
        "width": trial.suggest_categorical("width", [32, 64, 128]),
        "learning_rate": trial.suggest_float("learning_rate", 5e-4, 5e-3, log=True),
        "weight_decay": trial.suggest_float("weight_decay", 1e-3, 2e-1, log=True),
        "branch_dropout": trial.suggest_float("branch_dropout", 0.2, 0.7),
        "dropout": trial.suggest_float("dropout", 0.0, 0.5),
        "modality_dropout": trial.suggest_float("modality_dropout", 0.2, 1.0),
        "corpus_balance": trial.suggest_float("corpus_balance", 0.0, 1.0),
    }
