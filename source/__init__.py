"""Demeanor: expressed emotion from the face, the voice and the words. `source.api` is the door."""

MODELS = ("face", "audio")
__version__ = "0.1.0"
