"""The one kind of error whose text is meant for the person at the keyboard."""


class DemeanorError(ValueError):
    """A known trouble. Its text is one sentence: what was asked, what exists, what to do."""
