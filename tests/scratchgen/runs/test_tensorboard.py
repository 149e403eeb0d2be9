"""Event files for TensorBoard."""

import json
import sys

import pytest

from scratchgen import cli

TRAIN = ("train", "vae", "--hidden", "4", "--epochs", "3", "--quiet", "--save-every", "0", "--tensorboard")


def run(*arguments):
    with pytest.raises(SystemExit) as ended:
        cli.main([*arguments])
    return ended.value.code


def exported(folder):
    """{(name, epoch): number} as the event files tell it."""
    tensorboardX = pytest.importorskip("tensorboardX")
    found = {}
    for path in sorted(folder.iterdir()):
        for event in records(path.read_bytes(), tensorboardX.proto.event_pb2.Event):
            for value in event.summary.value:
                assert (value.tag, event.step) not in found, "exported twice"
                found[value.tag, event.step] = value.simple_value
    return found


def records(data, kind):
    """The messages of a TFRecord file: before each its length (8 bytes) and a checksum (4), behind it one."""
    while data:
        length = int.from_bytes(data[:8], "little")
        yield kind.FromString(data[12 : 12 + length])
        data = data[16 + length :]


def logged(folder):
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    return {(name, line["epoch"]): value for line in lines for name, value in line.items() if name != "epoch"}


def test_the_events_are_the_log_and_a_run_that_goes_on_tells_every_epoch_once(tmp_path):
    directory = tmp_path / "run"
    assert run(*TRAIN, "--epochs", "400", "--max-minutes", "0.01", "--out", str(directory)) == 0
    assert exported(directory / "tensorboard") == pytest.approx(logged(directory))
    assert run("train", "vae", "--resume", str(directory), "--tensorboard", "--max-minutes", "0.01") == 0
    assert exported(directory / "tensorboard") == pytest.approx(logged(directory))


def test_without_the_library_one_line_says_how_to_install_it(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    assert run(*TRAIN, "--out", str(tmp_path / "run")) == 2
    shown = capsys.readouterr().err
    assert 'pip install "scratchgen-numpy[tensorboard]"' in shown and len(shown.splitlines()) == 1
    assert not (tmp_path / "run").exists()


def test_nothing_imports_the_library_unless_asked(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    assert run(*(word for word in TRAIN if word != "--tensorboard"), "--out", str(tmp_path / "run")) == 0
    assert not (tmp_path / "run" / "tensorboard").exists()
