"""Lines of a file that cannot be used: all are named at once, or left out on request."""

from __future__ import annotations

from scratchgen.data.files.folders import BadFile
from scratchgen.data.report import LoadingReport, some

LINES_NAMED = 10


def without_bad_lines(bad: dict[int, str], n: int, report: LoadingReport, skip_bad: bool) -> None:
    """Note the bad lines in the report, if the options leave them out.

    bad    number of the line, from 1 ↦ why it cannot be used;  n: number of all lines
    Raises BadFile that names them, unless the options leave them out.
    """
    if not bad:
        return
    if not skip_bad:
        reasons: dict[str, list[str]] = {}
        for line, why in sorted(bad.items()):
            reasons.setdefault(why, []).append(str(line))
        found = "; ".join(f"{some(lines, LINES_NAMED)} ({why})" for why, lines in reasons.items())
        raise BadFile(
            f"{len(bad):,} of {n:,} lines cannot be used: line{'s' * (len(bad) > 1)} {found}; repair them, or continue "
            "without them: --skip-bad"
        )
    report.bad |= {f"line {line}": why for line, why in sorted(bad.items())}
