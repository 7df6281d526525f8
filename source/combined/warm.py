"""Uses each branch of the combined model once, for what is loaded or compiled at first use to be there beforehand."""

import numpy as np
import torch

from ..audio.features import featurize as featurize_voice
from ..core.arrays import stacked, tensors
from ..face.detector import BLENDSHAPES, POINTS, Face
from ..face.features import featurize as featurize_face
from ..face.tracker import FaceTracker
from ..media.sound.speech_activity import SpeechDetector
from ..text.language.words import sentences
from ..training.checkpoint import Trained
from .inference.words import encoded_texts


def warm(trained: Trained, modality: str) -> None:
    """Use the branch of a modality; raises DemeanorError where something that it needs is missing."""
    random = np.random.default_rng(0)
    with torch.inference_mode():
        if modality == "face":
            picture = random.integers(0, 255, (360, 640, 3), np.uint8)
            with FaceTracker() as tracker:
                tracker.update(picture, 0.0)
            mesh = random.uniform(100, 300, (POINTS, 3)).astype(np.float32)
            face = Face(mesh, np.zeros(BLENDSHAPES, np.float32))
            inputs = tensors(stacked([featurize_face(picture, face, trained.settings.face)]))
            inputs.pop("face_found", None)
            trained.network.encode_face(**inputs)
        elif modality == "audio":
            noise = random.normal(0, 0.1, 4 * trained.settings.audio.sample_rate_hz).astype(np.float32)
            SpeechDetector(trained.settings.audio.sample_rate_hz)(noise)
            inputs = featurize_voice(noise, trained.settings.audio.for_prediction())
            trained.network.encode_audio(**tensors(stacked([inputs])))
        else:
            encoded_texts(sentences("Hello. How are you?"), trained)
