"""The checker of each exercise: it takes the solution, and refuses the stub and wrong answers for the right reason."""

import ast
import inspect
import re
from dataclasses import replace
from importlib import import_module
from itertools import pairwise

import numpy as np
import pytest

from scratchgen import exercises
from scratchgen.equations import BY_ID
from scratchgen.exercises.catalogue import MODULES, PAGES
from scratchgen.exercises.exercise import KINDS, statement
from scratchgen.exercises.judge import judge

from ...mutants.faults import FAMILIES

pytestmark = pytest.mark.fast

EXERCISES = [exercises.get(name) for name in exercises.names()]
FAULTS = {fault.name: fault for family in FAMILIES.values() for fault in family}
each = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
wrong_answers = pytest.mark.parametrize(
    ("exercise", "wrong"),
    [
        pytest.param(exercise, wrong, id=f"{exercise.name}-{wrong.fails.__name__}-{number}")
        for exercise in EXERCISES
        for number, wrong in enumerate(exercise.wrong_answers)
    ],
)


def defined(source):
    """The names that a source defines, as a notebook would hold them."""
    names = {}
    exec(source, names)
    return names


def imports(source):
    """The packages that a source imports."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]


@each
def test_the_solution_has_every_property_and_is_explained(exercise):
    result = exercises.check(exercise.name, exercise.solution)
    assert result.passed, str(result)
    assert [says for _, says in result.lines] == [statement(claim) for claim in exercise.properties]
    assert (result.message, result.failed) == (exercise.explanation, "")


@each
def test_the_names_of_a_notebook_are_checked_as_the_source_is(exercise):
    names = defined(exercise.solution)
    assert exercises.check(exercise.name, names).passed
    if len(exercise.asked) == 1:
        assert exercises.check(exercise.name, names[exercise.asked[0]]).passed


@each
def test_the_stub_is_refused(exercise):
    result = exercises.check(exercise.name, exercise.stub)
    assert result.could_run and not result.passed
    if exercise.kind == "fill-in":
        assert re.fullmatch(r"line \d+ is still to be written", result.message)
        assert all(ok is None for ok, _ in result.lines)
    if exercise.kind == "predict":
        assert result.message.endswith("is still `...`; write your answer in its place")


@wrong_answers
def test_a_wrong_answer_is_refused_by_the_property_that_it_lacks(exercise, wrong):
    result = exercises.check(exercise.name, wrong.source)
    assert not result.passed, "the check takes a wrong answer"
    assert result.failed == wrong.fails.__name__, str(result)
    assert not re.match(r"(line \d+: )?\w+(Error|Exception)\b", result.message), result.message


RIGHT = {  # answers that are written in another way than the solution, and the text of it that they replace
    "count-to-a-model": (
        "return (counts + 1) / (np.sum(counts, axis=1, keepdims=True) + V)",
        "P = counts + 1\n    return P / P.sum(axis=1, keepdims=True)",
        "return (counts + 1) / (counts.sum(axis=-1)[:, None] + V)",
        "return np.array([(row + 1) / (sum(row) + V) for row in counts], np.float32)",
    ),
    "standard-error": (
        "return m, s",
        "return np.mean(samples), np.std(samples, ddof=1) / np.sqrt(n)",
        "return np.array([m, s], np.float32)",
        "from scratchgen.evaluation import mean_over_examples\n    return mean_over_examples(samples)",
    ),
    "chance-in-numbers": (
        "divergence = math.log(2)",
        "divergence = 0.69",
        "divergence = -math.log(0.5)",
    ),
    "density-of-two-numbers": (
        "return -0.5 * np.sum(LOG_2PI + self.logvar + quadratic, axis=-1)",
        "return -0.5 * (self.mu.shape[-1] * LOG_2PI + np.sum(self.logvar + quadratic, axis=-1))",
        "return np.sum(-0.5 * LOG_2PI - 0.5 * self.logvar - quadratic / 2, axis=1)",
    ),
    "dual-numbers": (
        "return Dual(self.value * other.value, self.slope * other.value + self.value * other.slope)",
        "u, v = self.value, other.value\n        return Dual(u * v, u * other.slope + v * self.slope)",
        "slope = self.slope * other.value\n        slope = slope + self.value * other.slope\n"
        "        return Dual(self.value * other.value, slope)",
    ),
    "steps-and-runs": (
        "one_sided = 3.31 ",
        "one_sided = (1.1**3 - 1) / 0.1 ",
        "one_sided = 3 + 3 * 0.1 + 0.1**2 ",
    ),
    "reverse-sweep": (
        "gradients[parent] += gradients[place] * slope",
        "gradients[parent] = gradients[parent] + slope * gradients[place]",
        "gradients[parent] += gradients[place] * slope\n    import numpy\n    return numpy.float32(gradients)",
    ),
    "sum-to-shape": (
        "g = g.sum(axis=tuple(range(new)))",
        "while g.ndim > len(shape):\n        g = g.sum(axis=0)",
        "from scratchgen.autograd.broadcasting import sum_to_shape\n    return sum_to_shape(g, np.zeros(shape))",
    ),
    "right-near-zero": (
        "define(np.tanh, lambda g, y, x: g * (1 - y * y))",
        "define(np.tanh, lambda g, y, x: g / np.cosh(x) ** 2)",
        "define(np.tanh, lambda g, y, x: g * (1 - np.tanh(x) ** 2))",
        "define(np.tanh, lambda g, y, x: g * (1 - y) * (1 + y))",
    ),
    "bound-above-the-evidence": (
        "return 0.5 * np.sum(q.logvar + eps**2 - z**2, axis=-1)",
        "return np.sum(np.log(np.exp(0.5 * q.logvar)) + (eps**2 - z**2) / 2, axis=1)",
        "log_q = -0.5 * (q.logvar + (z - q.mu) ** 2 / np.exp(q.logvar))\n"
        "    return np.sum(-0.5 * z**2 - log_q, axis=-1)",
        "from scratchgen.distributions import Normal\n"
        "    return Normal(0 * z, 0 * z).log_prob(z) - Normal(q.mu, q.logvar).log_prob(z)",
    ),
    "early-stopping": (
        "elif epoch - best_epoch >= patience:",
        "elif epoch >= best_epoch + patience:",
        "elif not epoch - best_epoch < patience:",
        "if epoch - best_epoch == patience:",
    ),
    "steps-that-grow": (
        "    optimizer.zero_grad()\n    value = loss(model, x, y)\n",
        "    value = loss(model, x, y)\n    optimizer.zero_grad()\n",
        "    value = loss(model, x, y)\n    for p in optimizer.parameters:\n        p.grad = None\n",
        "    model.zero_grad()\n    value = loss(model, x, y)\n",
    ),
    "reparameterise": (
        "return mu + np.exp(0.5 * logvar) * eps",
        "sigma = np.sqrt(np.exp(logvar))\n    return mu + sigma * eps",
        "return mu + eps * np.exp(logvar / 2)",
        "return (mu + np.exp(logvar) ** 0.5 * eps).astype(np.float32)",
        "from scratchgen.distributions import Normal\n    return Normal(mu, logvar).rsample(eps)",
        "return np.array([[mu[b, d] + np.exp(logvar[b, d] / 2) * eps[b, d] for d in range(mu.shape[1])]"
        " for b in range(len(mu))]) if isinstance(mu, np.ndarray) else mu + np.exp(logvar / 2) * eps",
    ),
    "kl-to-the-prior": (
        "return 0.5 * np.sum(mu**2 + np.exp(logvar) - 1 - logvar, axis=-1)",
        "return -0.5 * np.sum(1 + logvar - mu**2 - np.exp(logvar), axis=1)",
        "return (mu**2 + np.expm1(logvar) - logvar).sum(-1) / 2",
        "return [sum(m * m + np.exp(v) - 1 - v for m, v in zip(*row)) / 2 for row in zip(mu, logvar)]",
        "return 0.5 * np.sum(mu**2 + np.exp(logvar) - 1 - logvar, axis=-1, dtype=np.float32)",
    ),
    "slopes-of-the-kl": (
        "return 0.5 * (np.exp(logvar) - 1)",
        "return np.expm1(logvar) / 2",
        "sigma = np.exp(0.5 * logvar)\n    return (sigma - 1 / sigma) * 0.5 * sigma",
    ),
    "log-likelihood-from-logits": (
        "return np.sum(x * logits - np.logaddexp(0, logits), axis=-1)",
        "return -np.sum(np.maximum(logits, 0) - x * logits + np.log1p(np.exp(-np.abs(logits))), axis=-1)",
        "return np.sum(np.where(x == 1, -np.logaddexp(0, -logits), -np.logaddexp(0, logits)), axis=-1)",
        "return -(x * np.logaddexp(0, -logits) + (1 - x) * np.logaddexp(0, logits)).sum(axis=1)",
        "from scratchgen.functional import bernoulli_cross_entropy\n    return -bernoulli_cross_entropy(logits, x)",
    ),
    "negative-elbo": (
        "return -np.mean(elbo)",
        "return -elbo.sum() / len(x)",
        "return (-decode(z).log_prob(x) + q.kl_to_standard_normal()).mean()",
        "from scratchgen import vae\n    return -vae.elbo(x, q, decode, eps).mean()",
    ),
    "nats-before-training": (
        "log_likelihood = -64 * math.log(2)",
        "log_likelihood = -44.36",
        "log_likelihood = 64 * math.log(0.5)",
    ),
    "every-digit-grey": (
        "return -bernoulli_cross_entropy(self.logits, x)",
        "return -np.sum(np.logaddexp(0, self.logits) - x * self.logits, axis=-1)",
        "return -(bernoulli_cross_entropy(self.logits, x) / self.logits.shape[-1]) * self.logits.shape[-1]",
    ),
    "everything-is-real": (
        "return np.mean(-softplus(-d_real)) + np.mean(-softplus(d_fake))",
        "return np.mean(d_real - softplus(d_real)) - np.mean(softplus(d_fake))",
        "return -np.mean(np.logaddexp(0, -d_real)) - np.mean(np.logaddexp(0, d_fake))",
        "from scratchgen import gan\n    return gan.value(d_real, d_fake)",
    ),
    "generator-loss-from-logits": (
        "return np.mean(np.logaddexp(0, -d_fake))",
        "return np.logaddexp(0, -d_fake).sum() / len(d_fake)",
        "return np.mean(np.maximum(-d_fake, 0) + np.log1p(np.exp(-np.abs(d_fake))))",
        "from scratchgen.functional import softplus\n    return softplus(-d_fake).mean()",
    ),
    "generator-stands-still": (
        "loss = generator_loss(model.logits(fake), game.objective)",
        "logits = model.logits(fake)\n        loss = generator_loss(logits, game.objective)",
        "loss = generator_loss(model.D(fake)[:, 0], kind=game.objective)",
        "loss = generator_loss(model.logits(fake), game.objective)\n"
        "        loss = loss + 0 * sum(np.sum(p) for p in model.G.parameters())",
    ),
    "bptt": (
        "T = len(h)",
        "import scratchgen_kernels as kernels\n    W_xh = np.zeros((x.shape[2], h.shape[2]))\n"
        "    return kernels.tanh_recurrence_backward(g, h, x, h0, W_xh, W_hh)[1:]",
        "T, B, H = h.shape\n    deltas = np.zeros((T + 1, B, H))\n    for t in range(T - 1, -1, -1):\n"
        "        deltas[t] = (g[t] + deltas[t + 1] @ W_hh.T) * (1 - h[t]) * (1 + h[t])\n"
        "    before = np.concatenate([h0[None], h[:-1]])\n    deltas = deltas[:-1]\n"
        "    return [deltas[0] @ W_hh.T, np.einsum('tbd,tbh->dh', x, deltas),\n"
        "            np.einsum('tbk,tbh->kh', before, deltas), deltas.sum((0, 1))]",
    ),
    "no-gradient-from-the-end": (
        "np.multiply(g[t] + g_h, 1 - h[t] * h[t], out=delta[t])",
        "delta[t] = (g[t] + g_h) * (1 - h[t] ** 2)",
        "np.multiply(g_h + g[t] * (t < len(h)), 1 - h[t] * h[t], out=delta[t])",
    ),
}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("return np.sum(x * logits - np.log(1 + np.exp(logits)), axis=-1)", "exp(1000) is inf"),
        ("return np.sum(x * logits - np.log1p(np.exp(logits)), axis=-1)", "exp(1000) is inf"),
        (
            "return -np.sum(x * np.log(1 + np.exp(-logits)) + (1 - x) * np.log(1 + np.exp(logits)), axis=-1)",
            "exp(1000) is inf",
        ),
        (
            "p = 1 / (1 + np.exp(-logits))\n    return np.sum(np.log(np.where(x == 1, p, 1 - p)), axis=-1)",
            "p rounds to 0 or 1",
        ),
        (
            "p = 1 / (1 + np.exp(-logits))\n    return np.sum(x * np.log(p) + (1 - x) * np.log(1 - p), axis=-1)",
            "p rounds to 0 or 1",
        ),
    ],
)
def test_an_overflow_of_exp_and_a_rounded_probability_have_their_own_reasons(line, reason):
    exercise = exercises.get("log-likelihood-from-logits")
    text, *_ = RIGHT[exercise.name]
    result = exercises.check(exercise.name, exercise.solution.replace(text, line))
    assert result.failed == "large_logits" and reason in result.message, str(result)


@each
def test_a_right_answer_in_another_form_is_accepted(exercise):
    text, *others = RIGHT[exercise.name]
    assert exercise.solution.count(text) == 1 and others
    for other in others:
        result = exercises.check(exercise.name, exercise.solution.replace(text, other))
        assert result.passed, f"{other}\n{result}"


@each
def test_there_are_three_wrong_answers_with_reasons_and_none_is_the_solution(exercise):
    sources = [wrong.source for wrong in exercise.wrong_answers]
    assert len({*sources, exercise.solution}) == len(sources) + 1 >= 4
    explained = [source for source in sources if "; " in exercises.check(exercise.name, source).message]
    assert len(explained) >= 3, "a number alone is no reason"
    assert all(wrong.fails in exercise.properties for wrong in exercise.wrong_answers)


MEASURED = re.compile(
    r"[^;]* -?[\d.]+, not -?[\d.]+"
)  # the number found and the number expected, without a reason


@pytest.mark.parametrize("name", ["steps-that-grow", "no-gradient-from-the-end"])
def test_the_first_check_of_a_file_with_a_bug_gives_numbers_and_leaves_the_cause_to_the_reader(name):
    assert MEASURED.fullmatch(exercises.check(name, exercises.get(name).stub).message)


def test_the_claim_above_rejects_a_message_that_names_the_cause():
    message = "after two steps, a number of W is -0.51683, not -0.52528"
    assert MEASURED.fullmatch(message) and not MEASURED.fullmatch(f"{message}; the gradient was not cleared")


@each
def test_every_result_fits_on_a_telephone(exercise):
    for source in (exercise.solution, exercise.stub, *(wrong.source for wrong in exercise.wrong_answers)):
        assert max(map(len, str(exercises.check(exercise.name, source)).splitlines())) <= 40


@each
def test_a_result_shows_which_property_fails_and_why(exercise):
    wrong = exercise.wrong_answers[0]
    result = exercises.check(exercise.name, wrong.source)
    shown = " ".join(str(result).split())
    assert f"✗ {statement(wrong.fails)}" in shown and result.message in shown
    assert [ok for ok, _ in result.lines].count(True) == shown.count("✓")


@each
def test_the_texts_of_an_exercise_are_complete(exercise):
    assert exercise.title and 2 <= len(exercise.hints) <= 4
    why, practice = exercise.explanation.split("\n\n")
    assert why.startswith("Why: ") and practice.startswith("In practice: ")
    assert exercise.kind in KINDS and {*exercise.ledger} <= {*BY_ID} and exercise.ledger
    assert len({*map(statement, exercise.properties)}) == len(exercise.properties) >= 3
    names = {*defined(exercise.stub)}
    assert {*exercise.asked} <= names, "the stub shows each name that the check asks for"
    assert ast.get_docstring(ast.parse(exercise.stub))


def says_something(names):
    """The names of properties that say something about a quantity, in place of naming it alone."""
    return [name for name in names if re.search(r"\b(is|are|has|may|runs once|computes?|compares)\b", name)]


@pytest.mark.parametrize("exercise", [e for e in EXERCISES if e.kind == "predict"], ids=lambda e: e.name)
def test_the_properties_of_a_prediction_do_not_print_the_answer_before_it_is_given(exercise):
    assert not says_something(map(statement, exercise.properties))


def test_the_claim_above_rejects_names_that_print_the_answer():
    answers = (
        "8 equal faces are 3 bits",
        "a density may exceed 1: its area is 1",
        "central differences compute F twice per input",
        "reverse mode runs once for all inputs",
    )
    assert says_something(("the entropy of the die, in bits", *answers)) == [*answers]


@each
def test_an_exercise_is_whole_in_itself(exercise):
    """An exercise needs nothing that another exercise provides: the file imports nothing of the reader's."""
    for source in (exercise.stub, exercise.solution):
        assert {*imports(source)} <= {"math", "numpy", "scratchgen"}
        assert not re.search(r"scratchgen(\.| import )exercises", source)


@each
def test_no_text_refers_to_a_later_exercise_or_to_an_equation_that_the_ledger_lacks(exercise):
    texts = " ".join((exercise.stub, *exercise.hints, exercise.explanation))
    later = exercises.names()[exercises.names().index(exercise.name) + 1 :]
    assert not [name for name in later if name in texts]
    assert {*re.findall(r"scratchgen debug (\S+?)`? ", texts)} <= {*BY_ID}


@each
def test_the_bug_of_a_find_the_bug_is_a_planted_fault_of_the_suite(exercise):
    assert bool(exercise.fault) == (exercise.kind == "find-the-bug")
    if exercise.fault:
        fault = FAULTS[exercise.fault]
        assert exercise.solution.count(fault.text) == 1
        assert exercise.stub == exercise.solution.replace(fault.text, fault.wrong)


def definition_with_the_bug(exercise, source):
    """The name of the function or class in which a source differs from the solution; None for another statement."""
    (changed,) = (
        wrong
        for wrong, right in zip(ast.parse(source).body, ast.parse(exercise.solution).body, strict=True)
        if ast.dump(wrong) != ast.dump(right)
    )
    return getattr(changed, "name", None)


def not_refuted(exercise, source):
    """Whether every property that asks for the definition with the bug holds."""
    name = definition_with_the_bug(exercise, source)
    asks = [name in inspect.signature(claim).parameters for claim in exercise.properties]
    lines = exercises.check(exercise.name, source).lines
    return all(ok for (ok, _), own in zip(lines, asks, strict=True) if own)


find_the_bug = pytest.mark.parametrize(
    "exercise",
    [e for e in EXERCISES if e.kind == "find-the-bug" and definition_with_the_bug(e, e.stub) in e.asked],
    ids=lambda exercise: exercise.name,
)


@find_the_bug
def test_no_check_calls_the_function_with_the_bug_right(exercise):
    """A reader who sees only ticks at a function looks for the bug elsewhere."""
    assert not not_refuted(exercise, exercise.stub)


@pytest.mark.parametrize("wrong", ["-q.logvar", "2 * q.logvar", "0 * q.logvar"])
def test_a_density_with_the_wrong_width_is_refuted_by_its_own_property(wrong):
    exercise = exercises.get("bound-above-the-evidence")
    assert not not_refuted(exercise, exercise.solution.replace("(q.logvar", f"({wrong}"))


def test_the_claims_above_reject_widths_whose_logarithms_cancel(monkeypatch):
    """With sigma² = ¼ and 4 the missing logarithms add up to 0: the property holds without them."""
    exercise = exercises.get("bound-above-the-evidence")
    source = inspect.getsource(exercise.properties[-1]).replace("[[0.25, 9.0]]", "[[0.25, 4.0]]")
    names = {**vars(import_module("scratchgen.exercises.vae.bound_above_the_evidence"))}
    exec(source, names)
    monkeypatch.setattr(
        exercises, "check", lambda name, source: judge(replace(exercise, properties=planted), source)
    )
    planted = (*exercise.properties[:-1], names["densities"])
    assert not_refuted(exercise, exercise.stub)


@pytest.mark.parametrize(
    ("name", "right", "wrong", "reason"),
    [
        (
            "kl-to-the-prior",
            "np.exp(logvar) - 1 - logvar",
            "logvar**2 - 1 - np.log(logvar**2)",
            "is inf, not 0; logvar = 0 means sigma² = exp(0) = 1",
        ),
        ("kl-to-the-prior", "- 1 - logvar", "- logvar", "is 0.5, not 0; at sigma = 1 the −1 cancels sigma²"),
        (
            "slopes-of-the-kl",
            "np.exp(logvar) - 1",
            "np.exp(logvar) - 1 / logvar",
            "is -inf, not 0; logvar itself has the slope 1",
        ),
        ("slopes-of-the-kl", "(np.exp(logvar) - 1)", "np.exp(logvar)", "the −½ logvar has a slope, too"),
    ],
)
def test_an_infinite_number_has_a_reason_of_its_own(name, right, wrong, reason):
    exercise = exercises.get(name)
    assert exercise.solution.count(right) == 1
    result = exercises.check(name, exercise.solution.replace(right, wrong))
    assert reason in result.message, str(result)


@each
def test_an_answer_cannot_change_the_numbers_of_the_next_check(exercise):
    module = import_module(f"scratchgen.exercises.{MODULES[exercise.name]}")
    arrays = [value for value in vars(module).values() if isinstance(value, np.ndarray)]
    assert not any(array.flags.writeable for array in arrays)


def test_an_answer_that_writes_into_its_arguments_is_refused_and_the_next_check_is_as_before():
    exercise = exercises.get("reparameterise")
    source = exercise.solution.replace("    return mu", "    logvar *= 0.5\n    return mu")
    assert exercises.check(exercise.name, source).message.startswith("line 15 writes into an argument")
    assert exercises.check(exercise.name, exercise.solution).passed


def test_the_catalogue_has_each_exercise_once_under_its_name_and_page():
    paths = [path for page in PAGES.values() for path in page]
    assert len({*MODULES}) == len(paths) == len({exercise.title for exercise in EXERCISES})
    for page, paths in PAGES.items():
        for path in paths:
            name = path.rpartition(".")[2].replace("_", "-")
            assert (exercises.get(name).name, exercises.get(name).page) == (name, page)
    numbers = [[*map(int, page.split("."))] for page in PAGES]
    assert all(a < b for a, b in pairwise(numbers)), "the pages are in the order of the course"


def test_each_exercise_is_in_a_folder_that_an_installation_contains():
    """A folder without an __init__.py can be imported from a clone, but is left out of the wheel."""
    modules = [import_module(f"scratchgen.exercises.{path.rpartition('.')[0]}") for path in MODULES.values()]
    assert all(module.__file__ for module in modules)
