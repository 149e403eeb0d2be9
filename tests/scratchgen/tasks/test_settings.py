"""Settings come from defaults, a file, --set and options; the later wins, and each is checked."""

import json
from typing import Annotated

import pytest

from scratchgen import BadInput
from scratchgen.runs import Run
from scratchgen.runs.config import RunConfig
from scratchgen.runs.schema import Ge, Help, Lt, Schema, as_dict, check, fields
from scratchgen.tasks import FAMILIES, NAMES, choose, get_task, tasks_of
from scratchgen.tasks.settings import GivenSettings, from_assignments, from_file, from_options
from scratchgen.tasks.task import optimizer_for, schedule_for
from scratchgen.vae import VAE


def complete(family, *layers, data="digits", task=None):
    """The task and the settings of a command with these layers."""
    given = GivenSettings(data=data, seed=0)
    for layer in layers:
        given = given | layer
    found = choose(family, given.data, given.settings, task or given.task)
    return found, found.complete(given.data, given.checked(found).settings)


def settings(family, data, task=None, **given):
    return complete(family, from_options(given), data=data, task=task)[1]


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def as_toml(table):
    return "".join(f"{name} = {json.dumps(value)}\n" for name, value in table.items())


def test_of_several_layers_the_later_wins_and_the_defaults_of_the_data_give_the_rest():
    layers = [
        from_options(layer)
        for layer in ({"epochs": 2, "hidden": 2}, {"epochs": 3, "hidden": 3}, {"epochs": 4})
    ]
    _, found = complete("vae", *layers)
    assert (found.epochs, found.hidden) == (4, 3)
    assert found.latent_dim == settings("vae", "digits").latent_dim != settings("vae", "mnist").latent_dim


def test_the_defaults_are_those_of_the_data_in_the_file(tmp_path):
    file = write(tmp_path / "mine.toml", 'data = "mnist"\n')
    assert complete("vae", from_file(file, "vae"))[1] == settings("vae", "mnist")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("heading", ["", "[settings]\n"])
def test_the_settings_of_a_configuration_written_as_toml_are_the_same_again(name, heading, tmp_path):
    task = get_task(name)
    made = task.settings()
    file = write(tmp_path / "again.toml", f'task = "{name}"\n{heading}' + as_toml(as_dict(made)))
    found, again = complete(task.family, from_file(file, task.family))
    assert found is task and again == made
    assert [type(v) for v in as_dict(again).values()] == [type(v) for v in as_dict(made).values()]


def test_a_run_directory_gives_its_task_its_data_its_seed_and_its_settings_again(tmp_path):
    made = get_task("vae").settings(hidden=3)
    about = {"task": "vae", "family": "vae", "data": "mine.npy", "source": "/there/mine.npy", "seed": 7}
    Run(tmp_path / "run", RunConfig(**about, settings=as_dict(made)))
    for path in (tmp_path / "run", tmp_path / "run" / "config.json"):
        given = from_file(path, "vae")
        assert (given.task, given.data, given.seed) == ("vae", "/there/mine.npy", 7)
        assert complete("vae", given)[1] == made
        with pytest.raises(BadInput, match="is a run of the task vae; use `scratchgen train vae`"):
            from_file(path, "gan")


def test_assignments_are_read_in_the_type_of_their_setting():
    given = from_assignments(["epochs=3", "settings.learning_rate = 2", "data=digits", "seed=5"], "vae")
    assert given.settings == {"epochs": 3, "learning_rate": 2.0} and given.seed == 5
    assert type(given.settings["learning_rate"]) is float and given.data == "digits"


WRONG = {
    "hiden=3": "did you mean hidden",
    "model.hidden=3": "did you mean hidden",
    "epochs": "takes name=value",
    "epochs=": "epochs is a whole number",
    "epochs=2.5": "epochs is a whole number, not '2.5'",
    "epochs=0": "epochs is at least 1, not 0",
    "learning_rate=fast": "learning_rate is a number, not 'fast'",
    "learning_rate=nan": "learning_rate is above 0 and finite, not nan",
    "learning_rate=-1": "learning_rate is above 0 and finite, not -1",
    "learning_rate=0": "learning_rate is above 0 and finite, not 0",
    "learning_rate=inf": "learning_rate is above 0 and finite, not inf",
    "lr=0.1": "no setting is named 'lr'; did you mean learning_rate",
    "seed=-1": "seed is at least 0",
    "seed=x": "seed is a whole number",
    f"seed={2**64}": "at most",
    "model=transformer": "model is one of mlp, conv.*, not 'transformer'",
    "model=": "model is one of mlp",
    "likelihood=Gaussian": "likelihood is one of bernoulli, gaussian, categorical, logistic, not 'Gaussian'",
    "objective=0": "objective is one of elbo, iwae, beta, geco, not '0'",
    "optimizer=lion": "optimizer is one of adam, adamw, sgd, rmsprop, adagrad, not 'lion'",
    "schedule=linear": "schedule is one of constant, half_cosine, steps, not 'linear'",
    "momentum=1": "momentum is at least 0 and below 1, not 1.0",
    "weight_decay=-1": "weight_decay is at least 0 and finite, not -1",
    "binarise=1": "binarise is true or false, not '1'",
    "binarise=yes": "binarise is true or false, not 'yes'",
    "k=0": "k is at least 1, not 0",
    "latent_dim=-2": "latent_dim is at least 1, not -2",
    "kl_warmup_steps=-1": "kl_warmup_steps is at least 0, not -1",
    "kl_warmup_steps=2.5": "kl_warmup_steps is a whole number",
    "free_bits=-0.5": "free_bits is at least 0 and finite",
    "free_bits=nan": "free_bits is at least 0 and finite",
    "beta=0": "beta is above 0 and finite",
    "target_distortion=inf": "target_distortion is finite, not inf",
    "target_distortion=nan": "target_distortion is finite, not nan",
    "bptt_steps=3": "no setting is named 'bptt_steps'",
}

RIGHT = {
    "model=conv": "conv",
    "likelihood = categorical": "categorical",
    "binarise=true": True,
    "binarise=False": False,
    "kl_warmup_steps=0": 0,
    "free_bits=0": 0.0,
    "target_distortion=-12.5": -12.5,
    "target_distortion=0": 0.0,
    "beta=0.5": 0.5,
}


@pytest.mark.parametrize("assignment", RIGHT)
def test_a_choice_a_truth_value_and_a_number_below_zero_are_read_as_such(assignment):
    ((name, value),) = from_assignments([assignment], "vae").checked(get_task("vae")).settings.items()
    assert value == RIGHT[assignment] and type(value) is type(RIGHT[assignment])
    assert getattr(settings("vae", "digits", **{name: value}), name) == value


@pytest.mark.parametrize("assignment", WRONG)
def test_a_wrong_assignment_is_refused(assignment):
    with pytest.raises(BadInput, match=WRONG[assignment]) as problem:
        complete("vae", from_assignments([assignment], "vae"))
    assert "--set" in str(problem.value) and "\n" not in str(problem.value)


WRONG_FILES = {
    "epochs = true": "epochs is a whole number, not True",
    "epochs = 2.0": "epochs is a whole number, not 2.0",
    'learning_rate = "1e-3"': "learning_rate is a number",
    "epochs = [1]": "epochs is a whole number",
    f"learning_rate = 1{'0' * 400}": "above 0 and finite",
    "epochs =": "is not TOML",
    "settings = 3": "settings is a table",
    "epochs = 1\n[settings]\nepochs = 2": "epochs is given twice",
    "[model]\nhidden = 3": "model is one of mlp, conv",
    'task = "text"': "the tasks of vae are vae, vq, not 'text'",
    "bptt_steps = 3": "bptt_steps is a setting of text, not of vae",
    "model = 3": "model is one of mlp, conv.*, not 3",
    "model = ['mlp']": "model is one of mlp, conv",
    "binarise = 1": "binarise is true or false, not 1",
    'binarise = "true"': "binarise is true or false, not 'true'",
    "k = true": "k is a whole number, not True",
    "target_distortion = false": "target_distortion is a number, not False",
    "data = 3": "data is a text, not 3",
    'seed = "x"': "seed is a whole number, not 'x'",
}


@pytest.mark.parametrize("text", WRONG_FILES)
def test_a_wrong_file_is_refused_by_name(text, tmp_path):
    with pytest.raises(BadInput, match=WRONG_FILES[text]) as problem:
        complete("vae", from_file(write(tmp_path / "mine.toml", text), "vae"))
    assert "\n" not in str(problem.value)
    assert "mine.toml" in str(problem.value) or "tasks of" in str(problem.value)


def test_a_file_that_is_missing_or_not_text_is_refused(tmp_path):
    with pytest.raises(BadInput, match=r"gone\.toml cannot be read"):
        from_file(tmp_path / "gone.toml", "vae")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(BadInput, match="is not TOML"):
        from_file(tmp_path / "bytes.toml", "vae")


# --- the declaration ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_is_declared_with_a_help_and_a_default_in_its_range(name):
    declared = fields(get_task(name).settings)
    assert all(field.help for field in declared.values())
    check(get_task(name).settings, {f.name: f.default for f in declared.values()}, "defaults")


def test_one_declaration_gives_the_option_the_parser_and_the_check():
    class Settings(Schema):
        width: Annotated[int, Ge(1), Lt(10), Help("units of the layer", unit="units")] = 4

    (field,) = fields(Settings).values()
    assert (field.options, field.help, field.unit, field.default) == (
        ("--width",),
        "units of the layer",
        "units",
        4,
    )
    assert check(Settings, {"width": field.parse("7")}, "here") == {"width": 7}
    for wrong in (0, 10, 2.0, "7", True):
        with pytest.raises(BadInput, match="here: width is"):
            check(Settings, {"width": wrong}, "here")


def test_a_setting_of_another_task_is_named_with_its_task():
    with pytest.raises(BadInput, match="nade is a setting of music, not of text"):
        complete("rnn", from_assignments(["nade=5"], "rnn"), data="stdlib")
    with pytest.raises(BadInput, match="codes is a setting of vq, not of vae"):
        complete("vae", from_assignments(["codes=5"], "vae"))


# --- what data and choices bring with them ------------------------------------------------------------------


def test_the_data_choose_the_task_of_a_recurrent_network():
    chosen = {"stdlib": "text", "tatoeba-fra-eng": "text", "jsb-chorales": "music", "fsdd": "sound"}
    assert {data: choose("rnn", data, {}).name for data in chosen} == chosen
    assert choose("rnn", "tatoeba-fra-eng", {}, "translation").name == "translation"
    assert choose("vae", "digits", {"model": "vq"}).name == "vq"
    with pytest.raises(BadInput, match="the tasks of rnn are"):
        choose("rnn", "stdlib", {}, "vae")


def test_what_is_given_wins_over_what_the_model_brings():
    assert settings("vae", "mnist", model="conditional").latent_dim == 5
    assert settings("vae", "mnist", model="conditional", latent_dim=7).latent_dim == 7
    assert settings("vae", "fsdd", model="linear").likelihood == "gaussian"
    assert settings("vae", "digits", model="mlp") == settings("vae", "digits")
    assert settings("vae", "digits", model="conv").epochs == settings("vae", "digits").epochs


@pytest.mark.parametrize("model", ["dense", "conv", "conditional", "packed"])
@pytest.mark.parametrize("objective", ["nonsaturating", "hinge", "wasserstein"])
def test_no_default_of_mnist_penalises_a_discriminator_that_mixes_its_examples(model, objective):
    found = settings("gan", "mnist", model=model, objective=objective)
    assert found.norm != "batch" or found.r1 == found.gradient_penalty == 0


def test_an_epoch_of_convolutions_is_long_and_there_are_fewer_of_them():
    assert settings("gan", "mnist", model="conv").epochs < settings("gan", "mnist").epochs / 3
    assert settings("gan", "mnist", model="conv", r1=1.0).norm == "layer"
    assert settings("gan", "digits", model="conv").epochs == settings("gan", "digits").epochs


def test_an_objective_of_a_gan_brings_its_own_settings_and_given_ones_win():
    found = settings("gan", "digits", objective="wasserstein")
    assert (found.discriminator_steps, found.gradient_penalty, found.norm, found.beta1) == (5, 10, "none", 0)
    assert settings("gan", "digits", objective="wasserstein", model="conv").norm == "layer"
    both = settings("gan", "digits", objective="wasserstein", discriminator_steps=2, beta1=0.5)
    assert both.discriminator_steps == 2
    assert settings("gan", "digits", objective="hinge").norm == "spectral"
    assert settings("gan", "digits", model="conv").norm == "batch"
    assert settings("gan", "digits", model="conv", r1=1.0).norm == "layer"
    assert settings("gan", "digits", model="conv", norm="none").norm == "none"
    assert settings("gan", "ring").r1 > 0 and settings("gan", "ring", objective="wasserstein").r1 == 0
    assert settings("gan", "ring").latent_dim == 2 and settings("gan", "digits").latent_dim == 100


WRONG_BY_FAMILY = {
    **dict.fromkeys(
        ["discriminator_steps=0", "r1=-1", "pack=0", "objective=elbo", "norm=group", "beta1=1", "beta2=1"],
        "gan",
    ),
    **dict.fromkeys(
        ["cell=elman", "tokenizer=words", "vocabulary_size=0", "tie_embeddings=1", "layers=0", "dropout=1"],
        "rnn",
    ),
    **dict.fromkeys(["dropout=-0.1", "dropout=nan", "bptt_steps=0"], "rnn"),
}


@pytest.mark.parametrize(("assignment", "family"), WRONG_BY_FAMILY.items())
def test_a_wrong_setting_of_another_family_is_refused(assignment, family):
    with pytest.raises(BadInput, match=f"--set: {assignment.split('=')[0]} is"):
        complete(
            family, from_assignments([assignment], family), data={"gan": "digits", "rnn": "stdlib"}[family]
        )


def test_byte_pairs_bring_tied_embeddings_of_the_hidden_size_and_given_settings_win():
    found = settings("rnn", "stdlib", tokenizer="bpe", hidden=32)
    assert found.tie_embeddings and found.embedding == found.hidden == 32
    assert not settings("rnn", "stdlib", tokenizer="bpe", embedding=64).tie_embeddings
    assert not settings("rnn", "stdlib", tokenizer="bpe", tie_embeddings=False).tie_embeddings
    assert not settings("rnn", "stdlib").tie_embeddings and settings("rnn", "stdlib").dropout == 0


def test_a_task_brings_its_own_defaults():
    pairs = settings("rnn", "tatoeba-fra-eng", task="translation")
    assert pairs.max_length > 0
    assert settings("rnn", "tatoeba-fra-eng", task="translation", tokenizer="bpe").epochs > pairs.epochs
    assert settings("rnn", "tatoeba-cmn-eng", task="translation").epochs > pairs.epochs


# --- optimisers and schedules -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", fields(get_task("vae").settings)["optimizer"].choices)
def test_every_optimiser_of_the_settings_is_built_with_its_learning_rate(name):
    optimizer = optimizer_for(get_task("vae").settings(optimizer=name, learning_rate=0.25), VAE(4, 2, 3))
    assert type(optimizer).__name__.lower() == name and optimizer.learning_rate == 0.25


def test_momentum_and_weight_decay_are_refused_where_the_optimiser_has_none():
    make = get_task("vae").settings
    assert optimizer_for(make(optimizer="sgd", momentum=0.9), VAE(4, 2, 3)).momentum == 0.9
    decayed = optimizer_for(make(optimizer="adamw", weight_decay=0.1), VAE(4, 2, 3))
    assert decayed.weight_decay == 0.1
    assert optimizer_for(make(optimizer="adamw"), VAE(4, 2, 3)).weight_decay == 0  # the class has 0.01
    for wrong in ({"momentum": 0.9}, {"weight_decay": 0.1}, {"optimizer": "rmsprop", "weight_decay": 0.1}):
        with pytest.raises(BadInput, match="is for optimizer"):
            optimizer_for(make(**wrong), VAE(4, 2, 3))


def test_schedules_fall_as_they_are_named_and_a_warm_up_precedes_them():
    make = get_task("vae").settings
    assert schedule_for(make()).factor(3, 10) == 1
    assert schedule_for(make(schedule="half_cosine")).factor(5, 10) == pytest.approx(0.5)
    steps = schedule_for(make(schedule="steps", epochs=8))
    assert [steps.factor(t, 8) for t in (3, 4, 6)] == pytest.approx([1, 0.1, 0.01]) and steps.per == "epoch"
    assert schedule_for(make(warmup_steps=4)).factor(0, 10) == 0.25
    with pytest.raises(BadInput, match="warmup_steps is for schedule constant or half_cosine"):
        schedule_for(make(schedule="steps", warmup_steps=4))


def test_every_family_has_tasks_and_every_task_names_its_family():
    for family in FAMILIES:
        assert all(task.family == family for task in tasks_of(family))
