"""The commands, each a function of a session and its arguments that gives a status."""
