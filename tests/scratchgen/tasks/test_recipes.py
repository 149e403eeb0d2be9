"""What a run takes if nothing is given."""

import pytest

from scratchgen.tasks.recipes import recipe


@pytest.mark.parametrize("objective", [None, "elbo", "beta"])
def test_a_convolutional_vae_begins_with_its_rate_free(objective):
    assert recipe("vae", "mnist", model="conv", objective=objective).warm_up > 0
    assert recipe("vae", "mnist", model="conv", objective=objective, warm_up=0).warm_up == 0


def test_other_models_and_objectives_whose_rate_has_no_weight_do_not():
    assert recipe("vae", "mnist").warm_up == 0
    assert all(recipe("vae", "mnist", model="conv", objective=o).warm_up == 0 for o in ("iwae", "geco"))


def test_settings_of_the_data_hold_for_a_model_that_needs_none_of_its_own_there():
    digits = recipe("vae", "digits")
    assert recipe("vae", "digits", model="mlp") == digits
    assert recipe("vae", "digits", model="conv").epochs == digits.epochs


def test_what_is_given_wins_over_what_the_model_needs():
    assert recipe("vae", "mnist", model="conditional", latent_dim=7).latent_dim == 7
    assert recipe("vae", "fsdd", model="linear").likelihood == "gaussian"


@pytest.mark.parametrize("model", ["dense", "conv", "conditional", "packed"])
@pytest.mark.parametrize("objective", ["nonsaturating", "hinge", "wasserstein"])
def test_no_recipe_of_mnist_lays_a_penalty_on_a_discriminator_that_mixes_its_examples(model, objective):
    settings = recipe("gan", "mnist", model=model, objective=objective)
    assert settings.norm != "batch" or settings.r1 == settings.gradient_penalty == 0


def test_an_epoch_of_convolutions_is_long_and_there_are_fewer_of_them():
    assert recipe("gan", "mnist", model="conv").epochs < recipe("gan", "mnist").epochs / 3
    assert recipe("gan", "mnist", model="conv", r1=1.0).norm == "layer"
    assert recipe("gan", "digits", model="conv").epochs == recipe("gan", "digits").epochs
