"""Mistakes in a user's own loss, model, data or loop: the message names them, and not the machinery that met them.

Each is one line: what is wrong, and the way out. An error of Python's from inside the library, such as "'float'
object has no attribute 'backward'", says neither.
"""

import json

import numpy as np
import pytest

from scratchgen import (
    BadInput,
    Generator,
    Tensor,
    cli,
    data,
    distributions,
    evaluation,
    functional,
    gan,
    nn,
    optim,
    rnn,
    runs,
    vae,
)
from scratchgen import load as load_model
from scratchgen.data import CharacterTokenizer
from scratchgen.runs import EarlyStopping, History, Run, RunConfig, read_record

X = np.random.default_rng(0).random((40, 6)).astype(np.float32)
IDS = np.tile(np.arange(3), 40)
CHARACTERS = CharacterTokenizer("abc")
FRAMES = [np.ones((5, 3), np.float32)] * 2


class Own(optim.Stateful):
    """A loss of one's own: what a function of (bound, number of examples) returns."""

    def __init__(self, result):
        self.result = result

    def __call__(self, model, x, rng):
        return self.result(-model.elbo(x, rng), len(x))


def train(model=None, x=X, **how):
    model = model or vae.VAE(6, 2, 5, Generator(0))
    parameters = model.parameters() if isinstance(model, nn.Module) else [nn.Parameter(np.ones(1))]
    how = {"optimizer": optim.Adam(parameters), "run": History(), "rng": Generator(0), **how}
    vae.train(model, x, how.pop("validation", X), how.pop("run"), epochs=1, batch_size=8, **how)


def play(model=None, x=X, **how):
    model = model or gan.GAN(6, 2, Generator(0), hidden=(4,))
    players = {f"optimizer_{p}": optim.Adam(getattr(model, p, nn.Linear(1, 1)).parameters()) for p in "GD"}
    gan.train(model, x, History(), epochs=1, batch_size=8, rng=Generator(0), **{**players, **how})


def read(ids=IDS, model=None, **how):
    model = model or rnn.LanguageModel(CHARACTERS, 4, 3, Generator(0))
    how = {"optimizer": optim.Adam(model.parameters()), **how}
    rnn.train(model, ids, IDS, History(), epochs=1, batch_size=2, bptt_steps=5, **how)


def play_frames(sequences):
    model = rnn.FrameModel(3, 4)
    how = {"optimizer": optim.Adam(model.parameters()), "rng": Generator(0), "epochs": 1, "batch_size": 2}
    rnn.train_frames(model, sequences, FRAMES, History(), **how)


def translate(pairs):
    model = rnn.Translator(CHARACTERS, CHARACTERS, 4, 3)
    how = {"optimizer": optim.Adam(model.parameters()), "rng": Generator(0), "epochs": 1, "batch_size": 2}
    rnn.train_translator(model, pairs, pairs, History(), **how)


def take_step(result):
    p = nn.Parameter(np.ones(3))
    optim.training_step(lambda: result(p), optim.SGD([p]))


class Networks(vae.LatentModel, nn.Module):
    """A VAE whose encoder or decoder returns something else."""

    latent_dim = 2

    def __init__(self, posterior=distributions.Normal, likelihood=distributions.Bernoulli):
        self.mu, self.logvar, self.logits = nn.Linear(6, 2), nn.Linear(6, 2), nn.Linear(2, 6)
        self.posterior, self.of_x = posterior, likelihood

    def encode(self, x):
        return self.posterior(self.mu(x), self.logvar(x))

    def decode(self, z):
        return self.of_x(self.logits(z))


class Players(gan.AdversarialPair):
    latent_dim = 4

    def __init__(self, D, width=6):
        self.G, self.D = nn.Sequential(nn.Linear(4, width), nn.Sigmoid()), D


class Flat(nn.Linear):
    def forward(self, x):
        return super().forward(x)[:, 0]


def epoch(run, **numbers):
    for _ in run.epochs(1):
        run.log(**numbers)


def stopping(name, **tracked):
    run = History()
    run.track(**tracked)
    run.stop_early(EarlyStopping(name, 2, higher_is_better=False))
    epoch(run, loss=1.0)


def carried(network):
    """Two batches whose state is carried from one to the next with its graph."""
    state = None
    for _ in range(2):
        h, state = network(np.ones((4, 2, 3), np.float32), state)
        (h**2).sum().backward()


MINE = "one value per example and a dictionary of numbers to log"
REFUSED = {
    # --- losses ---
    "a loss that returns the values alone": (lambda: train(loss=Own(lambda v, B: v)), TypeError, MINE),
    "a loss that returns nothing": (
        lambda: train(loss=Own(lambda v, B: None)),
        TypeError,
        r"not None \(is a `return` missing",
    ),
    "a loss that returns a list": (lambda: train(loss=Own(lambda v, B: [v, {}])), TypeError, MINE),
    "a loss that returns three things": (
        lambda: train(loss=Own(lambda v, B: (v, {}, 1))),
        TypeError,
        r"not a tuple of \(Tensor, dict, int\)",
    ),
    "a loss of a number": (
        lambda: train(loss=Own(lambda v, B: (v.mean().item(), {}))),
        TypeError,
        "are a tensor, not",
    ),
    "a loss of an array": (
        lambda: train(loss=Own(lambda v, B: (v.numpy(), {}))),
        TypeError,
        "return the tensor itself",
    ),
    "a mean loss": (
        lambda: train(loss=Own(lambda v, B: (v.mean(), {}))),
        ValueError,
        r"of shape \(8,\), not of shape \(\); do not take the mean",
    ),
    "a loss per pixel": (
        lambda: train(loss=Own(lambda v, B: (v[:, None], {}))),
        ValueError,
        r"not of shape \(8, 1\)",
    ),
    "a loss without a gradient": (
        lambda: train(loss=Own(lambda v, B: (v.detach(), {}))),
        ValueError,
        "the loss depends on no parameter",
    ),
    "arrays to log": (
        lambda: train(loss=Own(lambda v, B: (v, {"bound": v.numpy()}))),
        TypeError,
        "'bound' is an object of type ndarray",
    ),
    "a function without a state": (
        lambda: train(loss=lambda model, x, rng: (-model.elbo(x), {})),
        TypeError,
        r"has no state_dict\(\).* derived from optim\.Stateful",
    ),
    "the class of a loss": (lambda: train(loss=vae.BetaLoss), TypeError, "not the class BetaLoss"),
    "the name of a loss": (
        lambda: train(loss="elbo"),
        TypeError,
        r"called as loss\(model, x, rng\), not 'elbo'",
    ),
    "an objective that returns its loss alone": (
        lambda: take_step(lambda p: (p**2).sum()),
        TypeError,
        "as in `return loss, {}`",
    ),
    "an objective that returns nothing": (
        lambda: take_step(lambda p: None),
        TypeError,
        "is a `return` missing",
    ),
    "an objective of a float": (
        lambda: take_step(lambda p: ((p**2).sum().item(), {})),
        TypeError,
        "the loss is a tensor, not",
    ),
    "an objective of three numbers": (
        lambda: take_step(lambda p: (p**2, {})),
        ValueError,
        r"a single number, not of shape \(3,\); take its \.mean\(\)",
    ),
    "an objective that is computed already": (
        lambda: optim.training_step(((p := nn.Parameter(np.ones(2))) ** 2).sum(), optim.SGD([p])),
        TypeError,
        "the objective is a function that computes the loss anew",
    ),
    # --- models ---
    "a model that is no latent-variable model": (
        lambda: train(nn.Sequential(nn.Linear(6, 6))),
        TypeError,
        r"a Sequential has no encode\(\); derive the model from vae\.LatentModel",
    ),
    "an encoder that returns two arrays": (
        lambda: train(Networks(posterior=lambda mu, logvar: (mu, logvar))),
        TypeError,
        r"encode\(x\) returns the posterior, a distributions\.Normal, not a tuple of \(Tensor, Tensor\)",
    ),
    "a decoder that returns logits": (
        lambda: train(Networks(likelihood=lambda logits: logits)),
        TypeError,
        r"decode\(z\) returns a distribution of x",
    ),
    "a pair that is none": (
        lambda: play(vae.VAE(6, 2, 5)),
        TypeError,
        "a pair of players G and D, not a VAE; derive it from gan.AdversarialPair",
    ),
    "a discriminator without a last axis": (
        lambda: play(Players(Flat(6, 1))),
        BadInput,
        r"D returns one logit per row, of shape \(8, 1\), not \(8,\)",
    ),
    "a discriminator with two logits": (lambda: play(Players(nn.Linear(6, 2))), BadInput, r"not \(8, 2\)"),
    "a generator of other rows": (
        lambda: play(Players(nn.Linear(6, 1), width=5)),
        BadInput,
        r"G makes examples of shape \(5,\), and the real ones have \(6,\)",
    ),
    "a language model that is none": (
        lambda: read(model=rnn.FrameModel(3, 4)),
        TypeError,
        "the model is an rnn.LanguageModel, and a FrameModel has no loss",
    ),
    "a model in place of its parameters": (
        lambda: optim.Adam(vae.VAE(6, 2, 5)),
        TypeError,
        r"model\.parameters\(\)",
    ),
    # --- parts of a loop ---
    "the name of an optimiser": (lambda: train(optimizer="adam"), TypeError, "not 'adam'"),
    "the class of an optimiser": (lambda: train(optimizer=optim.Adam), TypeError, "not the class Adam"),
    "the name of a schedule": (lambda: train(schedule="cosine"), TypeError, "not 'cosine'"),
    "a schedule that was not called": (
        lambda: read(schedule=optim.schedules.half_cosine),
        TypeError,
        r"such as optim\.schedules\.half_cosine\(\), not an object of type function",
    ),
    "a path in place of a run": (lambda: train(run="runs/mine"), TypeError, "run records the training"),
    "the name of a game": (lambda: play(game="wasserstein"), TypeError, r"a gan\.Game, such as"),
    "another library's generator": (
        lambda: train(rng=np.random.default_rng(0)),
        TypeError,
        r"numpy\.random\._generator\.Generator, not a Generator of scratchgen",
    ),
    # --- data ---
    "a list of examples": (
        lambda: train(x=X.tolist()),
        BadInput,
        "images: an object of type list has no rows.*make it an array",
    ),
    "a list of held-out examples": (
        lambda: train(validation=X.tolist()),
        BadInput,
        "validation: an object of type list",
    ),
    "an iterator of examples": (
        lambda: play(x=iter(X)),
        BadInput,
        "images: an object of type iterator has no rows",
    ),
    "a whole data set": (
        lambda: train(x=data.load_images("digits")),
        BadInput,
        r"a RowData has three parts; give one of them, data\.train",
    ),
    "no held-out examples": (lambda: train(validation=X[:0]), BadInput, "validation: there are no examples"),
    "images that are no rows": (
        lambda: play(x=X.reshape(40, 2, 3)),
        BadInput,
        r"images are rows \(N, D\), not of shape \(40, 2, 3\)",
    ),
    "rows of another length": (
        lambda: train(x=X[:, :5]),
        ValueError,
        r"Linear\(6, 5\) takes rows of 6 numbers, \(\.\.\., 6\), not \(8, 5\)",
    ),
    "sequences of another width": (
        lambda: nn.RNN(3, 4)(np.ones((5, 1, 2), np.float32)),
        ValueError,
        r"this network reads sequences \(T, B, 3\), not \(5, 1, 2\)",
    ),
    "NaN for an unbounded game": (
        lambda: play(gan.GAN(6, 2, hidden=(4,), bounded=False), np.where(X > 0.9, np.nan, X)),
        BadInput,
        "the data contain NaN or infinity",
    ),
    "a text that is not encoded": (
        lambda: read("abc" * 40),
        BadInput,
        r"encode it, model\.tokenizer\.encode\(text\)",
    ),
    "a text as a column": (lambda: read(IDS[:, None]), BadInput, r"not an array of shape \(120, 1\)"),
    "numbers that are no symbols": (lambda: read(IDS + 1), BadInput, "symbols are numbered 0 … 2"),
    "one text as prompts": (
        lambda: rnn.generate(rnn.LanguageModel(CHARACTERS, 4, 3), "ab", 2, Generator(0)),
        TypeError,
        "the prompts are a list of texts",
    ),
    "frames as lists": (
        lambda: play_frames([x.tolist() for x in FRAMES]),
        BadInput,
        r"a sequence is an array \(T, \.\.\.\), not a list",
    ),
    "pairs of texts": (lambda: translate([("ab", "b")]), BadInput, r"model\.encode_pairs\(pairs\)"),
    "an empty target": (
        lambda: translate([(np.array([0]), np.array([], int))]),
        BadInput,
        "integer arrays that are not empty",
    ),
    # --- runs ---
    "a function to track": (lambda: History().track(model=print), TypeError, "model has no state"),
    "another generator to track": (
        lambda: History().track(rng=np.random.default_rng(0)),
        TypeError,
        "rng has no state.* a Generator of sg.random",
    ),
    "a text to log": (
        lambda: epoch(History(), loss="low"),
        TypeError,
        "a run logs numbers, and loss is 'low'",
    ),
    "an array to log": (lambda: epoch(History(), loss=X), TypeError, "loss is an object of type ndarray"),
    "early stopping on a number that is not logged": (
        lambda: stopping("validation", model=nn.Linear(1, 1)),
        BadInput,
        "early stopping watches 'validation', and this epoch logged loss",
    ),
    "early stopping without a model": (
        lambda: stopping("loss"),
        BadInput,
        r"needs the model.*run\.track\(model=model\)",
    ),
    "early stopping by a number": (lambda: History().stop_early(3), TypeError, "is an EarlyStopping, not 3"),
    "an observer that cannot look": (lambda: History().observe(a=3), TypeError, r"a has no method look\(\)"),
    "a logger that is none": (lambda: History().add_logger(3), TypeError, "a logger is a function"),
    # --- graphs ---
    **{
        f"a state carried by {cell.__name__}": (
            lambda cell=cell: carried(cell(3, 4)),
            RuntimeError,
            r"a state carried from an earlier batch, detach it, state = state\.detach\(\)",
        )
        for cell in (nn.RNN, nn.LSTM, nn.GRU)
    },
}


@pytest.mark.parametrize(("call", "error", "message"), REFUSED.values(), ids=REFUSED)
def test_a_mistake_is_named_in_one_line(call, error, message):
    with pytest.raises(error, match=message) as refusal:
        call()
    assert "\n" not in str(refusal.value)


USES = {
    "sample": lambda model: model.sample(3),
    "sample(draw=True)": lambda model: model.sample(3, draw=True),
    "reconstruct": lambda model: model.reconstruct(X),
    "elbo": lambda model: model.elbo(X),
    "iwae_bound": lambda model: model.iwae_bound(X, 2),
    "log_likelihood": lambda model: model.log_likelihood(X, 2),
    "active_units": lambda model: evaluation.active_units(model, X),
    "rate_and_distortion": lambda model: evaluation.rate_and_distortion(model, X, Generator(0), 3),
    "annealed_log_likelihood": lambda model: evaluation.annealed_log_likelihood(
        model, X, Generator(0), 5, 2, 2
    ),
}
WITHOUT_ENCODER = ("sample", "sample(draw=True)", "annealed_log_likelihood")


@pytest.mark.parametrize("use", USES)
def test_what_is_no_posterior_and_no_likelihood_is_named_by_every_use_of_a_model(use):
    USES[use](Networks())
    if use != "active_units":  # which has no need of a decoder
        with pytest.raises(
            TypeError, match=r"^decode\(z\) returns a distribution of x, such as .*, not None$"
        ):
            USES[use](Networks(likelihood=lambda logits: None))
    if use not in WITHOUT_ENCODER:
        with pytest.raises(
            TypeError, match=r"^encode\(x\) returns the posterior, .*, not a tuple of \(Tensor,"
        ):
            USES[use](Networks(lambda mu, logvar: (mu, logvar)))


def test_the_right_code_beside_these_mistakes_runs():
    train(Networks())
    train(loss=Own(lambda values, B: (values, {"bound": -values.mean().item()})))
    play(Players(nn.Linear(6, 1)))
    take_step(lambda p: ((p**2).sum(), {}))
    read(IDS.tolist())
    state = None
    for _ in range(2):
        h, state = nn.GRU(3, 4)(np.ones((4, 2, 3), np.float32), state)
        assert h.shape == (4, 2, 4) and np.isfinite(h.numpy()).all()
        (h**2).sum().backward()
        state = state.detach()


def test_lists_are_converted_where_a_network_reads_them():
    """An iterator that yields lists, for instance."""
    for network, x in (
        (nn.Sequential(nn.Linear(6, 2), nn.Tanh()), X),
        (nn.RNN(3, 4), np.ones((4, 2, 3))),
        (vae.VAE(6, 2, 5).elbo, X),
    ):
        found = network(x.astype(np.float64).tolist())
        assert (found if isinstance(found, Tensor) else found[0]).dtype == np.float64
    y = rnn.LanguageModel(CHARACTERS, 4, 3)(IDS[:4, None].tolist())[0]
    assert functional.softmax_cross_entropy(y, IDS[1:5, None]).shape == (4, 1)


# --- the scale of the data ----------------------------------------------------------------------------------


def diverged(x):
    """The message of a VAE whose Gaussian has a sigma that does not follow the scale of the data."""
    model = Networks(likelihood=lambda mean: distributions.Normal(mean, 0 * mean))
    with pytest.raises(optim.Diverged) as error:
        train(model, x.astype(np.float32))
    return str(error.value)


@pytest.mark.parametrize(
    ("scale", "range_"), [(255, "from 2.53841 to 254.289"), (1e6, "from 9954.56 to 997210")]
)
def test_data_of_another_scale_are_named_where_a_training_diverges_and_not_the_learning_rate(scale, range_):
    message = diverged(scale * X)
    assert message.startswith("training diverged in step 1 of epoch 1: the loss is ")
    assert f"scale the data, which are {range_}, to [0, 1] or to mean 0 and standard deviation 1" in message
    assert "learning rate" not in message


def test_a_first_step_that_is_not_finite_is_not_blamed_on_the_learning_rate():
    p = nn.Parameter(np.ones(2))
    with pytest.raises(
        optim.Diverged, match="no weight has changed yet, so the learning rate is not the reason"
    ):
        optim.training_step(lambda: ((p * np.inf).sum(), {}), optim.SGD([p], 0.1))


def test_a_later_step_on_data_of_the_order_of_1_is_blamed_on_the_learning_rate_alone():
    p = nn.Parameter(np.ones(2))
    optimizer = optim.SGD([p], 1e200)
    with pytest.raises(optim.Diverged) as error, np.errstate(all="ignore"):
        for _ in range(3):
            optim.training_step(lambda: ((p**4).sum(), {}), optimizer, data=X)
    message = str(error.value)
    assert "choose a learning rate below 1e+200" in message and "scale the data" not in message


# --- runs that a program made -------------------------------------------------------------------------------


def test_numbers_that_are_not_finite_are_logged_and_read_again(tmp_path):
    """JSON has no word for them: the file held NaN, and was called damaged."""
    model = nn.Linear(1, 1)
    run = Run(tmp_path / "run", {}, quiet=True)
    run.track(model=model)
    epoch(run, loss=float("nan"), bound=float("inf"), fine=1.5)
    run.save(model)
    (line,) = (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()
    assert json.loads(line) == {"epoch": 1, "loss": None, "bound": None, "fine": 1.5}
    (found,) = read_record(tmp_path / "run").epochs
    assert np.isnan([found["loss"], found["bound"]]).all() and found["fine"] == 1.5
    (tmp_path / "run" / "metrics.jsonl").write_text('{"epoch": 1, "loss": NaN}\n')  # of an earlier version
    assert np.isnan(read_record(tmp_path / "run").epochs[0]["loss"])


NO_CONFIGURATIONS = {
    "nothing": (None, "a dictionary of its settings, not None"),
    "a text": ("vae", "a dictionary of its settings, not 'vae'"),
    "a negative seed": (RunConfig(seed=-1), r"seed"),
    "another type": (RunConfig(data=3), "Expected `str`, got `int`"),
    "NaN among the settings": (RunConfig(settings={"rate": float("nan")}), "finite numbers"),
    "NumPy's numbers among the settings": (RunConfig(settings={"rate": np.float32(1)}), "JSON values"),
}


@pytest.mark.parametrize(("config", "message"), NO_CONFIGURATIONS.values(), ids=NO_CONFIGURATIONS)
def test_a_configuration_that_could_not_be_read_again_is_refused_at_once(config, message, tmp_path):
    with pytest.raises(BadInput, match=message):
        Run(tmp_path / "run", config, quiet=True)
    assert not (tmp_path / "run" / "config.json").exists()


def test_a_run_of_a_task_that_a_program_made_is_not_called_damaged(tmp_path, monkeypatch, capfd):
    """Its model is there; what `scratchgen train` writes about the data is not."""
    monkeypatch.chdir(tmp_path)
    model = vae.VAE(6, 2, 5)
    for name, config in (("vae", RunConfig(task="vae", family="vae")), ("mine", RunConfig(task="mine"))):
        Run(name, config, quiet=True).save(model)
        for command in (
            ("sample", name, "--out", "x.png"),
            ("evaluate", name),
            ("train", "vae", "--resume", name),
        ):
            with pytest.raises(SystemExit) as ended:
                cli.main([*command])
            (line,) = capfd.readouterr().err.splitlines()
            assert ended.value.code == 2 and "made in Python" in line and "sg.load(directory)" in line
            assert "damaged" not in line and "train again" not in line
    assert type(load_model("vae")) is vae.VAE


def test_states_that_cannot_be_saved_and_data_that_were_longer_are_named(tmp_path):
    run = Run(tmp_path / "run", {}, quiet=True)
    run.track(carried={"best": [np.float32(1)]})
    with pytest.raises(TypeError, match=r"the run cannot be saved \(Object of type float32"):
        epoch(run, loss=1.0)
    history, again = History(), History()
    model = nn.Linear(1, 1)
    for run in (history, again):
        run.track(model=model)
    for _ in history.epochs(1):
        for step in history.steps(range(3)):
            if step == 2:
                again.resume(*history.state())
    with pytest.raises(BadInput, match="saved after 2 steps of an epoch, and the data have 1"):
        for _ in again.epochs(1):
            list(again.steps(range(1)))


def test_a_checkpoint_of_another_model_is_named(tmp_path):
    first, other = History(), History()
    first.track(model=nn.Linear(1, 2))
    other.track(model=nn.Linear(1, 1))
    other.resume(*first.state())
    with pytest.raises(BadInput, match=r"the checkpoint does not fit model: .* resume with the objects"):
        list(other.epochs(1))


def test_numpys_numbers_in_a_tracked_dictionary_are_saved_and_restored(tmp_path):
    """A truth value of NumPy's has no JSON: the run ended in an error of the encoder."""
    state = {"done": np.bool_(True), "best": np.float32(0.5), "count": np.int64(3)}
    arrays, numbers = runs.state.pack({"carried": state})
    assert (
        json.loads(json.dumps(numbers)) == {"carried": {"done": True, "best": 0.5, "count": 3}} and not arrays
    )
