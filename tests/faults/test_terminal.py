"""Text of data, models, settings and paths reaches a terminal escaped: nothing in it is obeyed, hidden or markup."""

import ast
import io
import sys
import unicodedata
from pathlib import Path

import numpy as np
import pytest

import scratchgen
from scratchgen import cli
from scratchgen.data import CharacterTokenizer
from scratchgen.errors import one_line, printable
from scratchgen.nn.saving import describe
from scratchgen.random import Generator
from scratchgen.rnn import LanguageModel
from scratchgen.runs import Run, RunConfig
from scratchgen.runs.progress import Bar, Lines
from scratchgen.vae import VAE

TITLE, COLOUR, C1, REVERSED = "\x1b]0;owned\x07", "\x1b[31m", "\x9b2J", "\N{RIGHT-TO-LEFT OVERRIDE}"
MARKUP = "[bold]x[/bold]"
IN_A_TEXT = (
    f"{COLOUR}{C1}{REVERSED}{MARKUP}"  # a file that holds other control characters is not read as a text
)
HOSTILE = f"{TITLE}\r\b{IN_A_TEXT}"
FILE_NAME = f"{COLOUR}\udcff[red]x"  # no slash; a byte that is no UTF-8


def unsafe(text):
    """The characters of a printed text that a terminal would obey or hide."""
    kinds = ("Cc", "Cf", "Cs", "Zl", "Zp")
    return {c for c in text if unicodedata.category(c) in kinds and c not in "\n\t"}


@pytest.fixture
def shown(tmp_path, monkeypatch, capfd):
    """shown("data", "show", …): the exit status, and all that was printed."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main([*map(str, arguments)])
        printed = capfd.readouterr()
        assert not unsafe(printed.out + printed.err)
        return ended.value.code, printed.out + printed.err

    return run


def test_each_kind_of_character_is_escaped_and_text_of_any_script_is_not():
    assert unsafe(HOSTILE) >= {"\x1b", "\x07", "\x9b", REVERSED, "\r", "\b"}, (
        "the check of this file sees them"
    )
    assert printable(HOSTILE) == ("\\x1b]0;owned\\x07\\r\\x08\\x1b[31m\\x9b2J\\u202e" + MARKUP)
    assert printable("a\nb\tc", allowed="\n\t") == "a\nb\tc" and printable("a\nb\tc") == "a\\nb\\tc"
    assert printable("\udcff\u2066\ufeff\u2028") == "\\udcff\\u2066\\ufeff\\u2028"
    whole = "é 日本\N{IDEOGRAPHIC SPACE}\N{NO-BREAK SPACE}می\N{ZERO WIDTH NON-JOINER}خواهم 👩\N{ZERO WIDTH JOINER}🚀"
    assert printable(whole) == whole


def test_a_message_is_one_line_however_long_the_data_that_it_quotes():
    assert one_line("a\nb\x1b") == "a b\\x1b"
    line = one_line("begins " + 10_000 * "x" + " ends")
    assert len(line) < 1000 and line.startswith("begins x") and line.endswith("x ends") and " … " in line


def test_a_text_and_the_name_of_its_file_are_shown_escaped(tmp_path, shown):
    (tmp_path / f"{FILE_NAME}.txt").write_text(f"{IN_A_TEXT} line\n" * 100, newline="")
    status, printed = shown("data", "show", f"{FILE_NAME}.txt")
    assert status == 0, printed
    assert "\\x1b[31m\\x9b2J\\u202e" in printed and f"{MARKUP} line\n" in printed
    np.save(tmp_path / f"{FILE_NAME}.npy", np.random.default_rng(0).random((40, 8, 8), dtype=np.float32))
    status, printed = shown("data", "show", f"{FILE_NAME}.npy")
    assert status == 0 and "\\x1b[31m\\udcff[red]x.npy" in printed


def test_columns_and_classes_of_a_table_are_shown_escaped(tmp_path, shown):
    rows = "".join(f"{i % 7},{COLOUR}cat{MARKUP}\n{i % 5},dog{C1}\n" for i in range(40))
    (tmp_path / "table.csv").write_text(f"weight{COLOUR},kind\n{rows}")
    status, printed = shown("data", "show", "table.csv", "--kind", "table")
    assert "\\x1b[31m" in printed, (status, printed)


REFUSED = {
    "data": ("data", "show", f"{FILE_NAME}.png"),
    "data set": ("data", "fetch", HOSTILE),
    "run": ("sample", FILE_NAME),
    "runs": ("compare", FILE_NAME),
    "folder": ("train", "vae", "--data", "ring", "--out", f"a-file/{FILE_NAME}"),
    "setting": ("train", "vae", "--set", f"{HOSTILE}=1"),
    "value": ("train", "vae", "--set", f"hidden={HOSTILE}"),
    "option": ("train", "vae", f"--{HOSTILE}"),
    "command": (HOSTILE,),
    "application": ("app", "run", HOSTILE),
    "exercise": ("exercise", "start", HOSTILE),
    "equation": ("equations", HOSTILE),
    "export": ("export", "a-file", "--to", HOSTILE),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_refusal_quotes_in_one_line_what_it_refuses(case, tmp_path, shown):
    (tmp_path / "a-file").write_text("")
    status, printed = shown(*REFUSED[case])
    assert status == 2 and len(printed.splitlines()) == 1 and "\\x1b[31m" in printed, printed


def test_generated_text_is_printed_escaped_and_written_raw(tmp_path, shown):
    model = LanguageModel(CharacterTokenizer.of(f"{COLOUR}{REVERSED}\n\t[]"), 4, 2, Generator(0))
    config = RunConfig(task="text", family="rnn", data="mine", model=describe(model))
    Run(tmp_path / "run", config, quiet=True).save(model)
    status, printed = shown("sample", "run", "-n", 200)
    assert status == 0 and {"\\x1b", "\\u202e"} <= {
        printed[i : i + n] for i in range(len(printed)) for n in (4, 6)
    }
    assert "\n" in printed.strip() and "\t" in printed
    assert shown("sample", "run", "-n", 200, "--out", "text.txt")[0] == 0
    assert {"\x1b", REVERSED} <= set((tmp_path / "text.txt").read_text())


def test_names_and_settings_of_runs_are_compared_escaped_and_without_markup(tmp_path, shown):
    for value in (HOSTILE, "plain"):
        run = Run(tmp_path / f"{COLOUR}{len(value)}", {f"setting{MARKUP}": value}, quiet=True)
        run.save(VAE(4, 2, 3, Generator(0)))
    status, printed = shown("compare", f"{COLOUR}{len(HOSTILE)}", f"{COLOUR}5")
    assert status == 0 and f"setting{MARKUP}" in printed and "\\x1b" in printed


def test_the_lines_of_a_training_are_escaped(monkeypatch):
    for display in (Lines, Bar):
        monkeypatch.setattr(sys, "stderr", stream := io.StringIO())
        with display("vae") as shown:
            shown.begin(3, 0)
            shown.message(HOSTILE)
            shown.epoch(3, {MARKUP: 1.0})
        assert not unsafe(stream.getvalue()) and "\\x1b[31m\\x9b2J" in stream.getvalue()
        assert stream.getvalue().count("[bold]") == 2


def test_where_encode_and_export_write_is_shown_escaped(tmp_path, shown):
    model = VAE(64, 2, 3, Generator(0))
    info = {"kind": "images", "image_shape": [8, 8, 1], "data_dim": 64}
    config = RunConfig(task="vae", family="vae", data="mine", model=describe(model), data_info=info)
    Run(tmp_path / "run", config, quiet=True).save(model)
    np.save(tmp_path / "images.npy", np.random.default_rng(0).random((40, 8, 8), dtype=np.float32))
    out = f"{COLOUR}z.npy"
    status, printed = shown("encode", "run", "--data", "images.npy", "--out", out)
    assert status == 0 and "\\x1b[31mz.npy" in printed, printed
    assert (tmp_path / out).exists()
    status, printed = shown("export", "run", "--to", "npz", "--out", f"{COLOUR}w.npz")
    assert status == 0 and "\\x1b[31mw.npz" in printed


PRINTS = ("__init__.py", "output.py")  # the files that may call print, of what is escaped


def test_every_command_prints_through_the_functions_that_escape():
    folder = Path(scratchgen.__file__).parent / "cli"
    callers = {
        path.name for path in folder.glob("*.py") if calls(path.read_text(), {"print", "Table", "echo"})
    }
    assert callers <= set(PRINTS), "use print_line, print_text or PlainTable"


def test_the_claim_above_sees_a_plain_print():
    assert (
        calls("print(x)", {"print"})
        and calls("typer.echo(x)", {"echo"})
        and not calls("print_line(x)", {"print"})
    )


def calls(source, names):
    called = (node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return any(getattr(f, "id", getattr(f, "attr", "")) in names and not is_console(f) for f in called)


def is_console(function):
    """A console's own method, which the tables and panels of the commands are given to."""
    return isinstance(function, ast.Attribute) and ast.unparse(function.value) in ("screen", "console()")
