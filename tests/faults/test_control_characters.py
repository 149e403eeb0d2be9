"""Control characters in texts, tables, names of files and of classes end no command: the data are shown or refused."""

import csv
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from scratchgen import cli

from .limits import Hang, limited_memory, limited_time
from .test_terminal import unsafe

pytestmark = pytest.mark.filterwarnings("ignore")
SEED = 20261130
PARTS = [  # colours, the title of the window, a cursor, a bell, both directions of writing, a byte that is no text
    *(
        "\x1b[31m",
        "\x1b]0;title\x07",
        "\x1b[2J",
        "\x1b[?1049h",
        "\x9b1m",
        "\x07",
        "\x08\x08",
        "\r",
        "\t",
        "\x7f",
    ),
    *(
        "\x1bP",
        "\x1b\\",
        "\u202e",
        "\u2028",
        "\ufeff",
        "[red]",
        "[/]",
        "[link=file:///]",
        "a",
        "word ",
        "\x00",
        "\udcff",
    ),
]


HARMLESS = PARTS[:-2]  # without those at which every reader of a text file gives up


def text(rng, n):
    """n words, few or many of them control characters: with many of them a file is no text."""
    parts, share = PARTS if rng.random() < 0.01 else HARMLESS, rng.choice([0.005, 0.05, 0.5])
    return "".join(parts[rng.integers(len(parts))] if rng.random() < share else "word " for _ in range(n))


def name(rng, n):
    """A text that can be the name of a file."""
    return text(rng, n).replace("\x00", "").replace("/", "")


def write_text(folder, rng):
    (folder / "data.txt").write_bytes(text(rng, 400).encode("utf-8", "surrogateescape"))
    return folder / "data.txt"


def write_pairs(folder, rng):
    side = lambda: text(rng, 3) if rng.random() < 0.05 else "a few words"
    lines = [f"{side()}\t{side()} {i}\n" for i in range(200)]
    (folder / "data.tsv").write_bytes("".join(lines).encode("utf-8", "surrogateescape"))
    return folder / "data.tsv"


def write_table(folder, rng):
    with open(folder / "data.csv", "w", newline="", encoding="utf-8", errors="surrogateescape") as file:
        table = csv.writer(file, escapechar="\\")
        table.writerow([f"{name(rng, 4)}1", "b", f"{name(rng, 3)}2"])
        classes = [f"{name(rng, 3)}{k}" for k in range(3)]
        table.writerows([rng.random(), rng.random(), classes[rng.integers(3)]] for _ in range(60))
    return folder / "data.csv"


def write_images(folder, rng):
    """A folder per class."""
    for k in range(2):
        place = folder / "images" / f"{name(rng, 4)}{k}"
        place.mkdir(parents=True)
        for i in range(12):
            pixels = (rng.random((6, 6)) * 255).astype(np.uint8)
            Image.fromarray(pixels).save(place / f"{name(rng, 2)}{i}.png")
    return folder / "images"


def judge(path, capfd):
    """(whether the data are shown, what the command did that it may not do)."""
    status, failures = None, []
    try:
        with limited_time(), limited_memory():
            cli.main(["data", "show", str(path)])
    except SystemExit as ended:
        status = ended.code
    except (Exception, Hang) as error:
        failures.append(repr(error))
    printed, errors = capfd.readouterr()
    if status not in (0, 2, None) or (status == 2 and not errors.startswith("scratchgen: ")):
        failures.append(f"status {status}, {errors!r}")
    if characters := unsafe(printed + errors):
        failures.append(f"printed {characters}")
    return status == 0, failures


@pytest.mark.parametrize("write", [write_text, write_pairs, write_table, write_images])
def test_data_with_control_characters_are_shown_or_refused(write, tmp_path, count, figure, capfd):
    rng, failures, shown, n = np.random.default_rng(SEED), [], 0, count(5, 250)
    for i in range(n):
        folder = tmp_path / str(i)
        folder.mkdir()
        is_shown, found = judge(write(folder, rng), capfd)
        shown += is_shown
        failures += [f"input {i}: {failure}" for failure in found]
    assert not failures, "\n".join(failures[:10])
    figure(f"control characters, {write.__name__[6:]}: {n}, {shown} shown, {n - shown} refused (seed {SEED})")


PLANTED = {  # what `data show` may not do with a file
    "raises": lambda line: {}["kind"],
    "prints the file as it is": lambda line: print(Path(line[-1]).read_text()),
    "refuses with the text as it is": lambda line: sys.exit("scratchgen: \x1b[31mred"),
    "refuses without a word": lambda line: sys.exit(2),
}


@pytest.mark.parametrize("planted", PLANTED)
def test_the_claim_above_rejects_a_command_that(planted, tmp_path, monkeypatch, capfd):
    (tmp_path / "data.txt").write_text("\x1b[31mred\u202e word " * 100)
    assert judge(tmp_path / "data.txt", capfd) == (True, [])
    monkeypatch.setattr(cli, "main", PLANTED[planted])
    assert judge(tmp_path / "data.txt", capfd)[1]
