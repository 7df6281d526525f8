"""The text model's settings, and what tuning may vary."""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from ..core.errors import DemeanorError
from ..core.settings import TrainingSettings

LAYERS = 6  # of MiniLM
MOST_POSITIONS = 512


@dataclass(frozen=True)
class TextSettings(TrainingSettings):
    """Settings of the text model. EXTRACT names those that preprocessing bakes into a store."""

    EXTRACT: ClassVar[tuple[str, ...]] = ("tokens", "context_tokens")
    SHARES: ClassVar[tuple[str, ...]] = (
        *TrainingSettings.SHARES,
        *("dropout", "encoder_dropout", "word_dropout"),
    )
    POSITIVE: ClassVar[tuple[str, ...]] = (*TrainingSettings.POSITIVE, "context_tokens")

    # Other defaults than TrainingSettings has; their meaning is the same.
    epochs: int = 2
    patience: int = 2
    batch_size: int = 32
    learning_rate: float = 2e-4
    corpus_balance: float = 0.6
    class_weight_power: float = 0.0
    gradient_clip: float = 1.0
    vote_share: float = 1.0
    weights_dtype: Literal["float32", "float16"] = "float16"

    tokens: int = 64
    """Tokens of an utterance that are read, the two that frame it included; what is longer is cut."""
    context_tokens: int = 32
    """Tokens of what was said before that are kept; of longer ones, the last."""

    use_context: bool = False
    """Give the network what was said before, too."""
    use_lexicon: bool = True
    """Give the network VADER's scores."""
    fine_tuned_layers: int = 3
    """MiniLM's layers, counted from the last, that training changes; the others stay as they were made."""
    encoder_dropout: float = 0.1
    """Share dropped within the fine-tuned layers in training."""
    dropout: float = 0.3
    """Share of the features dropped before the head in training."""
    word_dropout: float = 0.0
    """Share of the words of each training utterance that are hidden."""

    def __post_init__(self):
        super().__post_init__()
        if not 0 <= self.fine_tuned_layers <= LAYERS:
            raise DemeanorError(f"fine_tuned_layers must be from 0 to {LAYERS}, not {self.fine_tuned_layers}.")
        if self.tokens < 3 or self.tokens + self.context_tokens > MOST_POSITIONS:
            raise DemeanorError(
                f"tokens must be 3 or more, and with context_tokens at most {MOST_POSITIONS}, not {self.tokens} and "
                f"{self.context_tokens}."
            )
        if self.mixup:
            raise DemeanorError("Words cannot be mixed as sounds can; set mixup=0 for the text model.")


def suggest(trial: Any) -> dict[str, Any]:
    """The fields that an Optuna trial overrides."""
    return {
        "learning_rate": trial.suggest_float("learning_rate", 3e-5, 5e-4, log=True),
        "fine_tuned_layers": trial.suggest_int("fine_tuned_layers", 0, LAYERS),
        "dropout": trial.suggest_float("dropout", 0.0, 0.5),
        "encoder_dropout": trial.suggest_float("encoder_dropout", 0.0, 0.3),
        "word_dropout": trial.suggest_float("word_dropout", 0.0, 0.2),
        "label_smoothing": trial.suggest_float("label_smoothing", 0.0, 0.15),
        "class_weight_power": trial.suggest_float("class_weight_power", 0.0, 1.0),
        "use_lexicon": trial.suggest_categorical("use_lexicon", [True, False]),
    }
