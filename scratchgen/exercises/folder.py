"""The reader's folder: one file per exercise that was started, and the record of hints given and exercises passed."""

from __future__ import annotations

import json
from itertools import chain, count
from pathlib import Path
from typing import TypedDict

from scratchgen.errors import BadInput
from scratchgen.exercises import get, names
from scratchgen.exercises.exercise import Exercise
from scratchgen.runs.files import Unreadable, decode_json, read_bytes, writable_directory, write_text

FOLDER = "exercises"
RECORD = "progress.json"
LARGEST = 100_000  # bytes of an answer
Stamp = tuple[int, int, int]


class Progress(TypedDict):
    """The reader's progress with one exercise: the number of hints shown, and whether an answer has passed."""

    hints: int
    passed: bool


class Folder:
    """The folder `exercises` in the current folder. It is made when the first exercise is started.

    A reader whose current folder is that folder itself continues there.
    """

    def __init__(self, path: Path | None = None):
        self.path = path or Path()
        if path is None and not (Path.cwd().name == FOLDER and self.started()):
            self.path = Path(FOLDER)

    def file(self, name: str) -> Path:
        """The file of an exercise: exercises/kl_to_the_prior.py."""
        return self.path / (get(name).name.replace("-", "_") + ".py")

    def start(self, name: str) -> Path:
        """Write the stub of an exercise. Raises BadInput if its file exists: nothing of the reader is overwritten."""
        file = self.file(name)
        if file.exists() or file.is_symlink():
            raise BadInput(f"{file} exists already; `scratchgen exercise reset {name}` restores the stub")
        self._records()  # a damaged record is refused before the file is written
        writable_directory(self.path)
        _write(file, get(name).stub)
        return file

    def reset(self, name: str) -> tuple[Path, Path | None]:
        """Write the stub again, and begin with the first hint; an exercise that was passed stays passed.

        Returns the file and the copy of its previous content; None if that was the stub. No copy is overwritten.
        """
        file, stub = self.file(name), get(name).stub
        before, progress = self.answer(name), self.progress(name)
        copy = None if before == stub else _free(file)
        if copy:
            _write(copy, before)
        _write(file, stub)
        if progress["hints"]:
            self.record(name, {**progress, "hints": 0})
        return file, copy

    def answer(self, name: str) -> str:
        """The text of the reader's file. Raises BadInput, with the way out, if there is none that can be read."""
        file = self.file(name)
        if not self.path.is_dir():
            raise BadInput(
                f"there is no folder {self.path} here; go to the folder in which you started, "
                f"or `scratchgen exercise start {name}`"
            )
        if not file.exists():
            raise BadInput(f"{file} does not exist; `scratchgen exercise start {name}` writes it")
        try:
            return read_bytes(file, LARGEST).decode("utf-8-sig").replace("\r\n", "\n")
        except Unreadable as problem:
            raise BadInput(f"{problem}; `scratchgen exercise start` writes a plain file") from None
        except UnicodeDecodeError:
            raise BadInput(f"{file} is not UTF-8 text; save it as UTF-8") from None

    def started(self) -> list[str]:
        """The exercises that have a file, in the order of the pages."""
        return [name for name in names() if self.file(name).exists()]

    def saved_last(self) -> str:
        """The started exercise whose file was saved last. Raises BadInput if none was started."""
        started = self.started()
        if not started:
            raise BadInput(
                f"no exercise is started in {self.path} here; `scratchgen exercise start {names()[0]}` starts the first"
            )
        return max(started, key=lambda name: self.file(name).stat().st_mtime_ns)

    def stamp(self, name: str) -> Stamp | None:
        """A stamp of the file that changes when it is saved; None while there is no file."""
        try:
            found = self.file(name).stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino

    def progress(self, name: str) -> Progress:
        """The reader's progress with an exercise."""
        return self._records().get(name, {"hints": 0, "passed": False})

    def record(self, name: str, progress: Progress) -> None:
        """Write how far the reader is with an exercise; a record that says so already is left alone."""
        records = self._records()
        if records.get(name) != progress:
            self._write_records(records | {name: progress})

    def next_hint(self, exercise: Exercise) -> int:
        """The number of the next hint, from 1, which is counted as shown; after the last it is the last again."""
        self.answer(exercise.name)  # hints are for those who have started
        progress = self.progress(exercise.name)
        number = min(progress["hints"] + 1, len(exercise.hints))
        self.record(exercise.name, {**progress, "hints": number})
        return number

    def _write_records(self, records: dict[str, Progress]) -> None:
        _write(self.path / RECORD, json.dumps(records, indent=2) + "\n")

    def _records(self) -> dict[str, Progress]:
        """The record by exercise. Raises BadInput if it is damaged."""
        file = self.path / RECORD
        if not file.exists():
            return {}
        try:
            found = decode_json(read_bytes(file, LARGEST))
            return {
                str(name): {"hints": int(entry["hints"]), "passed": bool(entry["passed"])}
                for name, entry in found.items()
            }
        except (Unreadable, ValueError, TypeError, KeyError, AttributeError):
            raise BadInput(f"{file} is damaged; delete it, and check the exercises again") from None


def _free(file: Path) -> Path:
    """The first name of a copy that is not taken: kl_to_the_prior.before.py, kl_to_the_prior.before-2.py, …"""
    endings = chain(["before"], (f"before-{number}" for number in count(2)))
    copies = (file.with_suffix(f".{ending}.py") for ending in endings)
    return next(copy for copy in copies if not (copy.exists() or copy.is_symlink()))


def _write(file: Path, text: str) -> None:
    """Write a file, complete or not at all. Raises BadInput where that is not possible."""
    try:
        write_text(file, text)
    except OSError as error:
        raise BadInput(f"{file} cannot be written ({error.strerror}); make room, or allow it") from None
