"""The error whose text is meant for the person at the keyboard."""


class DemeanorError(ValueError):
    """A problem that its user can solve. Its text is one sentence: what was asked, what exists, what to do."""
