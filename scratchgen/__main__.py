"""The command `scratchgen`, also as `python -m scratchgen`."""

import sys


def main() -> None:
    """Run the command line of the process. Ctrl-C ends it in one line during the imports too, before a command does."""
    try:
        from scratchgen import cli

        cli.main()
    except KeyboardInterrupt:
        print("scratchgen: interrupted", file=sys.stderr)
        sys.exit(130)  # 128 and the number of the signal, as the commands do


if __name__ == "__main__":
    main()
