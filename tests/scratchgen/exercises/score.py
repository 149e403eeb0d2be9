"""The quality of the checkers: the automatic mutants of each solution that its check refuses.

python tests/scratchgen/exercises/score.py       writes tutorials/exercises.md
"""

import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from scratchgen import exercises
from scratchgen.exercises.exercise import KINDS, Exercise
from scratchgen.exercises.judge import judge

PAGE = Path(__file__).parents[3] / "tutorials" / "exercises.md"
SECONDS = 10  # of a check; a mutant with a loop without an end is refused by the limit of time
HEAD = """\
# Exercises

`scratchgen exercise list` shows the exercises, `scratchgen exercise start reparameterise` writes the file of one to the
folder `exercises`, and `scratchgen exercise check` names the property that fails. In a notebook, the same check takes
the function itself:

```
from scratchgen import exercises
exercises.check("reparameterise", sample)
```

The kinds: *fill in* a function whose docstring has the equation; *find the bug* in a file with a fault that others have
made (the tests of this project plant the same fault in the library, and must see it); *predict* a number before it is
measured; *derive* a formula, which is compared with one that was not derived.

"""
SCORE = """\
## How the checks are tested

A check that accepts a wrong answer teaches the error. Each check must accept the solution and reject the stub. It must
reject typical wrong answers, each by the right property, and automatic mutants of the solution: an operator, a number,
a sign or a function changed, an operand, a keyword, a call or a statement left out, two arguments exchanged. A mutant
that passes is a hole in the check, unless it computes the same.
`tests/scratchgen/exercises/score.py` writes this page, and a test compares it with a new measurement.

| exercise | properties | wrong answers | mutants | rejected | score |
|---|---|---|---|---|---|
"""


@dataclass(frozen=True)
class Score:
    """The mutants of the solution of an exercise, and those that its check takes."""

    exercise: Exercise
    mutants: int
    survivors: tuple[str, ...]
    refuting: frozenset[str]  # what the properties say that failed for some mutant

    @property
    def refused(self):
        return self.mutants - len(self.survivors)


def measure(exercise, mutate) -> Score:
    """Check every mutant of the solution."""
    survivors, refuting, all_mutants = [], set(), [*mutate(exercise.solution)]
    for changed, source in all_mutants:
        result = limited(exercise, source)
        if result is None:
            continue
        if result.passed:
            survivors.append(changed)
        refuting |= {says for ok, says in result.lines if ok is False}
    return Score(exercise, len(all_mutants), tuple(survivors), frozenset(refuting))


def limited(exercise, source):
    """The result of a check, or None where it does not end."""
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.alarm(SECONDS)
    try:
        return judge(exercise, source)
    except KeyboardInterrupt:
        return None
    finally:
        signal.alarm(0)


def page(scores) -> str:
    """The page of the exercises, with the table of the scores."""
    lines = [HEAD, "| page | exercise | kind | title |\n|---|---|---|---|\n"]
    for score in scores:
        e = score.exercise
        lines.append(f"| {e.page} | `{e.name}` | {KINDS[e.kind]} | {e.title} |\n")
    lines += ["\n", SCORE]
    for score in scores:
        e, n = score.exercise, score.mutants
        counts = (
            f"{len(e.properties)} | {len(e.wrong_answers)} | {n} | {score.refused} | {score.refused / n:.1%}"
        )
        lines.append(f"| `{e.name}` | {counts} |\n")
    n, refused = sum(s.mutants for s in scores), sum(s.refused for s in scores)
    wrong = sum(len(s.exercise.wrong_answers) for s in scores)
    lines.append(f"| all | {sum(len(s.exercise.properties) for s in scores)} | {wrong} | {n} | {refused} | ")
    lines.append(f"{refused / n:.1%} |\n\n")
    lines.append("The mutants that pass, and why they are no wrong answers:\n\n")
    lines.append("| exercise | mutant | computes the same, because |\n|---|---|---|\n")
    for score in scores:
        for mutant in score.survivors:
            reason = score.exercise.equivalent_mutants.get(mutant, "**no reason is given**")
            lines.append(f"| `{score.exercise.name}` | `{mutant}` | {reason} |\n")
    return "".join(lines)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    from mutation import mutants

    text = page([measure(exercises.get(name), mutants) for name in exercises.names()])
    PAGE.write_text(text, encoding="utf-8")
    print(f"{PAGE} is written")
