"""The error for bad input from a user."""


class BadInput(ValueError):
    """Input that cannot be used. The message is one line: what is wrong, why, and how to correct it.

    The command line prints it to stderr and exits with status 2.
    """


class NotInstalled(BadInput):
    """An optional library is needed and not installed. The message says how to install it."""
