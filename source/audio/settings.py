"""The audio model's settings, and what tuning may vary."""

from dataclasses import replace
from typing import Annotated, Any, ClassVar, Literal, Self, get_args

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt

from ..core import config
from ..core.errors import DemeanorError
from ..core.settings import Share, TrainingSettings, settings_class

SequenceArchitecture = Literal["residual", "tdnn", "separable", "recurrent"]


@settings_class
class AudioSettings(TrainingSettings):
    """Settings of the audio model."""

    EXTRACT: ClassVar[tuple[str, ...]] = (
        "window_seconds", "sample_rate_hz", "trim_silence", "denoise", "normalise_level",
        "use_mfcc", "coefficients", "mel_bands", "fft_samples", "hop_samples", "encoder",
        "augmented_copies", "speed_perturbation", "pitch_shift_semitones", "gain_perturbation_db", "noise_snr_db",
        "channel_share",
    )  # fmt: skip

    # Other defaults than TrainingSettings has; their meaning is the same.
    epochs: PositiveInt = 3
    patience: PositiveInt = 3
    keep: Literal["best", "last"] = "last"
    learning_rate: PositiveFloat = 1e-3
    weight_decay: NonNegativeFloat = 0.5
    ema_decay: Share = 0.99
    label_smoothing: Share = 0.0
    corpus_balance: Share = 0.5
    label_balance: Share = 1.0
    ordinary_weight: NonNegativeFloat = 0.25
    own_labels: bool = True
    class_weight_power: float = 0.0

    window_seconds: PositiveFloat = config.WINDOW_SECONDS
    """Length of the window that is read at once; shorter audio is centred in it and masked."""
    sample_rate_hz: PositiveInt = config.SAMPLE_RATE_HZ
    """Sampling rate that every recording is resampled to."""
    trim_silence: bool = True
    """Trim the silence before the first and after the last sound of a clip."""
    denoise: bool = False
    """Reduce stationary noise first."""
    normalise_level: bool = True
    """Normalise what is read at once to the same level, so that the microphone's gain has no influence."""
    coefficients: PositiveInt = 40
    """MFCC coefficients; their first and second differences over time come on top."""
    mel_bands: PositiveInt = 64
    """Mel bands that the coefficients are computed from."""
    fft_samples: PositiveInt = 512
    """Samples of the analysis window: 32 ms."""
    hop_samples: PositiveInt = 256
    """Samples from one frame to the next: 16 ms."""
    encoder: Literal["none", "tiny.en", "small"] = "small"
    """Whisper encoder whose features are read: none, that of tiny.en, or the first blocks of small's, which hears any
    language."""
    augmented_copies: NonNegativeInt = 1
    """Augmented copies that preprocessing makes of each clip; training draws one of them or the clip itself."""
    speed_perturbation: Annotated[float, Field(ge=0, lt=1)] = 0.12
    """Copies are resampled to be faster or slower, and so higher or lower, by up to this share."""
    pitch_shift_semitones: NonNegativeFloat = 1.5
    """Copies are shifted in pitch by up to this much either way, at the same speed."""
    gain_perturbation_db: NonNegativeFloat = 6.0
    """Copies are made louder or quieter by up to this; without effect where the level is normalised."""
    noise_snr_db: float = 10.0
    """Half of the copies get noise, at a signal-to-noise ratio from this to 25 dB more."""
    channel_share: Share = 0.75
    """Share of the copies that go through another channel: rooms, levels, microphones, telephones, codecs."""

    use_mfcc: bool = False
    """Whether the network sees the MFCC. Needed with encoder=none; beside the encoder's features they did harm."""
    use_encoder: bool = True
    """Whether the network sees the encoder's features, where there are any."""
    architecture: SequenceArchitecture = "residual"
    """The network over the MFCC frames, from source.audio.backbones."""
    widths: tuple[Annotated[int, Field(ge=4, multiple_of=2)], ...] = (64, 96, 96)
    """Channels of that network's stages."""
    depths: tuple[PositiveInt, ...] = (1, 1, 1)
    """Blocks in each stage."""
    pooling: Literal["attention", "statistics"] = "attention"
    """How frames are pooled into one vector: weighted by attention, or all alike."""
    use_baseline: bool = True
    """Whether features of the encoder small are also read against those of the same person's other speech."""
    baseline_seconds: PositiveFloat = 30.0
    """Most seconds of other speech that a training clip's baseline is made of."""
    baseline_share: Share = 0.8
    """Share of the training clips that are given a baseline; the others teach to do without."""
    baseline_prior_seconds: PositiveFloat = 8.0
    """Seconds of an unknown person's speech that a baseline is mixed with: one of few seconds is trusted little."""
    encoder_width: PositiveInt = 128
    """Units of the layer over the encoder's features."""
    encoder_dropout: Share = 0.5
    """Dropout on the encoder's features."""
    dropout: Share = 0.3
    """Dropout on the concatenated features."""
    time_masks: NonNegativeInt = 2
    """Time masks per training clip (SpecAugment: Park et al. 2019, arXiv:1904.08779)."""
    time_mask_share: Share = 0.15
    """Longest time mask, as a share of the window."""
    coefficient_masks: NonNegativeInt = 1
    """Masks over the coefficients per training clip."""
    coefficient_mask_share: Share = 0.2
    """Largest such mask, as a share of the coefficients."""

    def __post_init__(self) -> None:
        if not self.use_mfcc and not self.reads_encoder:
            raise DemeanorError("The audio model needs an input: use_mfcc=true, or use_encoder=true and encoder=small.")
        if len(self.widths) != len(self.depths) or not self.widths:
            raise DemeanorError(f"widths has {len(self.widths)} stages and depths {len(self.depths)}; they must agree.")
        if self.encoder != "none" and (self.sample_rate_hz != 16_000 or self.window_seconds > 30):
            raise DemeanorError(
                "Whisper's encoder takes 16,000 Hz and at most 30 seconds; set encoder=none for others."
            )
        if self.coefficients > self.mel_bands:
            raise DemeanorError(f"coefficients must be at most mel_bands ({self.mel_bands}), not {self.coefficients}.")

    @property
    def reads_encoder(self) -> bool:
        """Whether the network sees the encoder's features."""
        return self.use_encoder and self.encoder != "none"

    @property
    def reads_baseline(self) -> bool:
        """Whether the network reads a voice against a baseline."""
        return self.use_baseline and self.use_encoder and self.encoder == "small"

    @property
    def window_samples(self) -> int:
        """Samples of a window."""
        return round(self.window_seconds * self.sample_rate_hz)

    @property
    def frames(self) -> int:
        """MFCC frames of a window."""
        return 1 + self.window_samples // self.hop_samples

    def extract_settings(self) -> dict[str, Any]:
        """Return the settings that decide what `extract` returns; without channels, as before there were any."""
        return {name: value for name, value in super().extract_settings().items() if name != "channel_share" or value}

    def for_prediction(self) -> Self:
        """Return these settings without augmented copies, which are for training alone."""
        return replace(self, augmented_copies=0)


def suggest(trial: Any) -> dict[str, Any]:
    """Return the settings that an Optuna trial overrides."""
    varied = {
        "batch_size": trial.suggest_categorical("batch_size", [32, 64, 128]),
        "learning_rate": trial.suggest_float("learning_rate", 5e-4, 5e-3, log=True),
        "weight_decay": trial.suggest_float("weight_decay", 1e-2, 2.0, log=True),
        "encoder_width": trial.suggest_categorical("encoder_width", [64, 128, 256]),
        "encoder_dropout": trial.suggest_float("encoder_dropout", 0.2, 0.8),
        "dropout": trial.suggest_float("dropout", 0.2, 0.6),
        "baseline_prior_seconds": trial.suggest_float("baseline_prior_seconds", 4.0, 30.0, log=True),
        "ordinary_weight": trial.suggest_float("ordinary_weight", 0.1, 1.0, log=True),
        "mixup": trial.suggest_float("mixup", 0.0, 0.5),
        "label_smoothing": trial.suggest_float("label_smoothing", 0.0, 0.15),
        "class_weight_power": trial.suggest_float("class_weight_power", 0.0, 1.0),
    }
    if trial.suggest_categorical("use_mfcc", [False, True]):  # as it was preprocessed
        varied["architecture"] = trial.suggest_categorical("architecture", list(get_args(SequenceArchitecture)))
        varied["pooling"] = trial.suggest_categorical("pooling", ["attention", "statistics"])
    return varied
