"""No old name comes back: each row of the table names a word, its replacement, and where the word may not occur.

A word is compared with whole names, upper and lower case as written, without leading underscores: `kept` does not
match `kept_weights`. Some old words are ordinary English or a symbol of an equation; these are forbidden only where a
user meets them. The places, from the widest to the narrowest:

    everywhere   identifiers of any kind in all four folders, files, options, settings
    public       in scratchgen/ and kernels/: public functions, classes, their fields and arguments; files, options,
                 settings
    functions    in scratchgen/ and kernels/: public functions, methods and classes
    settings     options of the commands, settings of the tasks, fields of config.json
    files        files and folders
"""

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
import typer

from scratchgen.cli import COMMANDS, build_app
from scratchgen.runs.config import RunConfig
from scratchgen.runs.schema import fields
from scratchgen.tasks import NAMES as TASKS
from scratchgen.tasks import get_task

ROOT = Path(__file__).parents[1]
FOLDERS = ("scratchgen", "kernels", "tests", "tutorials")
LIBRARY = ("scratchgen/", "kernels/")

TABLE = """
everywhere  Patience                               EarlyStopping
files       patience                               early_stopping
functions   wait over verdict                      stop_early, and EarlyStopping.finished, .summary
settings    alpha                                  learning_rate; of n-grams concentration, of a beam length_penalty
public      lr                                     learning_rate
public      ratio                                  discriminator_steps
public      chunk                                  bptt_steps
public      longest                                max_length
settings    sampling                               scheduled_sampling
public      tied                                   tie_embeddings
settings    distortion                             target_distortion
settings    vocabulary pieces                      tokenizer, vocabulary_size
settings    pairs                                  translation
settings    components                             mixture_components
everywhere  warm_up                                kl_warmup_steps, warmup_steps
everywhere  recipe recipes                         defaults

files       stepping                               debugger, cells
functions   checkpoint                             remat, for recomputation
files       symbols                                notation, tokenizers
everywhere  Pair Pairs                             AdversarialPair, SentencePair
everywhere  Given                                  ConditionedVAE, ConditionedGAN
public      spread SPREAD plain                    expand_reduced, COMPOSED, to_numpy
functions   refuse                                 mark_nondifferentiable, reject

everywhere  Remembers                              Stateful
everywhere  in_use                                 eval_mode
files       kept saved origin page of_run          state, load, provenance, html, score_run
files       complaints shown memory                error_messages, formatting, allocator
functions   kept saved origin page of_run          state, load, provenance, html, score_run
functions   complaints shown memory                error_messages, formatting, allocator
everywhere  holding                                Tensor.wrap
everywhere  birth                                  serial
public      once                                   first_order_only
everywhere  pull_back                              vjp_of_node
everywhere  told                                   conditioned
public      unseen                                 hidden
everywhere  Film film                              TrainingTrace
everywhere  Frame                                  Snapshot
everywhere  Health                                 GANMonitor
public      keep watch say                         track, observe, message
everywhere  go_on_from go_on                       resume
everywhere  begin_at                               init_output_bias
everywhere  Levels                                 DiscretisedCategorical
public      looks                                  attention_weights
everywhere  ImageData                              RowData
everywhere  sigmoid_minus_pixel half_sigma_eps     the name of the forward function, then _grad
everywhere  softmax_minus_one_hot                  the name of the forward function, then _grad
files       road                                   steps
everywhere  sitting sittings OF_THIS_SITTING       session
everywhere  mend                                   fix
everywhere  Books books                            records
everywhere  keep_freed_memory                      an explicit call in the commands
everywhere  MOST OWN OURS WORDS PER USED DRAWN     the constant with its noun
"""
# The one exception: the transforms export PyTorch's word as an alias of remat.
ALLOWED = {
    ("checkpoint", "scratchgen/autograd/transforms.py"),
}

KINDS = {  # of a place → which names are compared there
    "everywhere": {"identifier", "public", "function", "file", "option", "setting"},
    "public": {"public", "function", "file", "option", "setting"},
    "functions": {"function"},
    "settings": {"option", "setting"},
    "files": {"file"},
}


@dataclass(frozen=True)
class Name:
    """A name, what kind of name it is, and where it occurs."""

    word: str
    kind: str
    where: str


def forbidden():
    """{word: kinds of names that it may not be}, {word: the words that replace it}."""
    kinds, replaced = {}, {}
    for line in filter(None, TABLE.splitlines()):
        place, words, new = line[:12].strip(), line[12:51].split(), line[51:].strip()
        for word in words:
            kinds.setdefault(word, set()).update(KINDS[place])
            replaced[word] = new
    return kinds, replaced


def identifiers(file, source):
    """Every name in a Python source. In the library a name that others can use is public."""
    library = file.startswith(LIBRARY)

    def walk(node, open_to_all):
        inner = open_to_all

        def kind(name, public="public"):
            return public if open_to_all and not name.startswith("_") else "identifier"

        where = f"{file}:{getattr(node, 'lineno', 1)}"
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                inner = open_to_all and (node.name == "__init__" or not node.name.startswith("_"))
                yield Name(node.name, kind(node.name, "function"), where)
                for child in ast.iter_child_nodes(node):
                    of_body = child in node.body
                    closed = of_body and not isinstance(node, ast.ClassDef)  # a function's local names
                    yield from walk(child, inner and not closed)
                return
            case ast.arg():
                yield Name(node.arg, kind(node.arg), where)
            case ast.Name(ctx=ast.Store()):
                yield Name(node.id, kind(node.id), where)
            case ast.Name():
                yield Name(node.id, "identifier", where)
            case ast.Attribute():
                yield Name(node.attr, "identifier", where)
            case ast.keyword() if node.arg:
                yield Name(node.arg, "identifier", f"{file}:{node.value.lineno}")
            case ast.alias():
                yield Name(node.asname or node.name.rpartition(".")[2], "identifier", where)
            case ast.Lambda() | ast.comprehension() | ast.For() | ast.While() | ast.With():
                inner = False
        for child in ast.iter_child_nodes(node):
            yield from walk(child, inner)

    yield from walk(ast.parse(source), library)


@cache
def names_of_files():
    """The names of all files and folders, and those in their sources."""
    found = []
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            file = str(path.relative_to(ROOT))
            if path.suffix in (".py", ".pyx") or (path.is_dir() and path.name != "__pycache__"):
                found.append(Name(path.stem, "file", file))
            if path.suffix == ".py":
                found += identifiers(file, path.read_text(encoding="utf-8"))
    return found


def options_of(command, path):
    """The options and arguments of a click command and of its subcommands."""
    for parameter in command.params:
        for option in (parameter.name, *parameter.opts):
            yield Name(option.lstrip("-").replace("-", "_"), "option", path)
    for name, inner in getattr(command, "commands", {}).items():
        yield from options_of(inner, f"{path} {name}")


@cache
def names_of_settings():
    """The options of all commands, the settings of all tasks, the fields of config.json."""
    found = [Name(field, "setting", "config.json") for field in RunConfig.__struct_fields__]
    for task in TASKS:
        found += [Name(task, "setting", "--task")]
        found += [Name(key, "setting", f"task {task}") for key in fields(get_task(task).settings)]
    for command in COMMANDS:
        group = typer.main.get_command(build_app(command))
        found += options_of(group.commands[command], f"scratchgen {command}")
    return found


def old_names(names):
    """Each use of an old name, as a line that says what it is called now."""
    kinds, replaced = forbidden()
    for name in names:
        word = name.word.lstrip("_")
        file = name.where.partition(":")[0]
        if name.kind in kinds.get(word, ()) and (word, file) not in ALLOWED:
            yield f"{name.where}: {name.word} ({name.kind}); now: {replaced[word]}"


def test_no_old_name_is_used():
    found = [*old_names(names_of_files()), *old_names(names_of_settings())]
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("class Film: pass", "Film"),
        ("def f(warm_up=0): pass", "warm_up"),
        ("f(told=1)", "told"),
        ("x.holding(y)", "holding"),
        ("from m import Levels", "Levels"),
        ("import m as Pair", "Pair"),
        ("MOST = 3", "MOST"),
        ("_OURS = 3", "_OURS"),
        ("def train(ratio): pass", "ratio"),
        ("class Model:\n    def __init__(self, *, chunk): pass", "chunk"),
        ("class Model:\n    tied: bool = False", "tied"),
        ("class Run:\n    def say(self): pass", "say"),
        ("def page(): pass", "page"),
        ("def checkpoint(f): pass", "checkpoint"),
    ],
)
def test_a_planted_identifier_is_found(source, found):
    (line,) = old_names(identifiers("scratchgen/vae/planted.py", source))
    assert f": {found} (" in line


@pytest.mark.parametrize(
    "source",
    [
        "def train(steps):\n    ratio = 1\n    return ratio",
        "def _inner(ratio): pass",
        "def f(x):\n    for chunk in x: pass",
        "np.errstate(over='ignore')",
        "kept_weights = most = 1",
        "def report(page): pass",
    ],
)
def test_an_ordinary_word_is_no_old_name_inside_a_function(source):
    assert not [*old_names(identifiers("scratchgen/vae/planted.py", source))]


def test_in_tests_and_tutorials_nothing_is_public():
    source = "def train(ratio): pass"
    assert [*old_names(identifiers("kernels/scratchgen_kernels/planted.py", source))]
    assert not [*old_names(identifiers("tests/planted.py", source))]


@pytest.mark.parametrize("kind", ["file", "option", "setting"])
@pytest.mark.parametrize("word", ["chunk", "longest", "warm_up"])
def test_a_planted_file_option_or_setting_is_found(word, kind):
    (line,) = old_names([Name(word, kind, "planted")])
    assert f"{word} ({kind})" in line


def test_options_are_read_from_groups_and_commands():
    app = typer.Typer()
    inner = typer.Typer()
    app.add_typer(inner, name="train")
    app.command("info")(lambda: None)

    @inner.command("gan")
    def gan(steps: int = typer.Option(0, "--warm-up")): ...

    @inner.command("vae")
    def vae(steps: int = typer.Option(1, "--alpha")): ...

    lines = [*old_names(options_of(typer.main.get_command(app), "scratchgen"))]
    assert {line.partition(" (")[0] for line in lines} == {
        "scratchgen train gan: warm_up",
        "scratchgen train vae: alpha",
    }


def test_the_names_that_are_compared_are_those_of_today():
    """An empty list would have no old names."""
    files = {(name.word, name.kind) for name in names_of_files()}
    settings = {(name.word, name.kind) for name in names_of_settings()}
    assert {("EarlyStopping", "function"), ("objectives", "file"), ("tanh_recurrence", "file")} <= files
    assert {
        ("discriminator_steps", "setting"),
        ("bptt_steps", "setting"),
        ("translation", "setting"),
    } <= settings
    assert {("learning_rate", "option"), ("data_sha256", "setting"), ("backend", "option")} <= settings
