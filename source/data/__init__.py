"""From a corpus to batches: clips, labels, splits, preprocessing, stores and loaders."""
