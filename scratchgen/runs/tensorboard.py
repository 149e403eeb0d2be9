"""Event files for TensorBoard. Needs the extra: pip install "scratchgen-numpy[tensorboard]"."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from scratchgen.errors import BadInput


def check_tensorboard() -> None:
    """Raise BadInput, with the command that installs it, where the library is missing."""
    try:
        import tensorboardX  # noqa: F401
    except ImportError as error:
        raise BadInput(
            f'--tensorboard needs tensorboardX ({error}); run: pip install "scratchgen-numpy[tensorboard]"'
        ) from None


class Events:
    """An event file in a folder, written anew: a resumed run writes its earlier epochs again.

    It is written at once, and not by a background thread as by the library's SummaryWriter: logged numbers are
    visible immediately, and a full disk is an error of the run.
    """

    def __init__(self, folder: Path):
        check_tensorboard()
        from tensorboardX.event_file_writer import EventsWriter

        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        self._writer = EventsWriter(str(folder / "events"))

    def epoch(self, epoch: int, numbers: dict[str, float]) -> None:
        """Write the means of an epoch."""
        from tensorboardX.proto.event_pb2 import Event
        from tensorboardX.summary import scalar

        for name, number in numbers.items():
            event = Event(summary=scalar(name, number), step=epoch, wall_time=time.time())
            self._writer.write_event(event)
        self._writer.flush()

    def close(self) -> None:
        """Close the file."""
        self._writer.close()
