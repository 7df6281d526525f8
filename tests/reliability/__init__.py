"""Commands that are stopped or killed at random moments: nothing is lost, nothing is left half-written or running.

`python -m tests.reliability --rounds 50` does for all commands what the tests do for a few.
"""
