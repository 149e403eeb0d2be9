"""The numbers and generators that public functions take: a call with valid ones, and values of no sense for each.

    "vae.GECO": (vae.GECO, {"D0": (1.0, REAL), "eta": (1e-3, POSITIVE), "a": (0.99, SHARE)})

The first is called with the valid value of every argument, and then with one of them replaced.
"""

import math
import random

import numpy as np

from scratchgen import Tensor, data, distributions, evaluation, functional, gan, nn, optim, rnn, runs, vae
from scratchgen.data.preprocessing import (
    binarise,
    dequantise,
    griffin_lim,
    mdct,
    mel,
    mel_inversion,
    pre_emphasis,
    silence,
    stft,
)
from scratchgen.data.speech import Utterance
from scratchgen.data.tokenizers import CharacterTokenizer
from scratchgen.nn import init
from scratchgen.optim import schedules
from scratchgen.random import Generator
from scratchgen.vae import code_prior, convolutional, interpolate, likelihoods, quantise

nan, inf = math.nan, math.inf
REAL = [nan, inf, -inf, "1", None]  # a finite number
NOT_NEGATIVE = [*REAL, -1.0]
POSITIVE = [*NOT_NEGATIVE, 0.0]
OF_COLUMNS = [*([1.0, 2.0, value, 4.0] for value in (nan, inf, -1.0)), [1.0, 2.0]]  # of four columns
DEVIATION = (2.0, [*NOT_NEGATIVE, *OF_COLUMNS])
UNITS = (2.0, [*POSITIVE, *OF_COLUMNS])
MEAN = ([0.1, 0.2, 0.3, 0.4], [[0.1, nan, 0.3, 0.4], [0.1, 0.2], "1"])
SHARE = [*REAL, -0.1, 1.0]  # in [0, 1)
SCALE = [*REAL, -1.0, [1.0, nan, 1.0]]  # one deviation or several; 0 of a constant column
PROBABILITY = [*REAL, -0.1, 1.1]
COUNT = [nan, inf, 0, -1, 1.5, "2", True]
FROM_0 = [nan, inf, -1, 1.5, "2"]
FROM_2 = [*COUNT, 1]
OTHERS_GENERATORS = [np.random.default_rng(0), np.random.RandomState(0), random.Random(0), 3]
WITHOUT_PERMUTATION = [random.Random(0), 3, None]  # functions on data also take NumPy's generators
WITHOUT_RANDOM = [*WITHOUT_PERMUTATION, np.random.RandomState(0)]

R = (Generator(0), OTHERS_GENERATORS)
X = np.random.default_rng(0).random((40, 4)).astype(np.float32)
X16 = np.random.default_rng(0).random((20, 16)).astype(np.float32)
NOTES = [(np.random.default_rng(i).random((5, 3)) < 0.5).astype(np.float32) for i in range(4)]
IDS = np.tile(np.arange(3), 40)
PAIRS = [(np.array([0, 1]), np.array([1, 2])), (np.array([2, 1]), np.array([1]))]
CHARACTERS = CharacterTokenizer("abc")
q = distributions.Normal(np.zeros((40, 2), np.float32), np.zeros((40, 2), np.float32))
h = np.zeros((2, 3), np.float32)
FULL = distributions.MultivariateNormal(h, np.eye(3, dtype=np.float32))
DISTRIBUTIONS = [
    *(q, FULL, distributions.Bernoulli(h), distributions.Categorical(h), distributions.Poisson(h)),
    *(distributions.Laplace(h, h), distributions.StudentT(h, h, 3), distributions.Gamma(h + 1, h)),
    *(distributions.NegativeBinomial(h + 1, h), distributions.Uniform(h, h + 1)),
    *(distributions.DiscretisedLogistic(h, h), distributions.Mixture(h[0], distributions.Normal(h.T, h.T))),
]
SHAPE = (2, [nan, -1, 1.5, "2", True, None, (2, -1), (1.5,)])  # of several samples


def ppca():
    return evaluation.ProbabilisticPCA(np.zeros(3), np.array([3.0, 2.0, 1.0]), np.eye(3), 1)


def mixture():
    return evaluation.GaussianMixture(np.ones(2) / 2, np.array([[0.0], [1.0]]), np.ones((2, 1)))


def model():
    return vae.VAE(4, 2, 3, Generator(0))


def gaussian():
    return vae.VAE(4, 2, 3, Generator(0), likelihood="gaussian")


def pair():
    return gan.GAN(4, 2, Generator(0), hidden=(3,))


def vq():
    return vae.VQVAE((4, 4), 3, 2, (2,), 3, Generator(0))


def text():
    return rnn.LanguageModel(CHARACTERS, 4, 3, Generator(0))


def translator():
    return rnn.Translator(CHARACTERS, CHARACTERS, 4, 3, Generator(0))


def parameter():
    p = nn.Parameter(np.ones(3, np.float32))
    p.grad = np.ones(3, np.float32)
    return p


def adam(*modules):
    return optim.Adam([p for module in modules for p in module.parameters()])


def train_vae(**how):
    vae.train(m := model(), X, X, runs.History(), optimizer=adam(m), **how)


def train_gan(**how):
    m = pair()
    gan.train(m, X, runs.History(), optimizer_G=adam(m.G), optimizer_D=adam(m.D), **how)


def train_vq(**how):
    optimizers = {"optimizer": adam((m := vq()).encoder, m.decoder), "prior_optimizer": adam(m.prior)}
    vae.train_vq(m, X16, X16, runs.History(), **optimizers, **how)


def train_text(**how):
    rnn.train(m := text(), IDS, IDS, runs.History(), optimizer=adam(m), **how)


def train_notes(**how):
    m = rnn.FrameModel(3, 4, Generator(0))
    rnn.train_frames(m, NOTES, NOTES, runs.History(), optimizer=adam(m), **how)


def train_pairs(**how):
    rnn.train_translator(m := translator(), PAIRS, PAIRS, runs.History(), optimizer=adam(m), **how)


def train_voice(**how):
    spoken = [Utterance(np.array([0, 1]), np.array([1, 2]), np.ones((3, 4), np.float32))] * 2
    rnn.train_acoustic(
        m := rnn.AcousticModel(2, 4, 3, 2), spoken, spoken, runs.History(), optimizer=adam(m), **how
    )


def step_of_D(**how):
    gan.discriminator_step(m := pair(), X, adam(m.D), **how)


def step_of_G(**how):
    gan.generator_step(m := pair(), optimizer=adam(m.G), **how)


def step(**how):
    p = parameter()
    optim.training_step(lambda: ((p**2).sum(), {}), optim.SGD([p]), **how)


def layer(**more):
    return {
        "d_in": (3, COUNT),
        "hidden": (4, COUNT),
        "rng": R,
        "layers": (1, COUNT),
        "dropout": (0.0, SHARE),
        **more,
    }


def rate(**more):
    return {"learning_rate": (0.1, POSITIVE), **more}


EPS, BETA = (1e-8, NOT_NEGATIVE), (0.9, SHARE)
SIZE = (3, COUNT)
CONVOLUTION = {
    **{"c_in": (1, COUNT), "c_out": (2, COUNT), "size": SIZE, "rng": R},
    **{"stride": (1, COUNT), "padding": (0, FROM_0)},
}
IMAGES = {"latent_dim": (2, COUNT), "hidden": SIZE, "rng": R}

CALLS = {
    # --- variational autoencoders ---
    "vae.GECO": (vae.GECO, {"D0": (1.0, REAL), "eta": (1e-3, POSITIVE), "a": (0.99, SHARE)}),
    "vae.GECO.update": (lambda **a: vae.GECO(1.0).update(**a), {"D": (1.0, REAL)}),
    "vae.VAE": (vae.VAE, {"data_dim": (4, COUNT), "latent_dim": (2, COUNT), "hidden": SIZE, "rng": R}),
    "vae.VAE, categorical": (
        lambda **a: vae.VAE(4, 2, 3, likelihood="categorical", **a),
        {"levels": (2, [n for n in FROM_2 if n is not None])},
    ),
    "vae.VQVAE": (
        lambda **a: vae.VQVAE((4, 4), channels=(2,), **a),
        {"codes": SIZE, "dimension": (2, COUNT), "hidden": SIZE, "rng": R},
    ),
    "vae.VQVAE, images": (
        lambda height, channels: vae.VQVAE((height, 4), 3, 2, (channels,), 3),
        {"height": (4, COUNT), "channels": (2, COUNT)},
    ),
    "vae.VQVAE.sample": (lambda **a: vq().sample(n=2, **a), {"rng": R}),
    "vae.BetaLoss": (
        vae.BetaLoss,
        {
            "beta": (1.0, NOT_NEGATIVE),
            "samples": (1, COUNT),
            "kl_warmup_steps": (0, FROM_0),
            "free_bits": (0.0, NOT_NEGATIVE),
        },
    ),
    "vae.ConditionalVAE": (
        vae.ConditionalVAE,
        {"data_dim": (4, COUNT), "latent_dim": (2, COUNT), "hidden": SIZE, "classes": (2, COUNT), "rng": R},
    ),
    "vae.ConditionalVAE.sample": (
        lambda **a: vae.ConditionalVAE(4, 2, 3, 2).sample(n=2, labels=[0, 1], **a),
        {"rng": R},
    ),
    "vae.ConvVAE": (lambda **a: vae.ConvVAE((4, 4), channels=(2,), **a), IMAGES),
    "vae.ConvVAE, images": (
        lambda height, channels: vae.ConvVAE((height, 4), 2, 3, (channels,)),
        {"height": (4, COUNT), "channels": (2, COUNT)},
    ),
    "vae.ImportanceLoss": (vae.ImportanceLoss, {"k": (2, COUNT)}),
    "vae.ConstrainedLoss": (vae.ConstrainedLoss, {"target_distortion": (1.0, REAL)}),
    "vae.BetaLoss.__call__": (lambda rng: vae.BetaLoss()(model(), X, rng), {"rng": R}),
    "vae.ImportanceLoss.__call__": (lambda rng: vae.ImportanceLoss(2)(model(), X, rng), {"rng": R}),
    "vae.ConstrainedLoss.__call__": (lambda rng: vae.ConstrainedLoss(1.0)(model(), X, rng), {"rng": R}),
    "vae.VAE.init_output_bias": (
        vae.VAE(4, 2, 3, likelihood="gaussian").init_output_bias,
        {"mean": MEAN, "scale": (2.0, [value for value in DEVIATION[1] if value is not None])},
    ),
    "vae.ColumnLikelihood": (
        lambda width, shift, scale: vae.ColumnLikelihood([1, width], None, [shift, 0.0], [scale, 1.0]),
        {"width": (3, COUNT), "shift": (2.0, REAL), "scale": (2.0, POSITIVE)},
    ),
    "vae.VAE.init_output_bias, pixels": (model().init_output_bias, {"mean": (0.5, [*PROBABILITY, X[0] + 1])}),
    "vae.VQVAE.init_output_bias": (
        vae.VQVAE((2, 2), 3, 2, (2,), 3, likelihood="gaussian").init_output_bias,
        {"mean": MEAN, "scale": (2.0, [value for value in DEVIATION[1] if value is not None])},
    ),
    "vae.LinearVAE.init_output_bias": (
        vae.LinearVAE(4, 2).init_output_bias,
        {"mean": MEAN, "scale": (2.0, [value for value in DEVIATION[1] if value is not None])},
    ),
    "vae.LinearVAE": (
        vae.LinearVAE,
        {"data_dim": (4, COUNT), "latent_dim": (2, COUNT), "rng": R, "log_volume": (1.0, REAL)},
    ),
    "vae.LatentModel.elbo": (lambda rng: model().elbo(X, rng), {"rng": R}),
    "vae.LatentModel.iwae_bound": (lambda **a: model().iwae_bound(X, **a), {"k": (2, COUNT), "rng": R}),
    "vae.LatentModel.log_likelihood": (
        lambda **a: model().log_likelihood(X, **a),
        {"k": (2, COUNT), "rng": R},
    ),
    "vae.LatentModel.sample": (lambda **a: model().sample(n=2, **a), {"rng": R}),
    "vae.beta_elbo": (
        lambda **a: vae.beta_elbo(X, q, model().decode, Generator(0), **a),
        {"beta": (1.0, NOT_NEGATIVE), "free_bits": (0.0, NOT_NEGATIVE)},
    ),
    "vae.partial_bound": (
        lambda sigma: vae.partial_bound(
            X, np.ones(4), q, model().decode, sigma, np.zeros((40, 2), np.float32)
        ),
        {"sigma": (0.5, POSITIVE)},
    ),
    "vae.restore": (
        lambda **a: vae.restore(model(), X[:2], candidates=X[:3, :2], **a),
        {
            "sigma": (0.5, POSITIVE),
            "rng": R,
            "starts": (1, COUNT),
            "steps": (1, COUNT),
            "samples": (1, COUNT),
        },
    ),
    "vae.evaluate": (lambda **a: vae.evaluate(model(), X, **a), {"samples": (1, COUNT), "rng": R}),
    "vae.free_bits_rate": (lambda free: vae.free_bits_rate(q, free), {"free": (1.0, NOT_NEGATIVE)}),
    "vae.iwae_bound": (
        lambda k: vae.iwae_bound(X, q, model().decode, k, Generator(0)),
        {"k": (2, COUNT)},
    ),
    "vae.kl_weight": (vae.kl_weight, {"step": (1, FROM_0), "steps": (3, FROM_0)}),
    "vae.lagrangian": (
        lambda **a: vae.lagrangian(np.ones(3), np.ones(3), **a),
        {"D0": (1.0, REAL), "lam": (1.0, NOT_NEGATIVE)},
    ),
    "vae.impute": (lambda rounds: vae.impute(model(), X, rounds), {"rounds": (2, COUNT)}),
    "vae.ppca_log_likelihood": (
        lambda latent_dim: vae.ppca_log_likelihood(X, latent_dim),
        {"latent_dim": (2, [*COUNT, 4, 9])},
    ),
    "vae.train": (train_vae, {"epochs": (1, COUNT), "batch_size": (10, COUNT), "rng": R}),
    "vae.train_vq": (
        train_vq,
        {"epochs": (1, COUNT), "prior_epochs": (1, COUNT), "batch_size": (10, COUNT), "rng": R},
    ),
    "vae.vq_objective": (
        lambda beta: vae.vq_objective(X16, z := np.zeros((20, 4, 2), np.float32), z, vq().decode, beta),
        {"beta": (0.25, NOT_NEGATIVE)},
    ),
    "vae.quantise.Quantiser": (
        quantise.Quantiser,
        {"codes": SIZE, "dimension": (2, COUNT), "rng": R, "decay": (0.99, SHARE)},
    ),
    "vae.quantise.Quantiser.update": (
        lambda rng: quantise.Quantiser(3, 2).update(np.ones((3, 2), np.float32), np.zeros(3, int), rng),
        {"rng": R},
    ),
    "vae.code_prior.CodePrior": (
        code_prior.CodePrior,
        {"codes": SIZE, "length": (2, COUNT), "hidden": SIZE, "rng": R},
    ),
    "vae.code_prior.CodePrior.sample": (lambda rng: code_prior.CodePrior(3, 2, 3).sample(2, rng), {"rng": R}),
    "vae.interpolate.straight": (lambda n: interpolate.straight(X[0], X[1], n), {"n": (3, COUNT)}),
    "vae.interpolate.spherical": (lambda n: interpolate.spherical(X[0], X[1], n), {"n": (3, COUNT)}),
    "vae.convolutional.ConvEncoder": (
        lambda **a: convolutional.ConvEncoder((4, 4), (2,), **a),
        {"features": SIZE, "rng": R},
    ),
    "vae.convolutional.ConvDecoder": (
        lambda **a: convolutional.ConvDecoder(image_shape=(4, 4), channels=(2,), **a),
        {"latent_dim": (2, COUNT), "features": SIZE, "outputs": (1, COUNT), "rng": R},
    ),
    "vae.likelihoods.CategoricalLikelihood": (likelihoods.CategoricalLikelihood, {"levels": (2, FROM_2)}),
    "vae.likelihoods.level_of": (lambda V: likelihoods.level_of(np.zeros(3), V), {"V": (3, FROM_2)}),
    "vae.likelihoods.DiscretisedCategorical.sample": (
        likelihoods.DiscretisedCategorical(np.zeros((2, 2, 3), np.float32)).sample,
        {"rng": R, "shape": SHAPE},
    ),
    # --- adversarial networks ---
    "gan.GAN": (
        lambda **a: gan.GAN(hidden=(3,), **a),
        {"data_dim": (4, COUNT), "latent_dim": (2, COUNT), "rng": R, "pack": (1, COUNT)},
    ),
    "gan.GAN, unbounded": (
        lambda hidden, **a: gan.GAN(4, 2, hidden=(hidden,), bounded=False, **a),
        {"hidden": SIZE, "scale": UNITS, "shift": (0.0, REAL)},
    ),
    "gan.gradient_penalty": (
        lambda unit: gan.gradient_penalty(pair().logits, X, X, X[:, :1], unit),
        {"unit": UNITS},
    ),
    "gan.r1_penalty": (lambda unit: gan.r1_penalty(pair().logits, X, unit), {"unit": UNITS}),
    "gan.AdversarialPair.generate": (lambda rng: pair().generate(2, rng), {"rng": R}),
    "gan.AdversarialPair.sample": (lambda rng: pair().sample(2, rng), {"rng": R}),
    "gan.ConditionalGAN": (
        lambda **a: gan.ConditionalGAN(hidden=(3,), **a),
        {"data_dim": (4, COUNT), "latent_dim": (2, COUNT), "classes": (2, COUNT), "rng": R},
    ),
    "gan.ConditionalGAN.sample": (
        lambda rng: gan.ConditionalGAN(4, 2, 2, hidden=(3,)).sample(2, rng, [0, 1]),
        {"rng": R},
    ),
    "gan.ConvGAN": (lambda **a: gan.ConvGAN((4, 4), channels=(2,), **a), IMAGES),
    "gan.ConvGAN, images": (
        lambda height, channels: gan.ConvGAN((height, 4), 2, (channels,), hidden=3),
        {"height": (4, COUNT), "channels": (2, COUNT)},
    ),
    "gan.Game": (
        gan.Game,
        {
            "discriminator_steps": (1, COUNT),
            "gradient_penalty": (0.0, [value for value in NOT_NEGATIVE if value is not None]),
            "r1": (0.0, NOT_NEGATIVE),
        },
    ),
    "gan.ImageAugmentation": (
        lambda height: gan.ImageAugmentation((height, 4)),
        {"height": (4, COUNT)},
    ),
    "gan.ImageAugmentation.__call__": (lambda rng: gan.ImageAugmentation((2, 2))(X, rng), {"rng": R}),
    "gan.Game.seen": (
        lambda rng: gan.Game(augmentation=gan.ImageAugmentation((2, 2))).seen(X, rng),
        {"rng": R},
    ),
    "gan.TrainingTrace": (
        lambda **a: gan.TrainingTrace(gan.GAN(2, 2, hidden=(3,)), X[:, :2], **a),
        {"steps": (3, COUNT), "moments": (2, COUNT)},
    ),
    "gan.check": (
        lambda batch_size: gan.check(pair(), X, None, gan.Game(), batch_size),
        {"batch_size": (10, COUNT)},
    ),
    "gan.dirac_path": (
        gan.dirac_path,
        {"theta": (1.0, REAL), "psi": (1.0, REAL), "steps": (2, FROM_0), "learning_rate": (0.1, POSITIVE)},
    ),
    "gan.discriminator_step": (step_of_D, {"rng": R, "scale": (1.0, NOT_NEGATIVE)}),
    "gan.generator_step": (step_of_G, {"n": (4, []), "rng": R, "scale": (1.0, NOT_NEGATIVE)}),
    "gan.train": (train_gan, {"epochs": (1, COUNT), "batch_size": (10, COUNT), "rng": R}),
    # --- recurrent networks ---
    "rnn.NADE": (rnn.NADE, {"hidden": SIZE, "data_dim": SIZE, "units": (2, COUNT), "rng": R}),
    "rnn.NADE.sample": (lambda rng: rnn.NADE(3, 3, 2).sample(h, rng), {"rng": R}),
    "rnn.CoverageAttention": (
        rnn.CoverageAttention,
        {"d_query": SIZE, "d_place": SIZE, "hidden": (2, COUNT), "rng": R},
    ),
    "rnn.GenerationProbability": (
        rnn.GenerationProbability,
        {"hidden": (4, COUNT), "embedding": SIZE, "rng": R},
    ),
    "rnn.AdditiveAttention": (
        rnn.AdditiveAttention,
        {"d_query": SIZE, "d_place": SIZE, "hidden": (2, COUNT), "rng": R},
    ),
    "rnn.SequenceRegression.init_output_bias": (
        lambda scale: rnn.SequenceRegression(3, 2, 4).init_output_bias(np.zeros(2), scale),
        {"scale": (2.0, SCALE)},
    ),
    "rnn.FrameModel": (
        rnn.FrameModel,
        {
            **{"data_dim": SIZE, "hidden": (4, COUNT), "rng": R, "layers": (1, COUNT)},
            **{"dropout": (0.0, SHARE), "nade": (0, FROM_0), "mixture_components": (0, FROM_0)},
        },
    ),
    "rnn.FrameModel.init_output_bias": (
        rnn.FrameModel(4, 3, mixture_components=1).init_output_bias,
        {"mean": MEAN, "scale": DEVIATION},
    ),
    "rnn.FrameModel.sample": (
        lambda **a: rnn.FrameModel(3, 4).sample(**a),
        {"T": (2, COUNT), "n": (2, COUNT), "rng": R},
    ),
    "rnn.IndependentNotes": (rnn.IndependentNotes, {"hidden": SIZE, "data_dim": SIZE, "rng": R}),
    "rnn.IndependentNotes.sample": (lambda rng: rnn.IndependentNotes(3, 3).sample(h, rng), {"rng": R}),
    "rnn.LanguageModel": (
        lambda **a: rnn.LanguageModel(CHARACTERS, **a),
        {
            **{"hidden": (4, COUNT), "embedding": SIZE, "rng": R},
            **{"layers": (1, COUNT), "dropout": (0.0, SHARE)},
        },
    ),
    "rnn.LanguageModel.initial_state": (lambda **a: text().initial_state(**a), {"batch_size": (2, FROM_0)}),
    "rnn.LanguageModel.generate": (
        lambda **a: text().generate("a", **a),
        {"n": (3, FROM_0), "temperature": (1.0, NOT_NEGATIVE), "rng": R},
    ),
    "rnn.MixtureDensity": (
        rnn.MixtureDensity,
        {"hidden": SIZE, "data_dim": SIZE, "components": (2, COUNT), "rng": R},
    ),
    "rnn.MixtureDensity.sample": (lambda rng: rnn.MixtureDensity(3, 3, 2).sample(h, rng), {"rng": R}),
    "rnn.Seq2Seq": (
        rnn.Seq2Seq,
        {
            **{"source_size": SIZE, "target_size": SIZE, "hidden": (4, COUNT), "embedding": SIZE, "rng": R},
            **{"layers": (1, COUNT), "dropout": (0.0, SHARE)},
        },
    ),
    "rnn.Seq2Seq.loss": (
        lambda **a: translator().loss(
            y := np.zeros((2, 2), int), mask := np.ones((2, 2), bool), y, mask, **a
        ),
        {
            "rng": (Generator(0), [*OTHERS_GENERATORS, None]),
            "scheduled_sampling": (0.5, PROBABILITY),
            "coverage_weight": (0.5, NOT_NEGATIVE),
        },
    ),
    "rnn.Seq2Seq.translate": (
        lambda n: translator().translate(np.zeros((2, 2), int), np.ones((2, 2), bool), n),
        {"n": (3, FROM_0)},
    ),
    "rnn.AcousticModel": (
        rnn.AcousticModel,
        {
            **{"phones": SIZE, "bands": SIZE, "hidden": (4, COUNT), "embedding": SIZE, "rng": R},
            **{"layers": (1, COUNT), "dropout": (0.0, SHARE)},
        },
    ),
    "rnn.train_acoustic": (train_voice, {"epochs": (1, COUNT), "batch_size": (2, COUNT), "rng": R}),
    "rnn.SequenceRegression": (
        rnn.SequenceRegression,
        {"data_dim": SIZE, "target_dim": SIZE, "hidden": (4, COUNT), "rng": R},
    ),
    "rnn.Translator": (
        lambda **a: rnn.Translator(CHARACTERS, CHARACTERS, **a),
        {"hidden": (4, COUNT), "embedding": SIZE, "rng": R},
    ),
    "rnn.Translator.translations": (
        lambda **a: translator().translations("ab", **a),
        {"width": (2, COUNT), "n": (3, COUNT)},
    ),
    "rnn.beam_search": (
        lambda **a: rnn.beam_search(text(), "a", **a),
        {"n": (3, FROM_0), "width": (2, COUNT), "length_penalty": (0.5, NOT_NEGATIVE)},
    ),
    "rnn.generate": (
        lambda **a: rnn.generate(text(), ["a"], **a),
        {
            "n": (3, FROM_0),
            "rng": R,
            "temperature": (1.0, NOT_NEGATIVE),
            "top_k": (2, COUNT),
            "top_p": (0.5, []),
        },
    ),
    "rnn.probabilities": (
        lambda **a: rnn.probabilities(np.zeros(3), **a),
        {"temperature": (1.0, NOT_NEGATIVE), "top_k": (2, COUNT), "top_p": (0.5, [nan, 0.0, -1.0, 1.1, "1"])},
    ),
    "rnn.log_prob": (lambda **a: rnn.log_prob(text(), IDS, **a), {"segment_steps": (20, COUNT)}),
    "rnn.interesting_units": (
        lambda n: rnn.interesting_units(X, {"a": X[:, 0]}, n),
        {"n": (2, FROM_0)},
    ),
    "rnn.remat_loss": (
        lambda segment_steps: rnn.remat_loss(
            lambda x, s: ((x * s).sum(), s), [X], Tensor(np.ones(4), requires_grad=True), segment_steps
        ),
        {"segment_steps": (2, FROM_0)},
    ),
    "rnn.train": (train_text, {"epochs": (1, COUNT), "batch_size": (2, COUNT), "bptt_steps": (5, COUNT)}),
    "rnn.train_frames": (
        train_notes,
        {"epochs": (1, COUNT), "batch_size": (2, COUNT), "rng": R, "weight_noise": (0.1, NOT_NEGATIVE)},
    ),
    "rnn.train_translator": (
        train_pairs,
        {
            **{"epochs": (1, COUNT), "batch_size": (2, COUNT), "rng": R},
            **{"scheduled_sampling": (0.5, PROBABILITY), "coverage_weight": (0.5, NOT_NEGATIVE)},
        },
    ),
    "rnn.truncation_bias": (
        lambda bptt_steps: rnn.truncation_bias(text(), IDS[:10, None], IDS[1:11, None], bptt_steps),
        {"bptt_steps": (3, COUNT)},
    ),
    # --- layers ---
    "nn.Standardise": (nn.Standardise, {"size": (2, COUNT)}),
    "nn.Standardise.fit": (nn.Standardise(4).fit, {"mean": MEAN, "scale": DEVIATION}),
    "nn.Linear": (nn.Linear, {"d_in": SIZE, "d_out": (2, COUNT), "rng": R}),
    "nn.Embedding": (nn.Embedding, {"size": SIZE, "dimension": (2, COUNT), "rng": R}),
    "nn.Dropout": (nn.Dropout, {"p": (0.5, SHARE), "rng": R}),
    "nn.LeakyReLU": (nn.LeakyReLU, {"slope": (0.2, REAL)}),
    "nn.Conv2d": (nn.Conv2d, CONVOLUTION),
    "nn.Conv1d": (nn.Conv1d, CONVOLUTION),
    "nn.ConvTranspose2d": (nn.ConvTranspose2d, CONVOLUTION),
    "nn.ZeroPad2d": (
        lambda margins: nn.ZeroPad2d([1, 1, margins, 1]),
        {"margins": (-1, [nan, inf, 1.5, "2", True, None])},
    ),
    "nn.ZeroPad2d, how many": (
        nn.ZeroPad2d,
        {"margins": ([1, 0, -1, 2], [1, (1, 1), [1, 1, 1], [[1, 1, 1, 1]]])},
    ),
    "nn.BatchNorm": (nn.BatchNorm, {"size": SIZE}),
    "nn.LayerNorm": (nn.LayerNorm, {"shape": SIZE}),
    "nn.GroupNorm": (nn.GroupNorm, {"groups": (3, COUNT), "size": (6, [*COUNT, 4])}),
    "nn.ELU": (nn.ELU, {"alpha": (1.0, REAL)}),
    "nn.MaxPool2d": (nn.MaxPool2d, {"size": (2, COUNT), "stride": (2, [n for n in COUNT if n is not None])}),
    "nn.AvgPool2d": (nn.AvgPool2d, {"size": (2, COUNT), "stride": (2, [n for n in COUNT if n is not None])}),
    "nn.Upsample": (nn.Upsample, {"scale": (2, COUNT)}),
    "nn.MultiheadAttention": (
        nn.MultiheadAttention,
        {"hidden": (6, COUNT), "heads": (2, [*COUNT, 4]), "rng": R},
    ),
    "nn.SpectralNorm": (lambda rng: nn.SpectralNorm(nn.Linear(3, 2), rng), {"rng": R}),
    "nn.RNN": (nn.RNN, layer()),
    "nn.GRU": (nn.GRU, layer()),
    "nn.LSTM": (nn.LSTM, layer(forget_bias=(1.0, REAL))),
    "nn.Recurrent.initial_state": (lambda **a: nn.RNN(3, 4).initial_state(**a), {"batch_size": (2, FROM_0)}),
    "nn.init.chrono": (init.chrono, {"rng": R, "H": SIZE, "max_length": (10, FROM_2)}),
    "nn.init.fan_in_uniform": (init.fan_in_uniform, {"rng": R, "d_in": SIZE, "d_out": SIZE}),
    "nn.init.glorot_uniform": (init.glorot_uniform, {"rng": R, "d_in": SIZE, "d_out": SIZE}),
    "nn.init.he_normal": (init.he_normal, {"rng": R, "d_in": SIZE, "d_out": SIZE}),
    "nn.init.orthogonal": (init.orthogonal, {"rng": R, "n": SIZE}),
    "nn.init.identity": (init.identity, {"rng": R, "n": SIZE}),
    # --- optimisers ---
    "optim.SGD": (lambda **a: optim.SGD([parameter()], **a), rate(momentum=(0.5, SHARE))),
    "optim.Adagrad": (lambda **a: optim.Adagrad([parameter()], **a), rate(eps=EPS)),
    "optim.RMSProp": (lambda **a: optim.RMSProp([parameter()], **a), rate(eps=EPS, beta2=BETA)),
    "optim.Adam": (lambda **a: optim.Adam([parameter()], **a), rate(eps=EPS, beta1=BETA, beta2=BETA)),
    "optim.AdamW": (
        lambda **a: optim.AdamW([parameter()], **a),
        rate(eps=EPS, beta1=BETA, beta2=BETA, weight_decay=(0.1, NOT_NEGATIVE)),
    ),
    "optim.Optimizer.step": (
        lambda scale: optim.Adam([parameter()]).step(scale),
        {"scale": (1.0, NOT_NEGATIVE)},
    ),
    "optim.MovingAverage": (lambda **a: optim.MovingAverage([parameter()], **a), {"decay": (0.9, SHARE)}),
    "optim.clip_grad_norm": (
        lambda **a: optim.clip_grad_norm([parameter()], **a),
        {"maximum": (1.0, [nan, 0.0, -1.0, "1", None])},  # infinity measures the norm alone
    ),
    "optim.Shards": (optim.Shards, {"n": (4, COUNT)}),
    "optim.training_step": (
        step,
        {"scale": (1.0, NOT_NEGATIVE)},
    ),
    "optim.Schedule": (lambda factor: optim.Schedule(factor), {"factor": (lambda t, T: 1.0, [0.5, None])}),
    "optim.schedules.warmup": (schedules.warmup, {"steps": (3, COUNT)}),
    "optim.schedules.step_decay": (
        lambda gamma, milestone: schedules.step_decay([milestone], gamma),
        {"gamma": (0.1, POSITIVE), "milestone": (3, COUNT)},
    ),
    # --- functions and distributions ---
    "functional.leaky_relu": (lambda slope: functional.leaky_relu(X, slope), {"slope": (0.2, REAL)}),
    "functional.elu": (lambda alpha: functional.elu(X, alpha), {"alpha": (0.2, REAL)}),
    "functional.huber_loss": (lambda delta: functional.huber_loss(X, X, delta), {"delta": (1.0, POSITIVE)}),
    "functional.weighted_cross_entropy": (
        lambda **a: functional.weighted_cross_entropy(X, np.arange(40) % 4, **a),
        {
            "ignore_index": (-100, [nan, inf, 1.5, "2", True]),
            "label_smoothing": (0.1, SHARE),
            "class_weights": (
                [1.0, 0.0, 2.0, 3.0],
                [[1.0, nan, 1.0, 1.0], [1.0, -1.0, 1.0, 1.0], [1.0], 2.0],
            ),
        },
    ),
    "functional.max_pool2d": (
        lambda **a: functional.max_pool2d(np.ones((4, 4, 1)), **a),
        {"size": (2, COUNT), "stride": (2, [n for n in COUNT if n is not None])},
    ),
    "functional.avg_pool2d": (
        lambda **a: functional.avg_pool2d(np.ones((4, 4, 1)), **a),
        {"size": (2, COUNT), "stride": (2, [n for n in COUNT if n is not None])},
    ),
    "functional.upsample": (
        lambda scale: functional.upsample(np.ones((4, 4, 1)), scale),
        {"scale": (2, COUNT)},
    ),
    "functional.conv1d": (
        lambda **a: functional.conv1d(np.ones((4, 1)), np.ones((3, 1, 1)), np.ones(1), **a),
        {"stride": (1, COUNT), "padding": (0, FROM_0)},
    ),
    "functional.conv2d": (
        lambda **a: functional.conv2d(np.ones((4, 4, 1)), np.ones((3, 3, 1, 1)), np.ones(1), **a),
        {"stride": (1, COUNT), "padding": (0, FROM_0)},
    ),
    "functional.conv_transpose2d": (
        lambda **a: functional.conv_transpose2d(np.ones((4, 4, 1)), np.ones((3, 3, 1, 1)), np.ones(1), **a),
        {"stride": (1, COUNT), "padding": (0, FROM_0)},
    ),
    "functional.polygamma": (lambda n: functional.polygamma(n, X), {"n": (1, COUNT)}),
    **{
        f"distributions.{type(d).__name__}.sample": (d.sample, {"rng": R, "shape": SHAPE})
        for d in DISTRIBUTIONS
    },
    "distributions.MultivariateNormal.rsample": (FULL.rsample, {"rng": R, "shape": SHAPE}),
    "distributions.DiscretisedLogistic": (
        lambda levels: distributions.DiscretisedLogistic(h, h, levels),
        {"levels": (256, FROM_2)},
    ),
    "distributions.StudentT": (lambda nu: distributions.StudentT(h, h, nu), {"nu": (3.0, POSITIVE)}),
    "distributions.NegativeBinomial": (
        lambda total_count: distributions.NegativeBinomial(total_count, h),
        {"total_count": (3.0, POSITIVE)},
    ),
    "distributions.Gamma": (
        lambda concentration: distributions.Gamma(concentration, h),
        {"concentration": (3.0, POSITIVE)},
    ),
    "distributions.Uniform": (distributions.Uniform, {"low": (0.0, REAL), "high": (1.0, [*REAL, 0.0, -1.0])}),
    # --- evaluation ---
    "evaluation.Classifier": (
        evaluation.Classifier,
        {"data_dim": (4, COUNT), "classes": (2, COUNT), "rng": R},
    ),
    "evaluation.Classifier.fit": (
        lambda **a: evaluation.Classifier(4, 2).fit(X, np.arange(40) % 2, **a),
        {"epochs": (1, COUNT), "rng": R, "batch_size": (10, COUNT), "learning_rate": (1e-3, POSITIVE)},
    ),
    "evaluation.AttributeClassifier": (
        lambda counts=2, **a: evaluation.AttributeClassifier(counts=(2, counts), **a),
        {"data_dim": (4, COUNT), "counts": (2, COUNT), "hidden": (8, COUNT), "rng": R},
    ),
    "evaluation.AttributeClassifier.fit": (
        lambda **a: evaluation.AttributeClassifier(4, (2,)).fit(X, np.arange(40)[:, None] % 2, **a),
        {"epochs": (1, COUNT), "rng": R, "batch_size": (10, COUNT), "learning_rate": (1e-3, POSITIVE)},
    ),
    "evaluation.AttributeClassifier.probabilities": (
        lambda s: evaluation.AttributeClassifier(4, (2,)).probabilities(X, s),
        {"s": (0, FROM_0)},
    ),
    "evaluation.principal_components_errors": (
        lambda **a: evaluation.principal_components_errors(X, X, **a),
        {"k": (2, COUNT)},
    ),
    "evaluation.GaussianKernel": (evaluation.GaussianKernel, {"bandwidth": (1.0, POSITIVE)}),
    "evaluation.LinearPrediction": (evaluation.LinearPrediction, {"order": (2, COUNT)}),
    "evaluation.NGram": (evaluation.NGram, {"order": (2, FROM_0), "concentration": (1.0, POSITIVE)}),
    "evaluation.NGram.fit": (
        lambda **a: evaluation.NGram(1).fit(IDS, **a),
        {"vocabulary_size": (3, COUNT)},
    ),
    "evaluation.best_ngram": (
        lambda **a: evaluation.best_ngram(IDS, IDS, **a),
        {"vocabulary_size": (3, COUNT), "max_order": (1, FROM_0)},
    ),
    "evaluation.active_units": (
        lambda **a: evaluation.active_units(model(), X, **a),
        {"threshold": (0.01, NOT_NEGATIVE)},
    ),
    "evaluation.annealed_log_likelihood": (
        lambda **a: evaluation.annealed_log_likelihood(model(), X[:2], **a),
        {
            **{"rng": R, "temperatures": (2, COUNT), "chains": (2, COUNT)},
            **{"leapfrogs": (1, COUNT), "rows": (10, COUNT)},
        },
    ),
    "evaluation.ProbabilisticPCA": (
        lambda k: evaluation.ProbabilisticPCA(np.zeros(3), np.array([3.0, 2.0, 1.0]), np.eye(3), k),
        {"k": (2, [*COUNT, 3])},
    ),
    "evaluation.ProbabilisticPCA.sample": (lambda **a: ppca().sample(**a), {"n": (2, COUNT), "rng": R}),
    "evaluation.ProbabilisticPCA.conditional_mean": (
        lambda noise: ppca().conditional_mean(np.ones((2, 3)), None, noise),
        {"noise": (0.5, NOT_NEGATIVE)},
    ),
    "evaluation.best_ppca": (
        lambda counts: evaluation.best_ppca(X, X, counts),
        {"counts": ([2], [[0], [-1], [1.5]])},
    ),
    "evaluation.slant": (
        lambda image_shape: evaluation.slant(X + 1, image_shape),
        {"image_shape": ((2, 2), [(4,), 4, (1, 2, 2, 1)])},
    ),
    "evaluation.stroke_width": (
        lambda image_shape: evaluation.stroke_width(X + 1, image_shape),
        {"image_shape": ((2, 2), [(4,), 4, (1, 2, 2, 1)])},
    ),
    "evaluation.GaussianMixture.fit": (
        lambda **a: evaluation.GaussianMixture.fit(X, **a),
        {"components": (2, COUNT), "rng": R, "steps": (1, COUNT), "floor": (1e-6, POSITIVE)},
    ),
    "evaluation.GaussianMixture.em_step": (
        lambda floor: mixture().em_step(X[:, :1], floor),
        {"floor": (1e-6, POSITIVE)},
    ),
    "evaluation.GaussianMixture.sample": (lambda **a: mixture().sample(**a), {"n": (2, COUNT), "rng": R}),
    "evaluation.best_mixture": (
        lambda **a: evaluation.best_mixture(X, X, counts=(2,), **a),
        {"rng": R, "floor": (1e-6, POSITIVE)},
    ),
    "evaluation.bits_per_dimension": (
        lambda **a: evaluation.bits_per_dimension(np.ones(2), **a),
        {"dimensions": (3, COUNT), "levels": (4, COUNT)},
    ),
    "evaluation.class_histogram": (
        lambda **a: evaluation.class_histogram([0, 1], [0, 1], **a),
        {"classes": (2, COUNT)},
    ),
    "evaluation.class_shares": (
        lambda **a: evaluation.class_shares(evaluation.Classifier(4, 2), X, **a),
        {"classes": (2, FROM_2), "threshold": (0.5, SHARE)},
    ),
    "evaluation.density_coverage": (lambda k: evaluation.density_coverage(X, X, k), {"k": (5, COUNT)}),
    "evaluation.precision_recall": (lambda k: evaluation.precision_recall(X, X, k), {"k": (3, COUNT)}),
    "evaluation.importance_sampled_log_likelihood": (
        lambda **a: evaluation.importance_sampled_log_likelihood(model(), X, **a),
        {"k": (2, COUNT), "rng": R, "rows": (10, COUNT)},
    ),
    "evaluation.independent_categorical_log_prob": (
        lambda levels: evaluation.independent_categorical_log_prob(np.ones((2, 2)), np.ones((2, 2)), levels),
        {"levels": (2, FROM_2)},
    ),
    "evaluation.level_shares": (
        lambda levels: evaluation.level_shares(np.ones((2, 2)), levels),
        {"levels": (2, FROM_2)},
    ),
    "evaluation.kmeans_centroids": (
        lambda **a: evaluation.kmeans_centroids(X, **a),
        {"k": (3, FROM_0), "rng": R},
    ),
    "evaluation.median_distance": (lambda rows: evaluation.median_distance(X, rows), {"rows": (30, FROM_2)}),
    "evaluation.mmd": (
        lambda blocks: evaluation.mmd(X, X, evaluation.cubic_kernel, blocks),
        {"blocks": (4, FROM_2)},
    ),
    "evaluation.modes_captured": (
        lambda **a: evaluation.modes_captured(X, X[:3], **a),
        {"sigma": (0.1, POSITIVE), "at_least": (1, COUNT)},
    ),
    "evaluation.rate_and_distortion": (
        lambda **a: evaluation.rate_and_distortion(model(), X, **a),
        {"rng": R, "samples": (1, COUNT), "rows": (10, COUNT)},
    ),
    "evaluation.first_words": (lambda n: evaluation.first_words("one two three", n), {"n": (2, FROM_0)}),
    "evaluation.ClassGaussians.fit": (
        lambda k: evaluation.ClassGaussians.fit(X, np.arange(40) % 2, k),
        {"k": (2, COUNT)},
    ),
    "evaluation.ClassGaussians.sample": (
        lambda rng: evaluation.ClassGaussians.fit(X, np.arange(40) % 2, 2).sample(np.array([0, 1]), rng),
        {"rng": R},
    ),
    "evaluation.MarkovNotes.fit": (
        lambda order: evaluation.MarkovNotes.fit(NOTES, order=order),
        {"order": (1, [*FROM_0, 2])},
    ),
    "evaluation.MarkovNotes.sample": (
        lambda T, n, rng: evaluation.MarkovNotes.fit(NOTES).sample(T, n, rng),
        {"T": (2, COUNT), "n": (2, COUNT), "rng": R},
    ),
    "evaluation.pitch_classes": (
        lambda first: evaluation.pitch_classes(NOTES, first),
        {"first": (60, FROM_0)},
    ),
    "evaluation.mel_cepstrum": (
        lambda coefficients: evaluation.mel_cepstrum(X, coefficients),
        {"coefficients": (2, [*COUNT, 4])},
    ),
    "evaluation.mel_cepstral_distortion": (
        lambda coefficients: evaluation.mel_cepstral_distortion(X, X, coefficients),
        {"coefficients": (2, [*COUNT, 4])},
    ),
    "evaluation.warped_distortion": (
        lambda coefficients: evaluation.warped_distortion(X, X, coefficients),
        {"coefficients": (2, [*COUNT, 4])},
    ),
    "evaluation.distinct_n": (lambda n: evaluation.distinct_n("one two three", n), {"n": (2, COUNT)}),
    "evaluation.sounding_seconds": (
        lambda **a: evaluation.sounding_seconds(np.ones(20), **a),
        {"rate": (100, POSITIVE), "below": (-40.0, [*REAL, 0.0, 1.0])},
    ),
    "evaluation.chrf": (
        lambda **a: evaluation.chrf(["abc"], [["abd"]], **a),
        {"order": (6, COUNT), "beta": (2.0, POSITIVE)},
    ),
    "evaluation.copied_share": (
        lambda n: evaluation.copied_share(["one two"], ["one two"], n),
        {"n": (1, COUNT)},
    ),
    "evaluation.repeated_share": (lambda n: evaluation.repeated_share(["one two"], n), {"n": (1, COUNT)}),
    "evaluation.WordTranslations": (
        lambda iterations: evaluation.WordTranslations([("a", "b")], iterations),
        {"iterations": (2, COUNT)},
    ),
    "evaluation.rouge_n": (lambda n: evaluation.rouge_n("one two", "one three", n), {"n": (1, COUNT)}),
    "evaluation.two_sample_scores": (
        lambda **a: evaluation.two_sample_scores(X[:20], X[20:], X[20:] + 0.1, **a),
        {"max_examples": (40, [*COUNT, 19])},
    ),
    # --- data ---
    "data.RollFormat": (data.RollFormat, {"tempo": (90.0, POSITIVE), "velocity": (64, [*COUNT, 128])}),
    "data.batches": (
        lambda **a: list(data.batches(X, **a)),
        {"batch_size": (10, COUNT), "rng": (Generator(0), WITHOUT_PERMUTATION)},
    ),
    "data.batches_by_length": (
        lambda **a: list(data.batches_by_length(NOTES, **a)),
        {"batch_size": (2, COUNT), "pool": (2, COUNT), "rng": (Generator(0), WITHOUT_PERMUTATION)},
    ),
    "data.text_chunks": (
        lambda **a: list(data.text_chunks(IDS, **a)),
        {"batch_size": (2, COUNT), "length": (5, COUNT)},
    ),
    "data.preprocessing.binarise.threshold": (
        lambda at: binarise.threshold(X, at),
        {"at": (0.5, PROBABILITY)},
    ),
    "data.preprocessing.binarise.bernoulli": (
        lambda rng: binarise.bernoulli(X, rng),
        {"rng": (Generator(0), WITHOUT_RANDOM)},
    ),
    "data.preprocessing.dequantise.dequantise": (
        lambda **a: dequantise.dequantise(IDS, **a),
        {"levels": (3, COUNT), "rng": (Generator(0), WITHOUT_RANDOM)},
    ),
    "data.preprocessing.dequantise.quantise": (
        lambda levels: dequantise.quantise(X, levels),
        {"levels": (3, COUNT)},
    ),
    "data.preprocessing.mdct.mdct": (lambda D: mdct.mdct(np.ones(20), D), {"D": (4, COUNT)}),
    "data.preprocessing.mel.mel_filters": (
        mel.mel_filters,
        {
            **{"rate": (8000, POSITIVE), "length": (256, COUNT), "bands": (10, COUNT)},
            **{"lowest": (0.0, REAL), "highest": (4000.0, [nan, inf, "1"])},
        },
    ),
    "data.preprocessing.mel.log_mel": (
        lambda floor: mel.log_mel(np.ones((2, 3)), np.ones((3, 2)), floor),
        {"floor": (1e-10, POSITIVE)},
    ),
    "data.preprocessing.stft.stft": (
        lambda **a: stft.stft(np.ones(100), **a),
        {"length": (8, COUNT), "hop": (4, COUNT)},
    ),
    "data.preprocessing.griffin_lim.griffin_lim": (
        lambda **a: griffin_lim.griffin_lim(np.ones((3, 5)), length=8, hop=4, **a),
        {"N": (8, COUNT), "steps": (1, COUNT), "momentum": (0.5, SHARE), "rng": R},
    ),
    "data.preprocessing.pre_emphasis.pre_emphasis": (
        lambda a: pre_emphasis.pre_emphasis(np.ones(3), a),
        {"a": (0.97, SHARE)},
    ),
    "data.preprocessing.pre_emphasis.de_emphasis": (
        lambda a: pre_emphasis.de_emphasis(np.ones(3), a),
        {"a": (0.97, SHARE)},
    ),
    "data.preprocessing.silence.sounding": (
        lambda **a: silence.sounding(np.ones(20), **a),
        {"rate": (100, POSITIVE), "below": (-40.0, [*REAL, 0.0, 1.0])},
    ),
    "data.preprocessing.silence.trimmed": (
        lambda **a: silence.trimmed(np.ones(20), **a),
        {"rate": (100, POSITIVE), "peak": (0.9, POSITIVE)},
    ),
    "data.preprocessing.mel_inversion.spectrum_of_mel": (
        lambda steps: mel_inversion.spectrum_of_mel(np.ones((2, 2)), np.ones((3, 2)), steps),
        {"steps": (1, FROM_0)},
    ),
    # --- runs ---
    "runs.EarlyStopping": (
        lambda **a: runs.EarlyStopping("loss", higher_is_better=False, **a),
        {"patience": (2, COUNT)},
    ),
    "runs.History.epochs": (lambda n: list(runs.History().epochs(n)), {"n": (2, FROM_0)}),
}
