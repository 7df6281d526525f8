"""The menu and the command line: a person at a terminal."""
