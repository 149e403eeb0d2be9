"""Long and short descriptions of Debian packages, for summarisation."""

from __future__ import annotations

import csv
import gzip

from scratchgen.data.remote.fetch import locate
from scratchgen.data.types import PairData


def load() -> PairData:
    """41,865 train, 1,718 validation and 1,778 test pairs (description, synopsis); " ¶ " separates paragraphs.

    The file states the part of each pair; packages of one source package are in the same part.
    Raises BadInput if the file is not available or damaged.   Source: Debian 12, Translation-en.
    """
    parts: dict[str, list[tuple[str, str]]] = {"train": [], "valid": [], "test": []}
    path = locate("debian-descriptions", "debian_descriptions.tsv.gz")
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            parts[row["split"]].append((row["description"], row["synopsis"]))
    return PairData("debian-descriptions", ("description", "synopsis"), *parts.values())
