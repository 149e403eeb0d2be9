"""The numbers of a run as TensorBoard reads them. An extra: pip install "scratchgen-numpy[tensorboard]"."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from scratchgen.errors import BadInput


def check_tensorboard() -> None:
    """Raises BadInput, with the command that installs it, where the library is absent."""
    try:
        import tensorboardX  # noqa: F401
    except ImportError as error:
        raise BadInput(
            f'--tensorboard needs tensorboardX ({error}); install it: pip install "scratchgen-numpy[tensorboard]"'
        ) from None


class Events:
    """An event file in a folder, written anew: a resumed run writes its former epochs again.

    It is written at once, and not by a thread as in the library's SummaryWriter: logged numbers are visible, and
    a full disk is an error of the run.
    """

    def __init__(self, folder: Path):
        check_tensorboard()
        from tensorboardX.event_file_writer import EventsWriter

        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        self._writer = EventsWriter(str(folder / "events"))

    def epoch(self, epoch: int, numbers: dict[str, float]) -> None:
        """The means of an epoch."""
        from tensorboardX.proto.event_pb2 import Event
        from tensorboardX.summary import scalar

        for name, number in numbers.items():
            event = Event(summary=scalar(name, number), step=epoch, wall_time=time.time())
            self._writer.write_event(event)
        self._writer.flush()

    def close(self) -> None:
        """Close the file."""
        self._writer.close()
