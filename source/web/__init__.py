"""The page and the HTTP API, for people and programs on this machine."""
