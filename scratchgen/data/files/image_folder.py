"""Reader of a person's own folder of pictures."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np

from scratchgen.data.files.folders import (
    FoundFile,
    files_of,
    labels_of,
    parts_of,
    read_each,
    split_labels,
)
from scratchgen.data.files.pictures import Picture, colour_of, read_picture
from scratchgen.data.options import DEFAULT, LoadOptions
from scratchgen.data.report import LoadingReport
from scratchgen.data.types import RowData
from scratchgen.errors import BadInput

GREY = np.array([0.299, 0.587, 0.114])  # ITU-R BT.601: how bright red, green and blue appear


def read_image_folder(folder: str, options: LoadOptions = DEFAULT) -> RowData:
    """The pictures below a folder, in [0, 1] with 0 black, each a row of H·W·C numbers.

    C is 1 if all are grey, else 3. Transparent pictures are laid on `background`, and turned upright where the
    camera noted how it was held. Subfolders are the classes; subfolders train, validation and test the parts,
    else 80/10/10 at random. Pillow, which comes with matplotlib, reads the files; what they are follows from their
    content. All changes are in the `report`.
    Raises BadInput with the names of all files that are damaged, and for pictures of several sizes.
    """
    options.refuse_but("pictures", "size", "channels", "background", "skip_bad")
    colour_of(options.background)
    report = LoadingReport()
    found = files_of(folder, "images", "pictures", report)
    read = lambda path: read_picture(path, options)
    files, pictures = read_each(found, read, "pictures", report, options.skip_bad)
    _demand_one_size(folder, files, pictures)
    for picture in pictures:
        for change in picture.changes:
            report.change(change)
    x = as_rows(pictures, options, report)
    classes, labels = labels_of(files, report)
    places = parts_of(files, report)
    H, W, C = x.shape[1:]
    report.read = f"{len(x):,} pictures of {H} × {W}, {'grey' if C == 1 else 'in colour'}"
    rows = x.reshape(len(x), -1)
    return RowData(
        folder,
        (H, W, C),
        *(rows[part] for part in places),
        *split_labels(labels, places),
        class_names=classes,
        places=places,
        report=report,
    )


def _demand_one_size(folder: str, files: list[FoundFile], pictures: list[Picture]) -> None:
    sizes = Counter(picture.values.shape[:2] for picture in pictures)
    if len(sizes) == 1:
        return
    (common, n), *_ = sizes.most_common(1)
    odd = next(file.name for file, p in zip(files, pictures, strict=True) if p.values.shape[:2] != common)
    H, W = common
    raise BadInput(
        f"{Path(folder)} holds pictures of {len(sizes)} sizes ({n:,} of {H} × {W}; {odd} differs); --size {min(H, W)} "
        "scales the shorter side of all to one size and cuts out the middle"
    )


def as_rows(pictures: list[Picture], options: LoadOptions, report: LoadingReport) -> np.ndarray:
    """The pictures as one array (N, H, W, C) float32 in [0, 1]; the report gets the change of channels and range."""
    all_grey = all(picture.is_grey for picture in pictures)
    stored_grey = sum(picture.values.shape[2] == 1 for picture in pictures)
    coloured = options.channels == "colour" or (options.channels == "as stored" and not all_grey)
    C = 3 if coloured else 1
    if coloured:
        report.change("stored in grey, now with three equal channels", stored_grey)
    elif all_grey:
        report.change("stored in colour but all grey, now with one channel", len(pictures) - stored_grey)
    else:
        report.change("converted to grey, as asked for (ITU-R BT.601)", len(pictures) - stored_grey)
    x = np.empty((len(pictures), *pictures[0].values.shape[:2], C), np.float32)
    low, high, deep = np.inf, -np.inf, 0
    for place, picture in zip(x, pictures, strict=True):
        values = picture.values
        low, high = min(low, values.min().item()), max(high, values.max().item())
        deep += values.dtype == np.uint16
        if C == 1 and values.shape[2] == 3:
            values = values[:, :, :1] if all_grey else np.rint(values @ GREY)[:, :, None]
        np.divide(values, picture.full, out=place, casting="same_kind")
    report.change("of 16 bits, all of which are kept", deep)
    report.before, report.after = (low, high), (float(x.min()), float(x.max()))
    return x
