"""One training loop for all models, with its losses, augmentation, scores and checkpoints."""
