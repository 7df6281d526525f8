"""Long work, one job at a time in a process of its own; written down, so that it outlives the page and this process."""
