"""Reports, charts and model cards, as Markdown and PNG."""
