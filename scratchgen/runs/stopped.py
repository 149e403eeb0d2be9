"""A run that was stopped early."""


class Stopped(Exception):
    """The run was stopped early, and everything is saved. The message says how to resume it."""

    def __init__(self, message: str, interrupted: bool):
        super().__init__(message)
        self.interrupted = interrupted
