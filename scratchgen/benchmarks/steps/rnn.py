"""A step of a language model over characters: truncated BPTT, the norm of the gradient clipped, Adam."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from scratchgen.benchmarks.kernels.peers import import_jax, import_torch
from scratchgen.benchmarks.kernels.targets import Target
from scratchgen.benchmarks.steps import jax_adam
from scratchgen.benchmarks.steps.start import NUM_BATCHES, PRODUCT_BOUND, SEED, Step
from scratchgen.data import CharacterTokenizer
from scratchgen.optim import Adam, clip_grad_norm
from scratchgen.random import Generator
from scratchgen.rnn import LanguageModel

T, B, H, V, EMBEDDING = 100, 32, 256, 65, 64
LEARNING_RATE, MAX_GRAD_NORM = 2e-3, 1.0


def texts() -> Iterator[np.ndarray]:
    """An endless cycle of chunks of (T + 1, B) characters: the inputs and, one place later, the targets."""
    return itertools.cycle(Generator(SEED).integers(0, V, (NUM_BATCHES, T + 1, B)))


class Case:
    """The case of one cell. Its steps use no noise: all libraries see the same characters."""

    SIZE = f"T={T} B={B} H={H} V={V}"

    def __init__(self, cell: str, name: str, over_torch: float):
        self.cell, self.NAME = cell, f"training step of {name}"
        self.TARGETS = [
            Target(self.NAME, "scratchgen", "JAX", 1.0),
            Target(self.NAME, "scratchgen", "PyTorch", over_torch, reason=PRODUCT_BOUND),
        ]

    def model(self) -> LanguageModel:
        """The model whose weights every library starts from."""
        characters = CharacterTokenizer("".join(map(chr, range(V))))
        return LanguageModel(characters, H, EMBEDDING, Generator(SEED), cell=self.cell)

    def ours(self, noise: Generator | None = None) -> Step:
        """The body of the loop of `scratchgen.rnn.train`."""
        model, chunks, state = self.model(), texts(), None
        optimizer = Adam(model.parameters(), LEARNING_RATE)

        def step():
            nonlocal state
            text = next(chunks)
            optimizer.zero_grad()
            losses, state = model.loss(text[:-1], text[1:], state)
            loss = losses.mean()
            loss.backward()
            clip_grad_norm(optimizer.parameters, MAX_GRAD_NORM)
            optimizer.step()
            return (loss.item(),)

        return step

    def torch_(self, noise: Generator | None = None, fused: bool = False, compiled: bool = False) -> Step:
        """PyTorch: eager, with the fused form of Adam, or with the loss compiled."""
        torch = import_torch()
        nn, start = torch.nn, self.model()
        embedding, output = nn.Embedding(V, EMBEDDING), nn.Linear(H, V)
        recurrent = (nn.LSTM if self.cell == "lstm" else nn.RNN)(EMBEDDING, H)
        layer = start.recurrent.layers[0]
        theirs = [embedding.weight, *recurrent.parameters(), output.weight, output.bias]
        no_second_bias = np.zeros_like(layer.b_h.data)
        weights = [start.embedding.W.data, layer.W_xh.data.T, layer.W_hh.data.T, layer.b_h.data]
        with torch.no_grad():
            for a, b in zip(
                theirs, [*weights, no_second_bias, start.W_hy.data.T, start.b_y.data], strict=True
            ):
                a.copy_(torch.from_numpy(b))
        recurrent.bias_hh_l0.requires_grad_(False)
        parameters = [p for p in theirs if p.requires_grad]
        optimizer, chunks, state = torch.optim.Adam(parameters, LEARNING_RATE, fused=fused), texts(), None

        def mean_loss(ids, targets, state):
            h, state = recurrent(embedding(ids), state)
            return nn.functional.cross_entropy(output(h).reshape(-1, V), targets.reshape(-1)), state

        if compiled:
            mean_loss = torch.compile(mean_loss)

        def step():
            nonlocal state
            text = torch.from_numpy(next(chunks))
            optimizer.zero_grad()
            loss, state = mean_loss(text[:-1], text[1:], state)
            state = tuple(s.detach() for s in state) if self.cell == "lstm" else state.detach()
            loss.backward()
            nn.utils.clip_grad_norm_(parameters, MAX_GRAD_NORM)
            optimizer.step()
            return (loss.item(),)

        return step

    def jax_(self, noise: Generator | None = None) -> Step:
        """JAX: a scan over the steps; clipping and Adam included, compiled as one."""
        jax = import_jax()
        jnp = jax.numpy
        weights = {name.split(".")[-1]: jnp.array(a) for name, a in self.model().state_dict().items()}
        cell = {"tanh": self._tanh, "lstm": self._lstm}[self.cell]

        def mean_loss(weights, ids, targets, state):
            x = weights["W"][ids] @ weights["W_xh"] + weights["b_h"]
            step = lambda state, a: cell(jax, state, a + state[0] @ weights["W_hh"])
            state, h = jax.lax.scan(step, state, x)
            log_p = jax.nn.log_softmax(h @ weights["W_hy"] + weights["b_y"])
            return -jnp.mean(jnp.take_along_axis(log_p, targets[..., None], -1)), state

        def update(state, text):
            (loss, carried), g = jax.value_and_grad(mean_loss, has_aux=True)(
                state["weights"], text[:-1], text[1:], state["carried"]
            )
            norm = jnp.sqrt(sum(jnp.sum(a * a) for a in jax.tree.leaves(g)))
            g = jax.tree.map(lambda a: a * jnp.minimum(1.0, MAX_GRAD_NORM / norm), g)
            return loss, {"carried": carried, **jax_adam.step(state, g, LEARNING_RATE)}

        zeros = tuple(jnp.zeros((B, H)) for _ in range(2 if self.cell == "lstm" else 1))
        state, chunks = {"carried": zeros, **jax_adam.start(weights)}, texts()
        compiled = jax.jit(update, donate_argnums=0)

        def step():
            nonlocal state
            loss, state = compiled(state, next(chunks))
            jax.block_until_ready(state)
            return (loss.item(),)

        return step

    @staticmethod
    def _tanh(jax, state, a):
        h = jax.numpy.tanh(a)
        return (h,), h

    @staticmethod
    def _lstm(jax, state, a):
        i, f, g, o = jax.numpy.split(a, 4, axis=-1)
        sigma, tanh = jax.nn.sigmoid, jax.numpy.tanh
        c = sigma(f) * state[1] + sigma(i) * tanh(g)
        h = sigma(o) * tanh(c)
        return (h, c), h


TANH = Case("tanh", "a tanh RNN", 1 / 0.5)
LSTM = Case("lstm", "an LSTM", 1 / 0.8)
