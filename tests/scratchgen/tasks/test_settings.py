"""Settings come from a recipe, a file, --set and options; the later wins, and each is checked."""

import json
from dataclasses import asdict

import pytest

from scratchgen import BadInput
from scratchgen.runs import Run
from scratchgen.tasks import settings
from scratchgen.tasks.recipes import GANRecipe, RNNRecipe, VAERecipe, recipe

DEFAULTS = {"data": "digits", "seed": 0}


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def as_toml(table):
    return "".join(f"{name} = {json.dumps(value)}\n" for name, value in table.items())


def test_of_several_layers_the_later_wins_and_the_recipe_of_the_data_says_the_rest():
    layers = {"epochs": 2, "hidden": 2, "seed": 2}, {"epochs": 3, "hidden": 3}, {"epochs": 4}
    data, seed, found = settings.complete("vae", DEFAULTS, *layers)
    assert (data, seed) == ("digits", 2)
    assert (found.epochs, found.hidden) == (4, 3)
    assert found.latent_dim == recipe("vae", "digits").latent_dim != recipe("vae", "mnist").latent_dim


def test_the_recipe_is_that_of_the_data_in_the_file():
    *_, found = settings.complete("vae", DEFAULTS, {"data": "mnist"})
    assert found == recipe("vae", "mnist")


@pytest.mark.parametrize("kind, made", [("vae", VAERecipe()), ("gan", GANRecipe()), ("rnn", RNNRecipe())])
@pytest.mark.parametrize("heading", ["", "[training]\n"])
def test_the_training_section_of_a_configuration_written_as_toml_gives_the_settings_back(
    kind, made, heading, tmp_path
):
    file = write(tmp_path / "again.toml", heading + as_toml(asdict(made)))
    *_, found = settings.complete(kind, DEFAULTS, settings.from_file(file, kind))
    assert found == made and [type(v) for v in asdict(found).values()] == [
        type(v) for v in asdict(made).values()
    ]


def test_a_run_directory_gives_its_data_its_seed_and_its_settings_again(tmp_path):
    sizes = {"data_dim": 4, "latent_dim": 2, "hidden": 3}
    config = {"kind": "vae", "data": "mine.npy", "source": "/there/mine.npy", "seed": 7, "model": sizes}
    Run(tmp_path / "run", {**config, "image_shape": [2, 2], "training": asdict(VAERecipe(hidden=3))})
    for path in (tmp_path / "run", tmp_path / "run" / "config.json"):
        data, seed, found = settings.complete("vae", DEFAULTS, settings.from_file(path, "vae"))
        assert (data, seed, found) == ("/there/mine.npy", 7, VAERecipe(hidden=3))
        with pytest.raises(BadInput, match="is for 'vae', not for gan"):
            settings.from_file(path, "gan")


def test_assignments_are_read_as_what_their_field_is():
    found = settings.from_assignments(["epochs=3", "training.alpha = 2", "data=digits"], "vae")
    assert found == {"epochs": 3, "alpha": 2.0, "data": "digits"} and type(found["alpha"]) is float


WRONG = {
    "hiden=3": "did you mean hidden",
    "model.hidden=3": "did you mean hidden",
    "epochs": "takes name=value",
    "epochs=": "epochs is a whole number",
    "epochs=2.5": "epochs is a whole number, not '2.5'",
    "epochs=0": "at least 1",
    "alpha=fast": "alpha is a number, not 'fast'",
    "alpha=nan": "positive and finite",
    "alpha=-1": "positive and finite",
    "alpha=inf": "positive and finite",
    "seed=-1": "at least 0",
    f"seed={2**64}": "at most",
    "model=transformer": "model is one of mlp, conv.*, not 'transformer'",
    "model=": "model is one of mlp",
    "likelihood=Gaussian": "likelihood is one of bernoulli, gaussian, categorical, not 'Gaussian'",
    "objective=0": "objective is one of elbo, iwae, beta, geco, not '0'",
    "binarise=1": "binarise is true or false, not '1'",
    "binarise=yes": "binarise is true or false, not 'yes'",
    "k=0": "k is at least 1, not 0",
    "latent_dim=-2": "latent_dim is at least 1, not -2",
    "warm_up=-1": "warm_up is at least 0, not -1",
    "warm_up=2.5": "warm_up is a whole number",
    "free_bits=-0.5": "free_bits is not negative and finite",
    "free_bits=nan": "free_bits is not negative and finite",
    "beta=0": "beta is positive and finite",
    "beta=-1": "beta is positive and finite",
    "distortion=inf": "distortion is finite, not inf",
    "distortion=nan": "distortion is finite, not nan",
}

RIGHT = {
    "model=conv": "conv",
    "likelihood = categorical": "categorical",
    "binarise=true": True,
    "binarise=False": False,
    "warm_up=0": 0,
    "free_bits=0": 0.0,
    "distortion=-12.5": -12.5,
    "distortion=0": 0.0,
    "beta=0.5": 0.5,
}


@pytest.mark.parametrize("assignment", RIGHT)
def test_a_choice_a_truth_value_and_a_number_below_zero_are_read_as_such(assignment):
    (found,) = settings.from_assignments([assignment], "vae").values()
    assert found == RIGHT[assignment] and type(found) is type(RIGHT[assignment])
    recipe("vae", "digits", **settings.from_assignments([assignment], "vae"))


@pytest.mark.parametrize("assignment", WRONG)
def test_a_wrong_assignment_is_refused(assignment):
    with pytest.raises(BadInput, match=WRONG[assignment]) as problem:
        settings.from_assignments([assignment], "vae")
    assert "--set" in str(problem.value)


WRONG_FILES = {
    "epochs = true": "epochs is a whole number, not True",
    "epochs = 2.0": "epochs is a whole number, not 2.0",
    'alpha = "1e-3"': "alpha is a number",
    "epochs = [1]": "epochs is a whole number",
    f"alpha = 1{'0' * 400}": "positive and finite",
    "epochs =": "is not TOML",
    "training = 3": "training is a table",
    "epochs = 1\n[training]\nepochs = 2": "epochs is there twice",
    "[model]\nhidden = 3": "model is one of mlp, conv",
    'kind = "rnn"': "is for 'rnn', not for vae",
    "chunk = 3": "no setting is named 'chunk'",
    "model = 3": "model is one of mlp, conv.*, not 3",
    "model = true": "model is one of mlp, conv.*, not True",
    "model = ['mlp']": "model is one of mlp, conv",
    "binarise = 1": "binarise is true or false, not 1",
    'binarise = "true"': "binarise is true or false, not 'true'",
    "k = true": "k is a whole number, not True",
    "beta = true": "beta is a number, not True",
    "distortion = false": "distortion is a number, not False",
    "distortion = nan": "distortion is finite",
}


@pytest.mark.parametrize("text", WRONG_FILES)
def test_a_wrong_file_is_refused_by_name(text, tmp_path):
    with pytest.raises(BadInput, match=WRONG_FILES[text]) as problem:
        settings.from_file(write(tmp_path / "mine.toml", text), "vae")
    assert "mine.toml" in str(problem.value) and "\n" not in str(problem.value)


def test_a_file_that_is_not_there_or_no_text_is_refused(tmp_path):
    with pytest.raises(BadInput, match=r"gone\.toml cannot be read"):
        settings.from_file(tmp_path / "gone.toml", "vae")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(BadInput, match="is not TOML"):
        settings.from_file(tmp_path / "bytes.toml", "vae")


def test_a_number_for_the_step_size_may_be_whole():
    assert settings.checked("vae", {"alpha": 1}, "here") == {"alpha": 1.0}


def test_an_objective_of_a_gan_brings_its_own_settings_and_given_ones_win():
    found = recipe("gan", "digits", objective="wasserstein")
    assert (found.ratio, found.gradient_penalty, found.norm, found.beta1) == (5, 10, "none", 0)
    assert recipe("gan", "digits", objective="wasserstein", model="conv").norm == "layer"
    assert recipe("gan", "digits", objective="wasserstein", ratio=2, beta1=0.5).ratio == 2
    assert recipe("gan", "digits", objective="hinge").norm == "spectral"
    assert recipe("gan", "digits", model="conv").norm == "batch"
    assert recipe("gan", "digits", model="conv", r1=1.0).norm == "layer"
    assert recipe("gan", "digits", model="conv", norm="none").norm == "none"
    assert recipe("gan", "ring").r1 > 0 and recipe("gan", "ring", objective="wasserstein").r1 == 0
    assert recipe("gan", "ring").latent_dim == 2 and recipe("gan", "digits").latent_dim == 100


@pytest.mark.parametrize(
    "assignment", ["ratio=0", "ratio=-1", "r1=-1", "pack=0", "objective=elbo", "norm=group"]
)
def test_settings_that_make_no_game_are_refused(assignment):
    with pytest.raises(BadInput, match=f"--set: {assignment.split('=')[0]} is"):
        settings.from_assignments([assignment], "gan")


def test_penalties_of_a_gan_may_be_nothing():
    assert settings.from_assignments(["r1=0", "gradient_penalty=0", "beta1=0"], "gan") == {
        "r1": 0.0,
        "gradient_penalty": 0.0,
        "beta1": 0.0,
    }


WRONG_OF_A_TEXT = {
    "cell=elman": "cell is one of tanh, lstm, gru, not 'elman'",
    "vocabulary=words": "vocabulary is one of characters, bytes, pieces, not 'words'",
    "pieces=0": "pieces is at least 1, not 0",
    "tied=1": "tied is true or false, not '1'",
    "layers=0": "layers is at least 1, not 0",
    "dropout=1": "dropout is a probability below 1, not 1.0",
    "dropout=-0.1": "dropout is not negative and finite",
    "dropout=nan": "dropout is not negative and finite",
}


@pytest.mark.parametrize("assignment", WRONG_OF_A_TEXT)
def test_a_wrong_setting_of_a_recurrent_network_is_refused(assignment):
    with pytest.raises(BadInput, match=WRONG_OF_A_TEXT[assignment]):
        settings.from_assignments([assignment], "rnn")


def test_pieces_bring_a_tied_table_as_wide_as_the_state_and_given_settings_win():
    found = recipe("rnn", "stdlib", vocabulary="pieces", hidden=32)
    assert found.tied and found.embedding == found.hidden == 32
    assert not recipe("rnn", "stdlib", vocabulary="pieces", embedding=64).tied
    assert not recipe("rnn", "stdlib", vocabulary="pieces", tied=False).tied
    assert not recipe("rnn", "stdlib").tied and recipe("rnn", "stdlib").dropout == 0


def test_a_task_brings_its_own_settings_and_by_default_pairs_are_a_text():
    assert recipe("rnn", "tatoeba-fra-eng") == recipe("rnn", "stdlib") == RNNRecipe()
    pairs = recipe("rnn", "tatoeba-fra-eng", task="pairs")
    assert pairs.task == "pairs" and pairs.longest > 0 and not pairs.tied
    assert recipe("rnn", "tatoeba-fra-eng", task="pairs", vocabulary="pieces").epochs > pairs.epochs
    assert recipe("rnn", "tatoeba-cmn-eng", task="pairs").epochs > pairs.epochs
    assert recipe("rnn", "jsb-chorales").task == "music"
    assert recipe("rnn", "jsb-chorales", task="text").nade == 0


def test_nothing_need_be_dropped_and_nearly_all_may_be():
    for value in (0.0, 0.999):
        assert settings.from_assignments([f"dropout={value}"], "rnn") == {"dropout": value}
