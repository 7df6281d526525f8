"""Inference on a whole video: encoded in one pass, then read by window, face, person and sentence."""
