"""The files of a face prediction."""
