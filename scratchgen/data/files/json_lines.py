"""The texts in a file of JSON lines: one object per line, of which one field is the text."""

from __future__ import annotations

import json

from scratchgen.data.files.folders import BadFile
from scratchgen.data.files.lines import without_bad_lines
from scratchgen.data.report import LoadingReport, some
from scratchgen.files import distinct_names

TEXT_FIELDS = ("text", "content", "body", "document")  # the first that every object has is taken


def text_of_json_lines(content: str, report: LoadingReport, skip_bad: bool) -> str:
    r"""The field `text` (or content, body, document) of every object, each followed by \n.

    Raises BadFile for lines that are no object with such a field, with their numbers, and for objects without one.
    """
    lines = [(i, line) for i, line in enumerate(content.split("\n"), 1) if line.strip()]
    objects, bad = [], {}
    for i, line in lines:
        try:
            found = json.loads(line, object_pairs_hook=distinct_names)
        except (json.JSONDecodeError, RecursionError):
            found = None
        except ValueError as error:  # which of two texts is meant?
            bad[i] = str(error)
            continue
        if isinstance(found, dict):
            objects.append((i, found))
        else:
            bad[i] = "no JSON object"
    names = [name for name in TEXT_FIELDS if any(isinstance(found.get(name), str) for _, found in objects)]
    if not names:
        fields = some(dict.fromkeys(name for _, found in objects for name in found)) or "none"
        raise BadFile(
            f"it holds JSON lines with the fields {fields}, of which none is {' or '.join(TEXT_FIELDS)}; rename "
            "the field of the texts, or save them as plain text"
        )
    name = names[0]
    texts = []
    for i, found in objects:
        if isinstance(found.get(name), str):
            texts.append(found[name])
        else:
            bad[i] = f"no text in the field {name}"
    without_bad_lines(bad, len(lines), report, skip_bad)
    others = sorted({other for _, found in objects for other in found} - {name})
    for other in others:
        report.ignore(f"other fields of the JSON lines than {name}", other)
    report.change(f"JSON lines, of which the field {name} is taken, one text per line", len(texts))
    return "".join(text + "\n" for text in texts)
