"""The files of a voice prediction."""
