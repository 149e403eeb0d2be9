"""The trials of a sweep file: names, settings, and the command that trains each."""

import pytest

from scratchgen.errors import BadInput
from scratchgen.sweeps.plan import _name, command_of, read_plan

HEAD = 'train = "vae"\ndata = "ring"\n'


@pytest.fixture
def plan(tmp_path):
    def of(text):
        (tmp_path / "s.toml").write_text(text)
        return read_plan(tmp_path / "s.toml")

    return of


def test_every_combination_has_every_seed_and_a_name_that_says_what_varies(plan):
    found = plan(
        HEAD + "seeds = [3, 4]\n[settings]\nepochs = 2\n[grid]\nhidden = [4, 8]\nlearning_rate = [1e-3, 1]\n"
    )
    assert [trial.name for trial in found.trials] == [
        f"hidden={h},learning_rate={a},seed={s}" for h in (4, 8) for a in ("0.001", "1.0") for s in (3, 4)
    ]
    assert found.trials[0].settings == {"epochs": 2, "hidden": 4, "learning_rate": 1e-3}
    assert (found.score, found.maximize) == ("validation_elbo", True)


def test_seeds_alone_are_a_sweep(plan):
    assert [trial.name for trial in plan(HEAD + "seeds = [0, 7]\n").trials] == ["seed=0", "seed=7"]


def test_the_validation_number_of_the_task_decides_unless_the_file_says_otherwise(plan, tmp_path):
    (tmp_path / "a.txt").write_text("the cat sat on the mat. " * 400)
    text = f'train = "rnn"\ndata = "{tmp_path}/a.txt"\nseeds = [0, 1]\n'
    assert (plan(text).score, plan(text).maximize) == ("validation_bits", False)
    of_gan = plan('train = "gan"\ndata = "ring"\nseeds = [0, 1]\n')
    assert of_gan.score is None, "a GAN logs no validation number"
    assert plan('score = "x"\ngoal = "maximize"\n' + text).maximize


def test_the_command_of_a_trial_can_be_typed(plan):
    found = plan(
        HEAD.replace("ring", "digits") + "[settings]\nbinarise = true\n[grid]\nobjective = ['elbo']\n"
    )
    assert command_of(found, found.trials[0]) == [
        *("scratchgen", "train", "vae", "--data=digits", "--set", "task=vae"),
        *("--set", "binarise=true", "--set", "objective=elbo", "--seed", "0"),
    ]


def test_the_task_of_a_vq_vae_follows_from_its_model_and_is_named_in_the_command(plan):
    text = 'train = "vae"\ndata = "digits"\n[settings]\nmodel = "vq"\n[grid]\ncodes = [4, 8]\n'
    found = plan(text)
    assert found.task.name == "vq" and "task=vq" in command_of(found, found.trials[0])
    with pytest.raises(BadInput, match="model 'mlp' cannot vary, because vq is a task of its own"):
        plan(
            text.replace("codes = [4, 8]", 'model = ["mlp"]').replace(
                '[settings]\nmodel = "vq"', 'task = "vq"'
            )
        )


def test_random_trials_are_checked_as_those_of_a_grid(plan):
    text = (
        HEAD
        + "[random]\ntrials = 5\nhidden = { integer = [2, 9] }\nlearning_rate = { log_uniform = [1e-4, 1e-2] }\n"
    )
    assert len(plan(text).trials) == 5 and plan(text) == plan(text)
    with pytest.raises(BadInput, match=r"\[random\]: hidden is a whole number, not 2\.0"):
        plan(text.replace("integer", "uniform"))
    with pytest.raises(
        BadInput, match=r"\[random\]: no setting is named 'alpha'; did you mean learning_rate"
    ):
        plan(text.replace("learning_rate", "alpha"))


def test_names_hold_no_character_of_a_path_and_long_ones_give_a_number():
    assert [_name({"encoding": value}, 0, 0) for value in ("a/b", "a%2Fb")] == [
        "encoding=a%2Fb,seed=0",
        "encoding=a%252Fb,seed=0",
    ]
    assert _name({"encoding": "x" * 200}, 5, 2) == "settings-3,seed=5"
