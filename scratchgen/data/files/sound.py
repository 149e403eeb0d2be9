"""Reader of a user's own recordings: a folder of sound files, or one long file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from scratchgen.data.files.folders import (
    MIN_FILES,
    BadFile,
    FoundFile,
    files_of,
    labels_of,
    parts_of,
    read_each,
    split_labels,
    split_list,
)
from scratchgen.data.files.kinds import kind_of
from scratchgen.data.files.recording import Recording, read_recording
from scratchgen.data.options import DEFAULT, LoadOptions
from scratchgen.data.preprocessing.resampling import resample
from scratchgen.data.preprocessing.splits import SHARES, Parts
from scratchgen.data.report import LoadingReport, some
from scratchgen.data.types import SoundData
from scratchgen.errors import BadInput

PIECES = 10  # at least, of a recording that is cut up: with fewer, a part of 10 % would be empty
MIN_SECONDS = 1  # of a recording that is cut up


def read_sound_folder(folder: str, options: LoadOptions = DEFAULT) -> SoundData:
    """The recordings below a folder, in [−1, 1], with one channel and one rate.

    Formats are all that libsndfile reads (WAV, FLAC, OGG, MP3, AIFF, …), by content. Channels are averaged. The
    rate is the most common one (of two that are equally common, the lower); other recordings are resampled.
    Samples beyond ±1 are clipped. Files that are cut short, and damaged MP3 files, are read as far as they can be.
    Subfolders are the classes; subfolders train, validation and test the parts, else 80/10/10 at random. Fewer than
    10 recordings are cut into pieces, as by `read_sound_file`. All changes are in the `report`.
    Raises BadInput with the names of all files that are damaged, empty, contain NaN, or have samples far beyond
    ±1; if the training sounds have no variance; and if a library that is needed is not installed.
    """
    options.check_for("recordings")
    report = LoadingReport()
    found = files_of(folder, "sound", "sounds", report, at_least=1)
    files, recordings = read_each(found, read_recording, "sounds", report, options.skip_bad, at_least=1)
    return _sounds(folder, files, recordings, report)


def read_sound_file(path: str, options: LoadOptions = DEFAULT) -> SoundData:
    """One long recording, cut into pieces of about a second, in [−1, 1] with one channel.

    A recording of N samples and s seconds gives n = max(10, s rounded) pieces of ⌊N/n⌋ samples; the last samples,
    fewer than n, are left out. Neighbouring pieces are alike, so that the split is by time: the first 80 % are for
    training, the next 10 % for validation, the last 10 % for the test.
    Raises BadInput for a recording of less than a second, and as `read_sound_folder`.
    """
    options.check_for("a recording")
    report = LoadingReport()
    report.find(kind_of(Path(path)).name)
    return _sounds(path, [FoundFile(Path(path), Path(path).name)], [_recording(Path(path))], report)


def read_sound(path: Path, rate: int, report: LoadingReport) -> np.ndarray:
    """The samples of one sound file at this rate (Hz), with one channel, in [−1, 1]: (N,) float32.

    Raises BadInput for a file that cannot be read.
    """
    recording = _recording(path)
    report.change(f"cut short, and read as far as it goes: {path.name}", recording.is_cut)
    report.change(f"damaged, and read as far as it can be decoded: {path.name}", recording.damaged)
    return _converted([recording], rate, report)[0]


def _recording(path: Path) -> Recording:
    try:
        return read_recording(path)
    except BadFile as problem:
        raise BadInput(f"{path} cannot be read: {problem}") from None


def _sounds(
    name: str, files: list[FoundFile], recordings: list[Recording], report: LoadingReport
) -> SoundData:
    """The data set of these recordings, and its report."""
    cut = [file.name for file, recording in zip(files, recordings, strict=True) if recording.is_cut]
    report.change(f"cut short, and read as far as they go: {some(cut)}", len(cut))
    damaged = [file.name for file, recording in zip(files, recordings, strict=True) if recording.damaged]
    report.change(f"damaged, and read as far as they can be decoded: {some(damaged)}", len(damaged))
    rate = most_common_rate(recordings)
    sounds = _converted(recordings, rate, report)
    classes, labels = labels_of(files, report)
    what = f"{len(sounds):,} recordings" if len(sounds) > 1 else "1 recording"
    report.read = f"{what} of {sum(map(len, sounds)) / rate:,.1f} s at {rate:,} Hz"
    if len(files) >= MIN_FILES:
        places = parts_of(files, report)
    else:
        _demand_length(name, files, sounds, rate)
        origin, sounds, places = _pieces(sounds, rate, report)
        labels = None if labels is None else labels[origin]
    train, validation, test = split_list(sounds, places)
    if not any(np.ptp(x) for x in train):
        raise BadInput(
            f"all training sounds of {name} are silent or constant, and without variance there is nothing to learn; "
            "give recordings that are not"
        )
    silent = sum(not np.ptp(x) for x in sounds)
    report.read += f", {silent:,} of them silent" if silent else ""
    return SoundData(
        name, rate, train, validation, test, classes, *split_labels(labels, places), report=report
    )


def most_common_rate(recordings: Sequence[Recording]) -> int:
    """The most common rate (Hz); of two that are equally common, the lower."""
    counts = Counter(recording.rate for recording in recordings)
    return min(counts, key=lambda rate: (-counts[rate], rate))


def _converted(recordings: Sequence[Recording], rate: int, report: LoadingReport) -> list[np.ndarray]:
    """The sounds at one rate, clipped to [−1, 1]; the report gets all changes."""
    sounds, clipped = [], 0
    for recording in recordings:
        if recording.channels > 1:
            report.change(f"of {recording.channels} channels, now their mean")
        if recording.rate != rate:
            report.change(f"resampled from {recording.rate:,} Hz to {rate:,} Hz")
        x = resample(recording.samples, recording.rate, rate)
        clipped += int(np.count_nonzero(np.abs(x) > 1))
        sounds.append(np.clip(x, -1, 1))
    report.change("samples beyond ±1, clipped", clipped)
    report.before = min(r.stored[0] for r in recordings), max(r.stored[1] for r in recordings)
    report.after = min(float(x.min()) for x in sounds), max(float(x.max()) for x in sounds)
    return sounds


def _demand_length(name: str, files: list[FoundFile], sounds: list[np.ndarray], rate: int) -> None:
    """Raise BadInput for a recording that is too short to be cut up, and for parts that are too small."""
    for file, x in zip(files, sounds, strict=True):
        if len(x) < MIN_SECONDS * rate or file.part is not None:
            where = (
                f"{name} holds {len(files)} sounds"
                if len(files) > 1 or file.name != Path(name).name
                else name
            )
            raise BadInput(
                f"{where}, and {file.name} lasts {len(x) / rate:.2g} s; give at least {MIN_FILES} sounds for a split, "
                f"or recordings of at least {MIN_SECONDS} s that are not split already, which are cut into pieces"
            )


def _pieces(
    sounds: list[np.ndarray], rate: int, report: LoadingReport
) -> tuple[np.ndarray, list[np.ndarray], Parts]:
    """(which sound each piece is of, the pieces, their places in the three parts), each sound split by time."""
    origin: list[int] = []
    pieces: list[np.ndarray] = []
    places: tuple[list[int], list[int], list[int]] = ([], [], [])
    lost = 0
    for i, x in enumerate(sounds):
        n = max(PIECES, round(len(x) / rate))
        length = len(x) // n
        first, second = (int(n * share + 1e-9) for share in (SHARES[0], SHARES[0] + SHARES[1]))
        for k in range(n):
            places[(k >= first) + (k >= second)].append(len(pieces))
            pieces.append(x[k * length : (k + 1) * length])
            origin.append(i)
        lost += len(x) - n * length
    lengths = sorted({len(piece) for piece in pieces})
    about = " … ".join(f"{length / rate:.2f}" for length in dict.fromkeys((lengths[0], lengths[-1])))
    report.read += f", cut into {len(pieces):,} pieces of {about} s"
    report.change("samples at the end of a recording, too few for a piece, left out", lost)
    report.split = "80/10/10 of each recording in the order of time, since neighbouring pieces are alike"
    train, validation, test = (np.array(part, np.int64) for part in places)
    return np.array(origin), pieces, (train, validation, test)
