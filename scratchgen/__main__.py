"""The command `scratchgen`, also as `python -m scratchgen`."""

import sys


def main(arguments: list[str] | None = None) -> None:
    """Run a command line, by default that of the process. Ctrl-C ends it in one line during the imports too."""
    try:
        from scratchgen import cli

        cli.main(arguments)
    except KeyboardInterrupt:
        print("scratchgen: interrupted", file=sys.stderr)
        sys.exit(130)  # 128 and the number of the signal, as the commands do


if __name__ == "__main__":
    main()
