"""The face model's settings, and what tuning may vary."""

from dataclasses import replace
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt

from ..core.errors import DemeanorError
from ..core.settings import Share, TrainingSettings, settings_class

ImageArchitecture = Literal["vgg", "residual", "separable", "resnet18", "resnet34"]


@settings_class
class FaceSettings(TrainingSettings):
    """Settings of the face model."""

    EXTRACT: ClassVar[tuple[str, ...]] = ("image_side",)

    weights_dtype: Literal["float32", "float16"] = "float16"
    image_side: PositiveInt = 48
    """Side of the aligned grey crop in pixels; FER2013's own size."""
    use_image: bool = True
    """Whether the network sees the crop."""
    use_landmarks: bool = True
    """Whether the network sees the mesh of 478 landmarks."""
    use_blendshapes: bool = True
    """Whether the network sees the 52 blendshapes."""
    architecture: ImageArchitecture = "vgg"
    """The crop's CNN, from source.face.backbones."""
    widths: tuple[PositiveInt, ...] = (32, 64, 128, 160)
    """Channels of the CNN's stages. Each stage halves the image, except the first of a residual network."""
    depths: tuple[PositiveInt, ...] = (1, 2, 2, 2)
    """Convolutions (vgg) or blocks of two of them (residual, separable) in each stage."""
    shape_width: PositiveInt = 64
    """Units of each of the two dense layers over landmarks and blendshapes."""
    dropout: Share = 0.2
    """Dropout on the concatenated features."""
    shape_dropout: Share = 0.3
    """Share of training faces whose landmarks and blendshapes are hidden, so that the crop alone must suffice."""
    crop_share: Annotated[float, Field(ge=0.5, le=1)] = 0.917
    """Share of the crop's side that the network sees: 44 of 48 pixels, shifted in training, central otherwise."""
    five_crops: bool = False
    """Average over five crops and their mirror images instead of one crop: five times the compute, no better here."""
    rotate_degrees: NonNegativeFloat = 12.0
    """Training crops are rotated by up to this much either way."""
    scale_share: Share = 0.12
    """Training crops are scaled by up to this share either way."""
    shift_share: Share = 0.08
    """Training crops are shifted by up to this share of their side."""
    loose_framing: Annotated[float, Field(ge=1)] = 2.0
    """How many times as far these three go for training faces whose shape is hidden, as if no face had been found."""
    contrast: Share = 0.3
    """The contrast of training crops is changed by up to this share."""
    brightness: Share = 0.2
    """The brightness of training crops is changed by up to this share of the full range."""
    gamma_octaves: NonNegativeFloat = 0.7
    """The middle greys of training crops are darkened or brightened by up to this power of two."""
    side_light: Share = 0.3
    """Training crops are lit from a random side by up to this share."""
    blur_probability: Share = 0.25
    """Share of training crops that are blurred."""
    blur_pixels: NonNegativeFloat = 1.5
    """Most standard deviation of that blur in pixels of the crop."""
    noise_probability: Share = 0.15
    """Share of training crops that noise is added to."""
    noise_share: Share = 0.06
    """Most standard deviation of that noise, as a share of the full range."""
    compression_probability: Share = 0.15
    """Share of training crops that are compressed as JPEG does."""
    erase_probability: Share = 0.25
    """Share of training crops in which a rectangle is erased (Zhong et al. 2017, arXiv:1708.04896)."""
    init_from: Literal["random", "trained"] = "random"
    """What training begins with; trained: the weights in use, where they fit."""
    init_share: Share = 0.5
    """Share of the weights that a training from trained ones began with in the weights that are kept."""
    balance_share: Share = 0.75
    """How far the answers are freed of how frequent each label was in training; 0: not at all, 1: wholly."""
    stranger_temperature: PositiveFloat = 1.5
    """Factor on the temperature that fits val, for pictures of other collections: the model is less often right there.
    Judged by what it never learned from; see models/face/comparison.md."""

    def __post_init__(self) -> None:
        if not (self.use_image or self.use_landmarks or self.use_blendshapes):
            raise DemeanorError(
                "The face model needs an input: use_image, use_landmarks and use_blendshapes are all false."
            )
        if len(self.widths) != len(self.depths) or not self.widths:
            raise DemeanorError(f"widths has {len(self.widths)} stages and depths {len(self.depths)}; they must agree.")

    def for_trial(self) -> Self:
        """Return these settings without trained weights, which may have seen what is left out, and for so long."""
        if self.init_from == "random":
            return self
        default = type(self)()
        return replace(self, init_from="random", epochs=default.epochs, learning_rate=default.learning_rate)

    @property
    def crop_side(self) -> int:
        """Side in pixels of the part of the crop that the network sees."""
        return round(self.image_side * self.crop_share)


def suggest(trial: Any) -> dict[str, Any]:
    """Return the settings that an Optuna trial overrides."""
    return {
        "architecture": trial.suggest_categorical("architecture", ["vgg", "residual", "separable"]),
        "learning_rate": trial.suggest_float("learning_rate", 5e-4, 5e-3, log=True),
        "weight_decay": trial.suggest_float("weight_decay", 1e-3, 1e-1, log=True),
        "dropout": trial.suggest_float("dropout", 0.1, 0.5),
        "label_smoothing": trial.suggest_float("label_smoothing", 0.0, 0.15),
        "loss": trial.suggest_categorical("loss", ["cross_entropy", "focal", "soft_labels"]),
        "class_weight_power": trial.suggest_float("class_weight_power", 0.0, 1.0),
        "shape_width": trial.suggest_categorical("shape_width", [32, 64, 128]),
    }
