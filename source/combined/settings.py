"""The combined model's settings, and what tuning may vary."""

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal, Self, get_args

from ..audio.settings import AudioSettings
from ..core import config
from ..core.errors import DemeanorError
from ..core.settings import TrainingSettings
from ..face.settings import FaceSettings
from ..text.settings import TextSettings

Modality = Literal["face", "audio", "text"]
SAMPLE_RATE_HZ = 16_000  # Whisper's
MODALITIES: tuple[Modality, ...] = get_args(Modality)
MASKS = {"face": "face_found", "audio": "heard", "text": "said"}  # modality -> the input that says whether it is there
Sequence = Literal["lstm", "gru", "transformer", "statistics"]
Fusion = Literal["added", "gated", "concatenated", "late"]
MOST_FRAMES = 512  # whose order a transformer can tell


@dataclass(frozen=True)
class CombinedSettings(TrainingSettings):
    """Settings of the combined model. EXTRACT names those that preprocessing bakes into a store."""

    EXTRACT: ClassVar[tuple[str, ...]] = (
        "window_seconds", "frames_per_second", "transcribe", "face_input", "audio_input", "text_input",
    )  # fmt: skip
    SHARES: ClassVar[tuple[str, ...]] = (
        *TrainingSettings.SHARES,
        *("branch_dropout", "dropout", "modality_dropout", "text_pairing", "face_pairing"),
    )
    POSITIVE: ClassVar[tuple[str, ...]] = (
        *TrainingSettings.POSITIVE,
        *("window_seconds", "frames_per_second", "sequence_units", "sequence_layers", "width"),
    )

    # Other defaults than TrainingSettings has; their meaning is the same.
    epochs: int = 12
    patience: int = 12
    learning_rate: float = 2e-3
    weight_decay: float = 0.05
    ema_decay: float = 0.99
    label_smoothing: float = 0.1
    corpus_balance: float = 0.5
    weights_dtype: Literal["float32", "float16"] = "float16"

    window_seconds: float = config.WINDOW_SECONDS
    """Length of the stretch that is read at once; a shorter clip is padded and masked."""
    frames_per_second: float = config.FRAMES_PER_SECOND
    """Frames of it that are looked at."""
    transcribe: bool = False
    """Transcribe training clips too. Off: most corpora repeat a few sentences, whose words tell nothing."""

    modalities: tuple[Modality, ...] = MODALITIES
    """What the model is given."""
    init_from: tuple[Modality, ...] = ("face", "text")
    """Branches that begin as the trained models of these names; the others begin untrained."""
    frozen: tuple[Modality, ...] = ("face", "text")
    """Branches that training leaves as they begin."""
    sequence: Sequence = "lstm"
    """What reads the face's frames in their order; statistics: their mean and deviation, without order."""
    sequence_units: int = 32
    """Units of it, in each direction."""
    sequence_layers: int = 1
    """Layers of it."""
    fusion: Fusion = "added"
    """How the modalities become one answer: their evidence added up; weighed by gates that see all; their features
    concatenated and read by a dense layer; or, late, the weighted sum of their answers' logarithms."""
    late_weights: tuple[float, ...] = ()
    """Fixed weights of late fusion, one for each of modalities, such as 0.7,0.3; none: those that fit val best."""
    width: int = 64
    """Units of each modality's dense layer, and of the one that reads them together."""
    branch_dropout: float = 0.5
    """Share of a branch's features dropped in training."""
    dropout: float = 0.3
    """Share of the dense layers' units dropped in training."""
    modality_dropout: float = 0.5
    """Share of training clips of which all but some modalities are hidden, so that each learns to do alone."""
    text_pairing: float = 0.5
    """Share of training clips without words of their own that are lent an utterance of the same emotion."""
    text_pairing_corpora: tuple[str, ...] = ("MELD",)
    """Text corpora, preprocessed for the text model, that utterances are lent from; those it was not trained on."""

    face_pairing: float = 0.5
    """Share of training clips without a face that are lent a picture of the same emotion."""
    face_pairing_corpora: tuple[str, ...] = ("FER2013",)
    """Corpora of pictures, preprocessed for the face model, that faces are lent from; those it was not trained on."""

    face: FaceSettings = FaceSettings()
    """Settings of the face branch."""
    audio: AudioSettings = AudioSettings()
    """Settings of the audio branch."""
    text: TextSettings = TextSettings()
    """Settings of the text branch."""

    def __post_init__(self):
        super().__post_init__()
        if not self.modalities or len(set(self.modalities)) < len(self.modalities):
            raise DemeanorError(f"modalities must name one or more of {', '.join(MODALITIES)}, each once.")
        if self.audio.window_seconds != self.window_seconds:
            raise DemeanorError(
                f"The audio branch hears {self.audio.window_seconds:g} s and the window is {self.window_seconds:g} s; "
                "set window_seconds and audio.window_seconds alike."
            )
        if "text" in self.modalities and self.audio.sample_rate_hz != SAMPLE_RATE_HZ:
            rate = f"{SAMPLE_RATE_HZ:,} Hz"
            raise DemeanorError(f"The transcriber hears {rate}; set audio.sample_rate_hz to that, or leave out text.")
        untrained = [name for name in self.frozen if name not in (*self.init_from, "text")]  # text begins as MiniLM
        if untrained:
            raise DemeanorError(
                f"{untrained[0]} is frozen but starts untrained; name it in init_from too, or not in frozen."
            )
        if self.late_weights and (self.fusion != "late" or len(self.late_weights) != len(self.modalities)):
            raise DemeanorError(
                f"late_weights go with fusion=late and are {len(self.modalities)}, one for each of modalities."
            )
        if self.mixup:
            raise DemeanorError("Clips with faces and words cannot be mixed as sounds can; set mixup=0.")
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
        """What decides how a face is handed to the face branch."""
        return _extract_settings(self.face) | {"use_landmarks": self.face.use_landmarks}

    @property
    def audio_input(self) -> dict[str, Any]:
        """What decides how a voice is handed to the audio branch."""
        return _extract_settings(self.audio) | {"use_mfcc": self.audio.use_mfcc}

    @property
    def text_input(self) -> dict[str, Any]:
        """What decides how words are handed to the text branch."""
        return _extract_settings(self.text)

    def for_prediction(self) -> Self:
        """These settings without the voice's altered copies, and with words if there is a branch to read them."""
        return replace(self, audio=self.audio.for_prediction(), transcribe="text" in self.modalities)


def _extract_settings(settings: Any) -> dict[str, Any]:
    return {name: getattr(settings, name) for name in settings.EXTRACT}


def suggest(trial: Any) -> dict[str, Any]:
    """The fields that an Optuna trial overrides."""
    return {
        "sequence": trial.suggest_categorical("sequence", list(get_args(Sequence))),
        "sequence_units": trial.suggest_categorical("sequence_units", [16, 32, 64]),
        "fusion": trial.suggest_categorical("fusion", ["added", "gated", "concatenated"]),
        "width": trial.suggest_categorical("width", [32, 64, 128]),
        "learning_rate": trial.suggest_float("learning_rate", 5e-4, 5e-3, log=True),
        "weight_decay": trial.suggest_float("weight_decay", 1e-3, 2e-1, log=True),
        "branch_dropout": trial.suggest_float("branch_dropout", 0.2, 0.7),
        "dropout": trial.suggest_float("dropout", 0.0, 0.5),
        "modality_dropout": trial.suggest_float("modality_dropout", 0.2, 0.8),
        "corpus_balance": trial.suggest_float("corpus_balance", 0.0, 1.0),
    }
