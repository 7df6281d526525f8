"""The audio model's settings, and what tuning may vary."""

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal, Self, get_args

from ..core import config
from ..core.errors import DemeanorError
from ..core.settings import TrainingSettings

SequenceArchitecture = Literal["residual", "tdnn", "separable", "recurrent"]


@dataclass(frozen=True)
class AudioSettings(TrainingSettings):
    """Settings of the audio model. EXTRACT names those that preprocessing bakes into a store."""

    EXTRACT: ClassVar[tuple[str, ...]] = (
        "window_seconds", "sample_rate_hz", "trim_silence", "denoise", "normalise_level",
        "coefficients", "mel_bands", "fft_samples", "hop_samples", "encoder",
        "augmented_copies", "speed_perturbation", "pitch_shift_semitones", "gain_perturbation_db", "noise_snr_db",
    )  # fmt: skip
    SHARES: ClassVar[tuple[str, ...]] = (
        *TrainingSettings.SHARES,
        *("speed_perturbation", "dropout", "encoder_dropout", "time_mask_share", "coefficient_mask_share"),
    )
    POSITIVE: ClassVar[tuple[str, ...]] = (
        *TrainingSettings.POSITIVE,
        *("window_seconds", "sample_rate_hz", "fft_samples", "hop_samples", "encoder_width"),
    )

    # Other defaults than TrainingSettings has; their meaning is the same.
    epochs: int = 40
    patience: int = 15
    learning_rate: float = 2e-3
    weight_decay: float = 0.05
    ema_decay: float = 0.99
    label_smoothing: float = 0.1
    mixup: float = 0.3

    window_seconds: float = config.WINDOW_SECONDS
    """Length of the stretch that is read at once; a shorter one is centred in it and masked."""
    sample_rate_hz: int = config.SAMPLE_RATE_HZ
    """Every recording is resampled to this."""
    trim_silence: bool = True
    """Leave out the silence before the first and after the last sound of a clip."""
    denoise: bool = False
    """Reduce steady noise first."""
    normalise_level: bool = True
    """Bring every stretch to the same level, so that the microphone's gain has no say."""
    coefficients: int = 40
    """MFCC coefficients; their first and second differences over time come on top."""
    mel_bands: int = 64
    """Mel bands that the coefficients are made of."""
    fft_samples: int = 512
    """Samples of the analysis window: 32 ms."""
    hop_samples: int = 256
    """Samples from one frame to the next: 16 ms."""
    encoder: Literal["none", "statistics"] = "statistics"
    """What is kept of the answers of Whisper's encoder: nothing, or each layer's mean and deviation over time."""
    augmented_copies: int = 3
    """Altered copies of each clip that preprocessing makes; training draws one of them or the clip itself."""
    speed_perturbation: float = 0.12
    """Copies are played faster or slower, and so higher or lower, by up to this share."""
    pitch_shift_semitones: float = 1.5
    """Copies are shifted by up to so many semitones, at the same speed."""
    gain_perturbation_db: float = 6.0
    """Copies are made louder or fainter by up to this; of no effect where the level is normalised."""
    noise_snr_db: float = 10.0
    """Every second copy gets noise, at a signal-to-noise ratio of this to 25 dB more."""

    use_mfcc: bool = False
    """Give the network the MFCC. Needed with encoder=none; beside the encoder's features they made it worse."""
    use_encoder: bool = True
    """Give the network the encoder's features, where there are any."""
    architecture: SequenceArchitecture = "residual"
    """The network over the MFCC's frames, from source.audio.backbones."""
    widths: tuple[int, ...] = (64, 96, 96)
    """Channels of its stages."""
    depths: tuple[int, ...] = (1, 1, 1)
    """Blocks in each stage."""
    pooling: Literal["attention", "statistics"] = "attention"
    """How the frames become one vector: by weights that the network gives them, or each alike."""
    encoder_width: int = 128
    """Units of the layer over the encoder's features."""
    encoder_dropout: float = 0.5
    """Share of the encoder's features dropped in training."""
    dropout: float = 0.4
    """Share of the joined features dropped in training."""
    time_masks: int = 2
    """Stretches of each training clip that are hidden (SpecAugment: Park et al. 2019, arXiv:1904.08779)."""
    time_mask_share: float = 0.15
    """Each takes up to this share of the window."""
    coefficient_masks: int = 1
    """Ranges of coefficients that are hidden in each training clip."""
    coefficient_mask_share: float = 0.2
    """Each takes up to this share of the coefficients."""

    def __post_init__(self):
        super().__post_init__()
        if not self.use_mfcc and not self.reads_encoder:
            raise DemeanorError(
                "The audio model needs an input: use_mfcc=true, or use_encoder=true and encoder=statistics."
            )
        if len(self.widths) != len(self.depths) or not self.widths:
            raise DemeanorError(f"widths has {len(self.widths)} stages and depths {len(self.depths)}; they must agree.")
        if min(self.depths) < 1 or any(width < 4 or width % 2 for width in self.widths):
            raise DemeanorError(
                f"widths must be even numbers from 4 and depths from 1, not {self.widths} and {self.depths}."
            )
        if self.encoder != "none" and (self.sample_rate_hz != 16_000 or self.window_seconds > 30):
            raise DemeanorError(
                "Whisper's encoder hears 16,000 Hz and 30 seconds at most; set encoder=none for others."
            )
        if self.augmented_copies < 0 or self.speed_perturbation == 1:
            raise DemeanorError(
                f"augmented_copies must be 0 or more, and speed_perturbation below 1, not {self.augmented_copies} and "
                f"{self.speed_perturbation}."
            )
        if not 0 < self.coefficients <= self.mel_bands:
            raise DemeanorError(
                f"coefficients must be from 1 to mel_bands ({self.mel_bands}), not {self.coefficients}."
            )

    @property
    def reads_encoder(self) -> bool:
        """Whether the network is given the encoder's features."""
        return self.use_encoder and self.encoder != "none"

    @property
    def window_samples(self) -> int:
        """Samples of a window."""
        return round(self.window_seconds * self.sample_rate_hz)

    @property
    def frames(self) -> int:
        """MFCC frames of a window."""
        return 1 + self.window_samples // self.hop_samples

    def for_prediction(self) -> Self:
        """These settings without the altered copies, which are for training alone."""
        return replace(self, augmented_copies=0)


def suggest(trial: Any) -> dict[str, Any]:
    """The fields that an Optuna trial overrides."""
    varied = {
        "use_mfcc": trial.suggest_categorical("use_mfcc", [False, True]),
        "batch_size": trial.suggest_categorical("batch_size", [32, 64, 128]),
        "learning_rate": trial.suggest_float("learning_rate", 5e-4, 5e-3, log=True),
        "weight_decay": trial.suggest_float("weight_decay", 1e-3, 2e-1, log=True),
        "encoder_width": trial.suggest_categorical("encoder_width", [64, 128, 256]),
        "encoder_dropout": trial.suggest_float("encoder_dropout", 0.2, 0.7),
        "dropout": trial.suggest_float("dropout", 0.2, 0.6),
        "mixup": trial.suggest_float("mixup", 0.0, 0.5),
        "label_smoothing": trial.suggest_float("label_smoothing", 0.0, 0.15),
        "class_weight_power": trial.suggest_float("class_weight_power", 0.0, 1.0),
    }
    if varied["use_mfcc"]:  # only then are there frames to read
        varied["architecture"] = trial.suggest_categorical("architecture", list(get_args(SequenceArchitecture)))
        varied["pooling"] = trial.suggest_categorical("pooling", ["attention", "statistics"])
    return varied
