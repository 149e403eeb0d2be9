"""Reader of a user's own folder of texts, as one text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np

from scratchgen.data.files.folders import (
    MIN_FILES,
    BadFile,
    FoundFile,
    all_files,
    with_parts,
)
from scratchgen.data.files.kinds import kind_inside
from scratchgen.data.files.text import MIN_CHARACTERS, check_text, in_characters, split_text, text_in
from scratchgen.data.options import BYTES, DEFAULT, LoadOptions
from scratchgen.data.preprocessing.splits import split
from scratchgen.data.report import LoadingReport, by_reason, some
from scratchgen.data.types import TextData
from scratchgen.errors import BadInput

NAMES_READ = 12  # of files that the report names
HELD_OUT = 5  # per cent of the training text for a part that the folder does not give
PARTS = ("train", "validation", "test")


def read_text_folder(folder: str, options: LoadOptions = DEFAULT) -> TextData:
    r"""The texts anywhere below a folder as one text, in the order of their names; each file as `read_text`.

    Subfolders train, validation and test are the parts. Else files are assigned at random, 80/10/10, where there are
    at least 10; fewer are joined and split in order, 90/5/5. A file that does not end with \n gets one.
    Raises BadInput with the names of all files that cannot be read.
    """
    options.check_for("texts")
    report = LoadingReport()
    files, texts = _read(folder, options, report)
    end = "" if options.encoding == BYTES else "\n"
    ended = [text if text.endswith(end) else text + end for text in texts]
    report.change(
        r"without a line end, now followed by \n",
        sum(len(a) < len(b) for a, b in zip(texts, ended, strict=True)),
    )
    report.change("identical to another", len(texts) - len(Counter(texts)))
    whole = "".join(ended)
    report.read = f"{len(files):,} texts, {in_characters(whole)}: {some((f.name for f in files), NAMES_READ)}"
    given = _by_folder(files)
    places = given or _at_random(len(files))
    parts = {part: "".join(ended[i] for i in places.get(part, ())) for part in PARTS}
    if not given and any(len(text) < MIN_CHARACTERS for text in parts.values()):
        return split_text(folder, whole, report)
    for part in places:
        check_text(f"{folder}, {part}" if given else folder, parts[part])
    how = "given by the folders" if given else "80/10/10 at random, file by file"
    sizes = ", ".join(f"{part} {len(indices):,}" for part, indices in places.items())
    report.split = f"{how}: {sizes} texts"
    for part in ("test", "validation"):
        if part not in places:
            n = len(parts["train"]) * HELD_OUT // 100
            parts["train"], parts[part] = parts["train"][:-n], parts["train"][-n:]
            report.split += f"; {part}: the last {HELD_OUT} % of the training text"
    return TextData(folder, **parts, report=report)


def _read(folder: str, options: LoadOptions, report: LoadingReport) -> tuple[list[FoundFile], list[str]]:
    """The files that hold text, and their texts. Raises BadInput if there are none, and for files that are damaged."""
    files, texts, bad = [], [], {}
    for path in all_files(folder):
        kind, name = kind_inside(path), str(path.relative_to(folder))
        if kind.holds not in ("text", "pairs"):
            report.ignore(f"of kind {kind.name}, no text", name)
            continue
        report.find(kind.name)
        of_file = LoadingReport()
        try:
            text = text_in(path, options, of_file)
        except BadFile as problem:
            bad[name] = str(problem)
            continue
        for what, n in of_file.changed.items():
            report.change(what, n)
        for why, fields in of_file.ignored.items():
            for field in set(fields) - set(report.ignored.get(why, ())):
                report.ignore(why, field)
        bad_lines = {f"{name}, {line}": why for line, why in of_file.bad.items()}
        report.bad |= bad_lines
        files.append(FoundFile(path, name))
        texts.append(text)
    if bad and not options.skip_bad:
        raise BadInput(
            f"{len(bad)} of {len(bad) + len(files)} texts cannot be read: {by_reason(bad)}; repair or remove them, or "
            "continue without them: --skip-bad"
        )
    report.bad |= bad
    if not files:
        ignored = some(f"{len(names)} {why}" for why, names in report.ignored.items())
        raise BadInput(
            f"{folder} holds no text that can be read"
            + (f", but {ignored}" if ignored else "")
            + "; name another"
        )
    return with_parts(files, report), texts


def _by_folder(files: Iterable[FoundFile]) -> dict[str, list[int]]:
    """The places of the files in each part that the folder gives; {} if it gives none."""
    places: dict[str, list[int]] = {}
    for i, file in enumerate(files):
        if file.part is not None:
            places.setdefault(file.part, []).append(i)
    return places


def _at_random(n: int) -> dict[str, list[int]]:
    """The places of n files in the three parts, in order within a part; {} if they are too few."""
    if n < MIN_FILES:
        return {}
    return {part: np.sort(indices).tolist() for part, indices in zip(PARTS, split(n), strict=True)}
