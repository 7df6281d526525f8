"""The face model's settings, and what tuning may vary."""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from ..core.errors import DemeanorError
from ..core.settings import TrainingSettings

ImageArchitecture = Literal["vgg", "residual", "separable", "resnet18", "resnet34"]


@dataclass(frozen=True)
class FaceSettings(TrainingSettings):
    """Settings of the face model. EXTRACT names those that preprocessing bakes into a store."""

    EXTRACT: ClassVar[tuple[str, ...]] = ("image_side",)
    SHARES: ClassVar[tuple[str, ...]] = (
        *TrainingSettings.SHARES,
        *("dropout", "shape_dropout", "scale_share", "shift_share", "contrast", "brightness", "erase_probability"),
    )

    image_side: int = 48
    """Pixels a side of the aligned grey crop; FER2013's own size."""
    use_image: bool = True
    """Give the network the crop."""
    use_landmarks: bool = True
    """Give the network the mesh of 478 points."""
    use_blendshapes: bool = True
    """Give the network the 52 blendshapes."""
    architecture: ImageArchitecture = "vgg"
    """The crop's CNN, from source.face.backbones."""
    widths: tuple[int, ...] = (32, 64, 128, 160)
    """Channels of the CNN's stages; each stage but the first of a residual net halves the picture."""
    depths: tuple[int, ...] = (1, 2, 2, 2)
    """Convolutions (vgg) or blocks of two of them (residual, separable) in each stage."""
    shape_width: int = 64
    """Units of the two dense layers over landmarks and blendshapes."""
    dropout: float = 0.2
    """Share of the joined features dropped in training."""
    shape_dropout: float = 0.3
    """Share of training faces whose landmarks and blendshapes are hidden, so that the crop alone must do."""
    crop_share: float = 0.917
    """Share of the crop's side the network looks at: 44 of 48 pixels, moved about in training, central otherwise."""
    five_crops: bool = True
    """Answer from five crops and their mirror images instead of one: surer, at five times the network's time."""
    rotate_degrees: float = 12.0
    """Training crops are rolled by up to this much either way."""
    scale_share: float = 0.12
    """Training crops are scaled by up to this share either way."""
    shift_share: float = 0.08
    """Training crops are moved by up to this share of their side."""
    contrast: float = 0.3
    """Training crops' contrast is changed by up to this share."""
    brightness: float = 0.2
    """Training crops' brightness is changed by up to this much of the full range."""
    erase_probability: float = 0.25
    """Share of training crops in which a rectangle is blotted out (Zhong et al. 2017, arXiv:1708.04896)."""

    def __post_init__(self):
        super().__post_init__()
        if not (self.use_image or self.use_landmarks or self.use_blendshapes):
            raise DemeanorError(
                "The face model needs an input: use_image, use_landmarks and use_blendshapes are all false."
            )
        if len(self.widths) != len(self.depths) or not self.widths:
            raise DemeanorError(f"widths has {len(self.widths)} stages and depths {len(self.depths)}; they must agree.")
        if not 0.5 <= self.crop_share <= 1:
            raise DemeanorError(f"The setting crop_share must be from 0.5 to 1, not {self.crop_share}.")

    @property
    def crop_side(self) -> int:
        """Pixels a side that the network sees of the crop."""
        return round(self.image_side * self.crop_share)


def suggest(trial: Any) -> dict[str, Any]:
    """The fields that an Optuna trial overrides."""
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
