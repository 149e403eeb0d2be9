"""Every command answers what it cannot use in one line, with status 2, and the folder stays as it was.

The cases are the kinds that a fuzzer over command × argument found, or looked for: numbers that no machine can hold,
names that no file system takes, folders and devices in place of files, files of runs that were edited.
"""

import errno
import json
import os
import shutil

import numpy as np
import pytest

from scratchgen import cli, files
from scratchgen.data import CharacterTokenizer
from scratchgen.nn.saving import describe
from scratchgen.random import Generator
from scratchgen.rnn import LanguageModel
from scratchgen.runs import Run, RunConfig, memory_limit
from scratchgen.vae import VAE

LONG, DEEP = 300 * "a", "/".join(30 * [200 * "b"])
DIGITS_26, DIGITS_5000 = str(10**25), "1" + 5000 * "0"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a run of a VAE, one of a text model, and data."""
    folder = tmp_path_factory.mktemp("commands")
    info = {"kind": "images", "image_shape": [8, 8, 1], "data_dim": 64}
    model = VAE(64, 2, 4, Generator(0))
    named = dict(task="vae", family="vae", data="images", source=str(folder / "images.npy"))
    config = RunConfig(model=describe(model), data_info=info, **named)
    Run(folder / "vae", config, quiet=True).save(model)
    text = LanguageModel(CharacterTokenizer.of("abc"), 4, 2, Generator(0))
    config = RunConfig(task="text", family="rnn", data="mine", model=describe(text))
    Run(folder / "text", config, quiet=True).save(text)
    np.save(folder / "images.npy", np.random.default_rng(0).random((40, 8, 8), dtype=np.float32))
    (folder / "mine.txt").write_text("the cat sat on the mat. " * 400)
    (folder / "null.toml").write_text('data = "a\\u0000b"')
    (folder / "infinite.toml").write_text("learning_rate = inf")
    (folder / "pipes").mkdir()
    os.mkfifo(folder / "pipes" / "pipe.npy")
    (folder / "pipes" / "link.png").symlink_to(folder / "images.npy")
    (folder / "pipes" / "gone.npz").symlink_to(folder / "nowhere")
    return folder


@pytest.fixture
def refused(folder, monkeypatch, capfd):
    """refused("sample", …): the one line of the refusal."""
    monkeypatch.chdir(folder)

    def run(*arguments):
        before = contents(folder)
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main([*map(str, arguments)])
        out, err = capfd.readouterr()
        assert ended.value.code == 2 and not out and len(err.splitlines()) == 1, err
        assert err.startswith("scratchgen: ") and len(err) < 1100
        assert contents(folder) == before
        return err

    return run


def contents(folder):
    return {p.relative_to(folder): p.read_bytes() if p.is_file() else None for p in folder.rglob("*")}


VAE_OF = ("train", "vae", "--data", "ring", "--epochs", 1, "--out", "new")
RNN_OF = ("train", "rnn", "--data", "mine.txt", "--epochs", 1, "--out", "new")
CASES = {
    # numbers
    "a width of 26 digits": ((*VAE_OF, "--hidden", DIGITS_26), "hidden is at most 65,536, not 1"),
    "a width of a milliard": ((*VAE_OF, "--hidden", 10**9), "a square matrix of weights of that width"),
    "a latent of 26 digits": ((*VAE_OF, "--latent-dim", DIGITS_26), "latent_dim is at most 65,536"),
    "100,000 layers": ((*VAE_OF, "--layers", 100_000), "layers is at most 1,000, not 100000: each adds"),
    "100,000 recurrent layers": ((*RNN_OF, "--set", "layers=100000"), "layers is at most 1,000"),
    "an embedding of a milliard": ((*RNN_OF, "--set", f"embedding={10**9}"), "embedding is at most"),
    "epochs of 26 digits": ((*VAE_OF[:4], "--epochs", DIGITS_26), "epochs is at most 1,000,000,000"),
    "a number of 5000 digits": ((*VAE_OF, "--hidden", DIGITS_5000), "--hidden"),
    "infinite settings": ((*VAE_OF, "--set", "learning_rate=inf"), "learning_rate is above 0 and finite"),
    "no number": ((*VAE_OF, "--learning-rate", "nan"), "learning_rate is above 0 and finite"),
    "samples of 13 digits": (
        ("sample", "vae", "-n", 10**12, "--out", "s.png"),
        "less than or equal to 1000000",
    ),
    "a beam of a milliard": (("sample", "text", "--beam", 10**9), "1000"),
    "a seed of 26 digits": (("sample", "vae", "--seed", DIGITS_26, "--out", "s.png"), "--seed"),
    # paths
    "a long name": (("sample", "vae", "--out", f"{LONG}.png"), "File name too long"),
    "a deep path": (("encode", "vae", "--data", "images.npy", "--out", f"{DEEP}.npy"), "File name too long"),
    "a long run": (("compare", LONG), "a"),
    "a deep run": (("sample", DEEP), "b"),
    "a long name of data": (("data", "show", LONG), "a"),
    "a long name of a page": (("compare", "vae", "--out", f"{LONG}.html"), "File name too long"),
    "a long name of weights": (
        ("export", "vae", "--to", "npz", "--out", f"{LONG}.npz"),
        "File name too long",
    ),
    "a long run directory": ((*VAE_OF[:6], "--out", LONG), "File name too long"),
    "a long configuration": (("train", "vae", "--config", LONG), "File name too long"),
    "a folder of applications in a file": (
        ("app", "run", "text-generation", "--quick", "--out", "mine.txt"),
        "cannot write in mine.txt",
    ),
    "a file as a folder": (("sample", "vae", "--out", "mine.txt/s.png"), "mine.txt is a file, not a folder"),
    "a folder as a file": (("export", "vae", "--to", "npz", "--out", "pipes"), "--out"),
    "a null byte": (("sample", "vae", "--out", "a\0b.png"), "null byte"),
    "a null byte in a run": (("compare", "a\0b"), "null byte"),
    "a null byte in data": (("data", "show", "a\0b"), ""),
    "a null byte in a configuration": (("train", "vae", "--config", "null.toml", "--epochs", 1), ""),
    "an infinite number in a configuration": (
        ("train", "vae", "--config", "infinite.toml", "--epochs", 1),
        "learning_rate is above 0 and finite",
    ),
    "a device": (("sample", "vae", "--out", "/dev/null"), "/dev/null"),
    "a pipe": (("encode", "vae", "--data", "images.npy", "--out", "pipes/pipe.npy"), "is a device, a pipe"),
    "a pipe for numbers": (("bench", "matmul", "--json", "pipes/pipe.npy"), "is a device, a pipe"),
    "a link": (("sample", "vae", "--out", "pipes/link.png"), "pipes/link.png is a device, a pipe or a link"),
    "a link to nothing": (("export", "vae", "--to", "npz", "--out", "pipes/gone.npz"), "or a link"),
    "standard output": (("sample", "text", "-n", 5, "--out", "/dev/stdout"), "/dev/stdout is a device"),
    "standard output for numbers": (("bench", "matmul", "--json", "/dev/stdout"), "/dev/stdout is a device"),
}


@pytest.mark.parametrize("case", CASES)
def test_an_argument_that_no_command_can_use_is_refused(case, refused):
    arguments, expected = CASES[case]
    assert expected in refused(*arguments)


EDITED = {  # file → the edited text, and what the refusal names
    "a setting that is a list": (
        "config.json",
        lambda c: c["settings"].update(beta=[[1]]),
        "beta is a number",
    ),
    "an infinite setting": ("config.json", '"beta": 1e999', "is damaged (Number out of range"),
    "a setting that is there twice": (
        "config.json",
        '"beta": 1, "beta": 2',
        "'beta' occurs twice in one object",
    ),
    "a deep one": ("config.json", "[" * 100_000, "config.json"),
    "a log of large numbers": (
        "metrics.jsonl",
        f'{{"epoch": 1, "elbo": {DIGITS_26}}}\n',
        "metrics.jsonl is damaged",
    ),
    "a number that a log has twice": (
        "metrics.jsonl",
        '{"epoch": 1, "elbo": 1, "elbo": 1}\n',
        "metrics.jsonl is damaged ('elbo' occurs twice",
    ),
    "a log of lists": ("metrics.jsonl", '{"epoch": [1]}\n', "metrics.jsonl is damaged"),
    "deep scores": ("scores.json", "[" * 100_000, "scores.json is damaged"),
    "scores that say a thing twice": (
        "scores.json",
        '[{"measure": "", "ours": "1", "ours": "2"}]',
        "scores.json is damaged ('ours' occurs twice",
    ),
    "a time in words": ("timing.json", '{"seconds": "x", "sessions": 1}', "timing.json is damaged"),
}


@pytest.mark.parametrize("case", EDITED)
def test_a_run_whose_files_were_edited_is_not_compared(case, folder, tmp_path, refused):
    name, edit, expected = EDITED[case]
    run = shutil.copytree(folder / "vae", tmp_path / "edited")
    if callable(edit):
        config = json.loads((run / name).read_text())
        edit(config)
        edit = json.dumps(config)
    elif edit.startswith('"'):
        edit = (run / name).read_text().replace('"settings": {', '"settings": {' + edit)
    (run / name).write_text(edit)
    assert expected in refused("compare", run)


def test_a_name_in_a_log_is_no_path(folder, tmp_path, monkeypatch, capfd):
    run = shutil.copytree(folder / "vae", tmp_path / "edited")
    (run / "metrics.jsonl").write_text('{"epoch": 1, "../../evil": 1, "$\\\\frac{$": 2}\n')
    config = json.loads((run / "config.json").read_text())
    (run / "config.json").write_text(json.dumps(config | {"monitored": ["../../evil", "$\\frac{$"]}))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        cli.main(["compare", "edited", "--out", "page.html"])
    assert ended.value.code == 0, capfd.readouterr().err
    assert "../../evil" in (tmp_path / "page.html").read_text()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["edited", "page.html"]


WRITERS = {
    "sample": ("sample", "vae", "--out", "s.png"),
    "sample text": ("sample", "text", "-n", 5, "--out", "s.txt"),
    "encode": ("encode", "vae", "--data", "images.npy", "--out", "z.npy"),
    "encode a table": ("encode", "vae", "--data", "images.npy", "--out", "z.csv"),
    "export": ("export", "vae", "--to", "npz", "--out", "w.npz"),
    "compare": ("compare", "vae", "--out", "c.html"),
    "data show": ("data", "show", "images.npy", "--out", "p.png"),
    "evaluate": ("evaluate", "vae", "--data", "images.npy", "-k", 2, "--json", "n.json"),
}


@pytest.mark.parametrize("command", WRITERS)
@pytest.mark.parametrize("module, name", [(os, "fsync"), (files, "_create")])
def test_a_full_disk_is_one_line_and_leaves_no_part_of_a_file(command, module, name, refused, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(module, name, full)
    assert "No space left on device" in refused(*WRITERS[command])


def test_more_memory_than_the_machine_has_is_refused_before_it_is_used(monkeypatch, refused):
    def half_a_petabyte(*_):
        return np.ones(2**46)

    monkeypatch.setattr("scratchgen.cli.sample.load_run", half_a_petabyte)
    assert "this needs more memory than there is" in refused("sample", "vae", "--out", "s.png")


def test_the_limit_of_memory_is_that_of_the_container(tmp_path, monkeypatch):
    monkeypatch.setattr(memory_limit, "OF_CONTAINER", tmp_path / "memory.max")
    machine = memory_limit.available_memory()
    (tmp_path / "memory.max").write_text("max\n")
    assert memory_limit.available_memory() == machine
    (tmp_path / "memory.max").write_text("1048576\n")
    assert memory_limit.available_memory() == 2**20 < machine
