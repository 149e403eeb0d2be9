"""Reader of a user's own pairs of texts: two columns of a file, the text and its translation for instance."""

from __future__ import annotations

import csv
from pathlib import Path

from scratchgen.data.files.decoding import characters_of, content_of
from scratchgen.data.files.folders import MIN_FILES, BadFile
from scratchgen.data.files.kinds import HEADINGS, PAIRS, kind_inside
from scratchgen.data.files.lines import without_bad_lines
from scratchgen.data.options import BYTES, DEFAULT, LoadOptions
from scratchgen.data.preprocessing.splits import linked, split_by_group
from scratchgen.data.report import LoadingReport
from scratchgen.data.types import PairData
from scratchgen.errors import BadInput

MIN_PAIRS = MIN_FILES  # with fewer, a part of 10 % would be empty
NAMES = ("column 1", "column 2")  # of the sides, without a header


def read_pairs(path: str, options: LoadOptions = DEFAULT) -> PairData:
    """Pairs of texts: the first two columns, separated by a tab, or of a CSV file; also packed by gzip.

    A first line of known headings, "English" and "French" or "source" and "target" for instance, names the sides.
    The pairs are split 80/10/10 at random, so that no text of either side is in two parts.
    Raises BadInput with the numbers of all lines that are no pair, and if there are too few pairs to split.
    """
    options.check_for("pairs of texts")
    if options.encoding == BYTES:
        raise BadInput("pairs are texts; name their encoding, --encoding utf-8 for instance")
    report = LoadingReport()
    try:
        sides, pairs = _pairs_in(Path(path), options, report)
    except BadFile as problem:
        raise BadInput(f"{path} cannot be read as pairs of texts: {problem}") from None
    if len(pairs) < MIN_PAIRS:
        raise BadInput(f"{path} holds {len(pairs)} pairs; at least {MIN_PAIRS} are needed for a split")
    groups = linked(pairs)
    if len(set(groups)) < 3:
        raise BadInput(
            f"{path}: all pairs are linked by equal texts, so that every test would hold texts of the training; give "
            "more different texts"
        )
    parts = split_by_group(groups)
    report.read = f"{len(pairs):,} pairs, {sides[0]} → {sides[1]}"
    report.split = "80/10/10 at random, no text of either side in two parts"
    return PairData(path, sides, *([pairs[i] for i in part] for part in parts), report=report)


def can_be_lines(path: str, options: LoadOptions) -> bool:
    """Whether a file is one of pairs from beginning to end, and can be read as a text with one pair per line.

    A text with a tab in most lines is a text.
    """
    if kind_inside(Path(path)) != PAIRS or options.encoding == BYTES:
        return False
    try:
        _, pairs = _pairs_in(Path(path), options, LoadingReport())
    except BadFile:
        return False
    return len(pairs) >= MIN_PAIRS and len(set(linked(pairs))) >= 3


def _pairs_in(
    path: Path, options: LoadOptions, report: LoadingReport
) -> tuple[tuple[str, str], list[tuple[str, str]]]:
    """The names of the sides, and the pairs. Raises BadFile for lines that are no pair."""
    text = characters_of(content_of(path, report), options.encoding, report)
    rows = _rows_of(text)
    report.find("TSV of pairs" if any("\t" in line for line in text.split("\n", 20)[:20]) else "CSV of pairs")
    sides, bad, pairs, wider = NAMES, {}, [], 0
    for place, (line, row) in enumerate(rows):
        cells = [cell.strip() for cell in row]
        if place == 0 and len(cells) > 1 and all(cell.lower() in HEADINGS for cell in cells[:2]):
            sides = cells[0], cells[1]
            report.change(f"line of headings: {sides[0]}, {sides[1]}")
        elif len(cells) < 2:
            bad[line] = "one column"
        elif not (cells[0] and cells[1]):
            bad[line] = "an empty text"
        else:
            pairs.append((cells[0], cells[1]))
            wider += len(cells) > 2
    if not pairs:
        raise BadFile(
            "it has no line of two texts; write one pair per line, with a tab between source and target"
        )
    without_bad_lines(bad, len(rows), report, options.skip_bad)
    report.change("with columns after the second, which are left out", wider)
    return sides, pairs


def _rows_of(text: str) -> list[tuple[int, list[str]]]:
    """(number of the line, cells) of each line that is not blank: split at tabs; without a tab, as CSV."""
    lines = text.split("\n")
    numbered = [(i, line) for i, line in enumerate(lines, 1) if line.strip()]
    if any("\t" in line for _, line in numbered):
        return [(i, line.split("\t")) for i, line in numbered]
    separator = (
        "," if sum("," in line for _, line in numbered) >= sum(";" in line for _, line in numbered) else ";"
    )
    try:
        reader = csv.reader(text.splitlines(keepends=True), delimiter=separator, strict=True)
        return [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise BadFile(f"it has no tabs between its columns, and is no CSV: {error}") from None
