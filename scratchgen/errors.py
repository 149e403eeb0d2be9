"""The one error that means: the user's input is wrong."""


class BadInput(ValueError):
    """Input that cannot be used. The message is one line: what is wrong, why, and how to mend it.

    The command line prints it to stderr and exits with status 2.
    """


class NotInstalled(BadInput):
    """A library that is needed for this, and little else, is not there. The message says how to get it."""
