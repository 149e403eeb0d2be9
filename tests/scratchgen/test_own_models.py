"""The examples in the docstrings of classes for users' own models run, and print the output that they show."""

import doctest

import pytest

from scratchgen import gan, nn, vae

EXAMPLES = {
    "nn.Module": nn.Module,
    "vae.LatentModel": vae.LatentModel,
    "vae.Likelihood": vae.Likelihood,
    "vae.Loss": vae.Loss,
    "gan.AdversarialPair": gan.AdversarialPair,
}


def failures(docstring, name="example"):
    """The number of lines of an example that print something else than they say, and of all lines."""
    test = doctest.DocTestParser().get_doctest(docstring, {}, name, None, None)
    runner = doctest.DocTestRunner(verbose=False)
    runner.run(test, out=lambda text: None)
    return runner.failures, runner.tries


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_example_of_a_base_class_runs_and_has_about_ten_lines(name):
    docstring = EXAMPLES[name].__doc__
    failed, lines = failures(docstring, name)
    assert failed == 0 and lines >= 4
    assert sum(line.lstrip().startswith((">>>", "...")) for line in docstring.splitlines()) <= 14


def test_the_claim_above_rejects_an_example_that_prints_something_else():
    docstring = nn.Module.__doc__.replace("(4, 2)", "(4, 3)")
    assert failures(docstring)[0] == 1
