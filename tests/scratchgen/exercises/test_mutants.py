"""Automatic mutants of each solution are refused by its check, and the committed table says how many."""

import ast

import pytest

from scratchgen import exercises
from scratchgen.exercises.exercise import statement

from .mutation import mutants
from .score import PAGE, measure, page

EXERCISES = [exercises.get(name) for name in exercises.names()]


@pytest.fixture(scope="module")
def scores():
    """The score of each exercise by its name."""
    return {exercise.name: measure(exercise, mutants) for exercise in EXERCISES}


each = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)


@each
def test_a_mutant_that_passes_is_named_with_the_reason_why_it_is_no_wrong_answer(exercise, scores):
    survivors = scores[exercise.name].survivors
    assert {*survivors} == {*exercise.equivalent_mutants}
    assert len({*survivors}) == len(survivors) and all(exercise.equivalent_mutants.values())


@each
def test_no_property_is_idle(exercise, scores):
    """Each fails for some mutant or some wrong answer; one that cannot fail would teach nothing."""
    checked = [exercises.check(exercise.name, wrong.source) for wrong in exercise.wrong_answers]
    failed = {says for result in checked for ok, says in result.lines if ok is False} | scores[
        exercise.name
    ].refuting
    assert failed >= {*map(statement, exercise.properties)}


def test_nineteen_of_twenty_mutants_are_refused(scores):
    assert sum(score.refused for score in scores.values()) >= 0.95 * sum(s.mutants for s in scores.values())
    assert all(score.mutants >= 5 for score in scores.values())


def test_the_committed_page_is_what_is_measured(scores):
    assert PAGE.read_text(encoding="utf-8") == page(scores.values()), (
        f"run {PAGE.stem}: score.py writes the page"
    )


def test_the_claims_above_reject_a_checker_with_a_planted_hole(scores):
    """Without the property of the variance, a sampler with another scale passes."""
    from dataclasses import replace

    exercise = exercises.get("reparameterise")
    blind = replace(exercise, properties=exercise.properties[:3])
    assert len(measure(blind, mutants).survivors) > 10 and not exercise.equivalent_mutants


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("y = a - b", ["pass", "y = a + b", "y = a", "y = b", "y = b - a"]),
        ("y = f(a, k=True)", ["pass", "y = a", "y = f(a)", "y = f(a, k=False)"]),
        ("y = -3", ["pass", "y = 3", "y = -4", "y = -6", "y = -0"]),
        ("y = a < b", ["pass", "y = a <= b", "y = a > b"]),
        (
            "def f(x, y):\n    return np.exp(x)",
            ["pass", "return x", "return np.expm1(x)", "return np.exp(y)"],
        ),
        ("y = f(a, b)", ["pass", "y = a", "y = b", "y = f(b, a)"]),
        (
            'class C:\n    """Say 1 + 1."""\n    def f(self):\n        return self.a + self.b',
            [
                *("pass", "return self.a", "return self.b"),
                *("return self.a - self.b", "return self.b + self.b", "return self.a + self.a"),
            ],
        ),
    ],
)
def test_the_mutants_of_a_line_are_these(source, expected):
    found = [*mutants(source)]
    assert sorted(changed for changed, _ in found) == sorted(expected)
    assert len({text for _, text in found}) == len(found)
    for _, text in found:
        assert ast.dump(ast.parse(text)) != ast.dump(ast.parse(source))


def test_a_mutant_that_does_not_end_is_refused(monkeypatch):
    from . import score

    monkeypatch.setattr(score, "SECONDS", 1)
    endless = exercises.get("reparameterise").solution.replace(
        "    return", "    while True: pass\n    return"
    )
    assert score.limited(exercises.get("reparameterise"), endless) is None
