"""Reader of a user's own folder of pictures."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from scratchgen.data.files.folders import (
    FoundFile,
    files_of,
    labels_of,
    parts_of,
    read_each,
    split_labels,
)
from scratchgen.data.files.picture_store import PictureFacts, PictureStore
from scratchgen.data.files.pictures import colour_of, read_picture
from scratchgen.data.options import DEFAULT, LoadOptions
from scratchgen.data.report import LoadingReport
from scratchgen.data.stored import range_of, rows_of_parts
from scratchgen.data.types import RowData
from scratchgen.errors import BadInput


def read_image_folder(folder: str, options: LoadOptions = DEFAULT) -> RowData:
    """The pictures below a folder, in [0, 1] with 0 black, each a row of H·W·C numbers.

    C is 1 if all are grey, else 3. Transparent pictures are laid on `background`, and turned upright where the
    camera noted how it was held. Subfolders are the classes; subfolders train, validation and test the parts,
    else 80/10/10 at random. Pillow, which comes with matplotlib, reads the files; what they are follows from their
    content. All changes are in the `report`.
    Raises BadInput with the names of all files that are damaged, and for pictures of several sizes.
    """
    options.check_for("pictures")
    colour_of(options.background)
    report = LoadingReport()
    found = files_of(folder, "images", "pictures", report)
    store = PictureStore(options.channels)
    read = lambda path: store.add(read_picture(path, options))
    files, facts = read_each(found, read, "pictures", report, options.skip_bad)
    _demand_one_size(folder, files, facts)
    for picture in facts:
        for change in picture.changes:
            report.change(change)
    (H, W, C), stored, as_images = store.finished(facts, report)
    classes, labels = labels_of(files, report)
    places = parts_of(files, report)
    report.read = f"{len(files):,} pictures of {H} × {W}, {'grey' if C == 1 else 'in colour'}"
    rows = rows_of_parts(stored, places, H * W * C, as_images)
    report.after = range_of(rows)
    return RowData(
        folder,
        (H, W, C),
        *rows,
        *split_labels(labels, places),
        class_names=classes,
        places=places,
        report=report,
    )


def _demand_one_size(folder: str, files: list[FoundFile], facts: list[PictureFacts]) -> None:
    sizes = Counter(picture.size for picture in facts)
    if len(sizes) == 1:
        return
    (common, n), *_ = sizes.most_common(1)
    odd = next(file.name for file, p in zip(files, facts, strict=True) if p.size != common)
    H, W = common
    raise BadInput(
        f"{Path(folder)} holds pictures of {len(sizes)} sizes ({n:,} of {H} × {W}; {odd} differs); --size {min(H, W)} "
        "scales the shorter side of all to one size and cuts out the middle"
    )
