"""The view in a debugger: a short stack, variables that fit on one line, scalar loops to step through."""

import functools
import sys

import numpy as np
import pytest

import scratchgen_kernels as kernels
from scratchgen import Tensor, defvjp, primitive
from scratchgen.autograd import inspect
from scratchgen.autograd.primitives import TABLE
from scratchgen.data import CharacterTokenizer
from scratchgen.data.sets import gaussians
from scratchgen.distributions import Bernoulli, Categorical, Normal
from scratchgen.gan import GAN, ConvGAN
from scratchgen.optim import Adam
from scratchgen.random import Generator
from scratchgen.rnn import CELLS, LanguageModel
from scratchgen.vae import VAE, VQVAE, ConvVAE
from scratchgen.vae.likelihoods import DiscretisedCategorical, FiniteNormal

# --- the stack --------------------------------------------------------------------------------------------

WIDTH = 110  # characters of a line in a pane of variables, and of this source


def leaf(*shape):
    return Tensor(np.ones(shape), requires_grad=True)


class Stack:
    """The functions between a line of this file and the function under test, innermost first."""

    def __init__(self):
        self.functions, self.frames = [], []

    def noting(self, function):
        @functools.wraps(function)
        def noted(*args, **options):
            self.functions, self.frames = [], []
            frame = sys._getframe(1)
            while frame.f_code.co_filename != __file__:
                self.functions.append(frame.f_code.co_qualname)
                self.frames.append(frame)
                frame = frame.f_back
            return function(*args, **options)

        return noted


@pytest.fixture
def stack(monkeypatch):
    """The stack at the latest product: at its computation, or at its derivative."""
    stack, entry = Stack(), TABLE[np.multiply]
    monkeypatch.setattr(entry, "function", stack.noting(entry.function))
    monkeypatch.setattr(entry, "rules", tuple(map(stack.noting, entry.rules)))
    return stack


def test_between_a_line_and_the_operation_that_it_calls_are_two_functions(stack):
    x = leaf(3)
    for product, method in (
        (lambda: x * x, "Tensor.__mul__"),
        (lambda: np.multiply(x, x), "Tensor.__array_ufunc__"),
        (lambda: 2 * x, "Tensor.__rmul__"),
    ):
        product()
        assert stack.functions == ["call", method]


def test_a_method_adds_one_function_to_the_stack(monkeypatch):
    stack, entry = Stack(), TABLE[np.transpose]
    monkeypatch.setattr(entry, "function", stack.noting(entry.function))
    leaf(2, 3).transpose()
    assert stack.functions[:2] == ["call", "Tensor.__array_function__"]
    assert stack.functions[2:] == ["ArrayMethods.transpose"]


def test_between_a_line_and_a_users_primitive_are_two_functions():
    stack = Stack()
    square = primitive(stack.noting(lambda x: x * x))
    defvjp(square, stack.noting(lambda g, y, x: 2 * x * g))
    y = square(leaf(3)).sum()
    assert stack.functions == ["call", "Primitive.__call__"]
    y.backward()
    assert stack.functions == ["vjp_of_node", "sweep", "Tensor.backward"]


@pytest.mark.parametrize("depth", [1, 3000])
def test_between_backward_and_a_rule_are_two_functions_however_deep_the_graph(stack, depth):
    y = leaf()
    for _ in range(depth):
        y = y * 1.0
    y.backward()
    assert stack.functions == ["vjp_of_node", "sweep", "Tensor.backward"]


def test_in_a_rule_the_line_of_its_forward_operation_can_be_inspected(stack):
    x = leaf(3)
    product = x * x
    product.sum().backward()
    node = stack.frames[0].f_locals["node"]
    assert node is product
    assert inspect.source(node).endswith("product = x * x")


# --- the pane of variables --------------------------------------------------------------------------------

SEVERAL = np.random.default_rng(0).normal(size=(64, 784)).astype(np.float32)
LINES = {
    "tensor": Tensor(SEVERAL, requires_grad=True) * 2,
    "matrix": Tensor(SEVERAL[:2, :2]),
    "whole numbers": Tensor(np.arange(1000)),
    "truths": Tensor(SEVERAL > 0),
    "nothing": Tensor(np.zeros((0, 3))),
    "normal": Normal(Tensor(SEVERAL), Tensor(SEVERAL)),
    "small normal": Normal(Tensor(SEVERAL[:1, :2]), Tensor(SEVERAL[1:2, :2])),
    "normal data": FiniteNormal(SEVERAL, SEVERAL),
    "bernoulli": Bernoulli(SEVERAL),
    "categorical": Categorical(Tensor(SEVERAL, requires_grad=True)),
    "levels": DiscretisedCategorical(SEVERAL),
    "mixture": gaussians.ring(),
    "generator": Generator(2**63),
}


@pytest.mark.parametrize("what", LINES.values(), ids=LINES)
def test_a_variable_is_shown_on_one_line(what):
    assert len(repr(what)) <= WIDTH and "\n" not in repr(what)


def test_many_numbers_are_shown_by_the_least_and_the_greatest():
    x = Tensor(np.linspace(-3, 5, 1001).reshape(7, 11, 13))
    assert repr(x) == "Tensor(-3 … 5, shape=(7, 11, 13), float64)"
    assert repr(Normal(x, x)) == "Normal(mu=-3 … 5 (7, 11, 13) float64, logvar=-3 … 5 (7, 11, 13) float64)"
    assert repr(Tensor(np.array([*range(20), np.nan]))) == "Tensor(nan, shape=(21,), float64)"


def test_few_numbers_are_shown_one_by_one():
    x = np.array([[1.0, -2.5]])
    assert repr(Tensor(x)) == "Tensor([[ 1. , -2.5]], shape=(1, 2), float64)"
    assert repr(Normal(x, Tensor(x))) == "Normal(mu=array([[ 1. , -2.5]]), logvar=Tensor([[ 1. , -2.5]]))"


MODELS = {
    "vae": lambda: VAE(784, 20, 400, Generator(0)),
    "convolutional vae": lambda: ConvVAE((28, 28), 20, 256, (32, 64), Generator(0)),
    "vq": lambda: VQVAE((28, 28), 512, 64, (32, 64), 128, Generator(0)),
    "gan": lambda: GAN(784, 64, Generator(0)),
    "convolutional gan": lambda: ConvGAN((28, 28), 64, (32, 64), Generator(0)),
    **{
        cell: lambda cell=cell: LanguageModel(CharacterTokenizer("ab"), layers=2, cell=cell) for cell in CELLS
    },
}


@pytest.mark.parametrize("make", MODELS.values(), ids=MODELS)
def test_a_model_is_a_tree_of_lines_that_fit(make):
    model = make()
    lines = repr(model).splitlines()
    assert len(lines) > 3 and max(map(len, lines)) <= WIDTH


# --- the scalar loops -------------------------------------------------------------------------------------


def step_of(model, loss, backend):
    """The loss and the gradients of one step of training, and the weights after it."""
    for name, p in model.named_parameters():
        p.data = 0.3 * np.random.default_rng(len(name)).standard_normal(p.shape)  # float64
    with kernels.use(backend):
        optimizer = Adam(model.parameters(), 1e-2)
        value = loss(model)
        value.backward()
        numbers = [value.data, *(p.grad for p in model.parameters())]
        optimizer.step()
        return [*numbers, *(p.data for p in model.parameters())]


def vae_loss(model):
    return -model.elbo(Generator(1).random((2, 3), np.float64), Generator(2)).mean()


def rnn_loss(model):
    ids = np.array([[0, 1], [1, 1], [0, 0]])
    return model.loss(ids, 1 - ids)[0].mean()


STEPS = {
    "vae": (
        lambda: VAE(3, 2, 4, Generator(0)),
        vae_loss,
        {"matmul", "reparameterize", "bernoulli_cross_entropy"},
    ),
    **{
        cell: (
            lambda cell=cell: LanguageModel(CharacterTokenizer("ab"), 3, 2, Generator(0), cell=cell),
            rnn_loss,
            {"matmul", f"{cell}_recurrence", f"{cell}_recurrence_backward", "softmax_cross_entropy"},
        )
        for cell in CELLS
    },
}


def stepped_into(call):
    """The result of a call, and the functions in files loops.py through whose lines one can step."""
    functions = set()

    def each_line(frame, event, argument):
        if event == "line":
            functions.add(frame.f_code.co_name)
        return each_line

    def each_call(frame, event, argument):
        return each_line if frame.f_code.co_filename.endswith("loops.py") else None

    former = sys.gettrace()
    sys.settrace(each_call)
    try:
        return call(), functions
    finally:
        sys.settrace(former)


@pytest.mark.parametrize("name", STEPS)
def test_a_step_on_the_loops_can_be_stepped_into_and_has_the_numbers_of_whole_arrays(name):
    make, loss, expected = STEPS[name]
    on_loops, functions = stepped_into(lambda: step_of(make(), loss, "loops"))
    assert functions >= expected | {"adam"}
    for ours, theirs in zip(on_loops, step_of(make(), loss, "numpy"), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)  # roundings; Adam divides by small √v


def test_the_claim_above_rejects_whole_arrays():
    make, loss, expected = STEPS["vae"]
    assert not stepped_into(lambda: step_of(make(), loss, "numpy"))[1] & expected
