"""The text model's settings, and what tuning may vary."""

from dataclasses import replace
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt

from ..core.errors import DemeanorError
from ..core.settings import Share, TrainingSettings, settings_class
from .language import ENGLISH

LAYERS = {"minilm": 6, "e5": 12}  # of each encoder
MOST_POSITIONS = 512


@settings_class
class TextSettings(TrainingSettings):
    """Settings of the text model."""

    EXTRACT: ClassVar[tuple[str, ...]] = ("encoder", "tokens", "context_tokens")

    # Other defaults than TrainingSettings has; their meaning is the same.
    epochs: PositiveInt = 2
    patience: PositiveInt = 2
    batch_size: PositiveInt = 32
    learning_rate: PositiveFloat = 2e-4
    corpus_balance: Share = 0.6
    class_weight_power: float = 0.0
    gradient_clip: NonNegativeFloat = 1.0
    vote_share: Share = 1.0
    weights_dtype: Literal["float32", "float16"] = "float16"

    encoder: Literal["minilm", "e5"] = "minilm"
    """Network that reads the words: minilm, all-MiniLM-L6-v2; e5, multilingual-e5-small."""
    init_from: Literal["encoder", "trained"] = "encoder"
    """Weights that training begins with: the encoder's, or those of the trained text model in use."""
    init_share: Share = 0.0
    """Share of the trained weights that training began with in those it ends with, where `init_from` is trained."""
    tokens: Annotated[int, Field(ge=6)] = 64
    """Most tokens of an utterance, including those that frame it; a longer one is cut."""
    context_tokens: PositiveInt = 32
    """Most tokens of the preceding context; of a longer one, the last are kept."""

    use_context: bool = False
    """Whether the network also sees what was said before."""
    use_lexicon: bool = True
    """Whether the network sees VADER's scores."""
    fine_tuned_layers: Annotated[int, Field(ge=0, le=max(LAYERS.values()))] = 3
    """The encoder's last layers that training changes; the others stay frozen."""
    encoder_dropout: Share = 0.1
    """Dropout within the fine-tuned layers."""
    dropout: Share = 0.3
    """Dropout on the features before the head."""
    word_dropout: Share = 0.0
    """Share of the tokens of each training utterance that are masked."""

    def for_trial(self) -> Self:
        """Return these settings without trained weights, which may have seen what is left out.

        A training that began with them was short, and is long from the encoder: all clips are learnt from, once.
        """
        if self.init_from == "encoder":
            return self
        return replace(
            self, init_from="encoder", init_share=0.0, learning_rate=3e-4, batch_size=32, epochs=1, clips_per_epoch=0
        )

    @property
    def layers(self) -> int:
        """Layers of the encoder."""
        return LAYERS[self.encoder]

    def extract_settings(self) -> dict[str, Any]:
        """Return those that decide what `extract` returns; without MiniLM's name, as stores were before the choice."""
        settings = super().extract_settings()
        return {name: value for name, value in settings.items() if (name, value) != ("encoder", "minilm")}

    def knows(self, language: str) -> bool:
        """Return whether the encoder knows a language, given as in `Utterance.language`.

        What is said or written in any other language is withheld: an answer would be invented.
        """
        return self.encoder == "e5" or language in ("", ENGLISH)

    def __post_init__(self) -> None:
        if self.fine_tuned_layers > self.layers:
            raise DemeanorError(
                f"fine_tuned_layers must be at most {self.layers}, the layers of {self.encoder}, not "
                f"{self.fine_tuned_layers}."
            )
        if self.tokens + self.context_tokens > MOST_POSITIONS:
            raise DemeanorError(
                f"tokens and context_tokens together must be at most {MOST_POSITIONS}, not {self.tokens} and "
                f"{self.context_tokens}."
            )
        if self.mixup:
            raise DemeanorError("Tokens cannot be mixed as features can; set mixup=0 for the text model.")


def suggest(trial: Any) -> dict[str, Any]:
    """Return the settings that an Optuna trial overrides."""
    return {
        "learning_rate": trial.suggest_float("learning_rate", 3e-5, 5e-4, log=True),
        "fine_tuned_layers": trial.suggest_int("fine_tuned_layers", 0, LAYERS["minilm"]),
        "dropout": trial.suggest_float("dropout", 0.0, 0.5),
        "encoder_dropout": trial.suggest_float("encoder_dropout", 0.0, 0.3),
        "word_dropout": trial.suggest_float("word_dropout", 0.0, 0.2),
        "label_smoothing": trial.suggest_float("label_smoothing", 0.0, 0.15),
        "class_weight_power": trial.suggest_float("class_weight_power", 0.0, 1.0),
        "use_lexicon": trial.suggest_categorical("use_lexicon", [True, False]),
    }
