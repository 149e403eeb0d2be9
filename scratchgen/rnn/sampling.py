"""Text from a language model, symbol by symbol: what the next one is drawn from, and the drawing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scratchgen.autograd import no_grad
from scratchgen.errors import BadInput
from scratchgen.random import Generator, by_inversion

PIECE = 1024  # symbols of a prompt that are read at once: bounds the memory


def probabilities(
    logits: np.ndarray, temperature: float = 1.0, top_k: int | None = None, top_p: float | None = None
) -> np.ndarray:
    """The distribution that the next symbol is drawn from.   logits (..., V) → (..., V) float64

        p ∝ exp(logits / temperature)   on the symbols that are kept, 0 on the others

    temperature    1 is the model, lower is more cautious; in the limit, at 0, p is 1 at the likeliest
    top_k          keep the k likeliest (of equal ones the first)
    top_p          of those, keep the fewest that together have probability top_p or more, in order of p
    Raises BadInput for a negative or infinite temperature, top_k below 1, and top_p outside (0, 1].
    Source: Fan et al. (2018), section 5.1, for top_k; Holtzman et al. (2020), eq. 2 and 3, for top_p.
    Ledger: rnn.sampling
    """
    _check(temperature, top_k, top_p)
    with np.errstate(over="ignore"):
        w = weights(logits, temperature, top_k, top_p)
    return w / w.sum(axis=-1, keepdims=True)


def weights(logits: np.ndarray, temperature: float, top_k: int | None, top_p: float | None) -> np.ndarray:
    """`probabilities` as they are before their sum divides them: (..., V), the largest is 1.

    Nothing is checked. A temperature near 0 may overflow on its way to a weight of 0.
    """
    relative = logits.astype(np.float64)
    relative -= relative.max(axis=-1, keepdims=True)  # at most 0: a small temperature gives −∞, not NaN
    if temperature == 0:
        return _one_hot(np.argmax(relative, axis=-1), relative.shape[-1])
    w = np.exp(relative / temperature)
    if top_k is None and top_p is None:
        return w
    order = np.argsort(-w, axis=-1, kind="stable")
    falling = np.take_along_axis(w, order, axis=-1)
    if top_k is not None:
        falling[..., top_k:] = 0
    if top_p is not None:
        before = np.cumsum(falling, axis=-1) - falling
        falling[before >= top_p * falling.sum(axis=-1, keepdims=True)] = 0
    kept = np.zeros_like(w)
    np.put_along_axis(kept, order, falling, axis=-1)
    return kept


def generate(
    model,
    prompts: Sequence[str],
    n: int,
    rng: Generator,
    *,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    stop: str | None = None,
) -> list[str]:
    """Each prompt and up to n more symbols, drawn one after the other; all texts side by side.

    prompts                      what the texts begin with, whatever the model thinks of it
    temperature, top_k, top_p    see `probabilities`
    stop                         a text ends with its first occurrence after the prompt
    Raises BadInput for no prompts, an empty one, one with a symbol that the model does not know, n < 0, an
    empty stop, and as `probabilities`.
    """
    _check(temperature, top_k, top_p)
    check_request(prompts, n, stop)
    drawn = np.empty((n, len(prompts)), np.int64)
    # at once: a call for each symbol would take longer than to draw it
    u = rng.random(drawn.shape, np.float64)
    ended = np.zeros(len(prompts), bool)
    with no_grad(), model.eval_mode(), np.errstate(over="ignore"):
        y, state = read_prompts(model, prompts)
        step = model.stepper()
        for t in range(n):
            if t > 0:
                y, state = step(drawn[t - 1], state)
            if temperature == 0:
                drawn[t] = np.argmax(y, axis=-1)
            else:
                drawn[t] = by_inversion(weights(y, temperature, top_k, top_p), u[t])
            if stop:
                ended |= [is_end(model.vocabulary, ids, stop) for ids in drawn[: t + 1].T]
                if ended.all():
                    drawn = drawn[: t + 1]
                    break
    return [
        text_of(model.vocabulary, prompt, ids, stop) for prompt, ids in zip(prompts, drawn.T, strict=True)
    ]


def read_prompts(model, prompts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Logits after each prompt (B, V), and the state (L, S, B, H). Equal prompts are read once."""
    read = {prompt: _read(model, prompt) for prompt in dict.fromkeys(prompts)}
    logits, states = zip(*(read[prompt] for prompt in prompts), strict=True)
    return np.concatenate(logits), np.concatenate(states, axis=2)


def _read(model, prompt: str) -> tuple[np.ndarray, np.ndarray]:
    ids, state = model.vocabulary.encode(prompt)[:, None], None
    for start in range(0, len(ids), PIECE):
        y, state = model.forward(ids[start : start + PIECE], state)
        state = state.numpy()
    return y.numpy()[-1], state


def is_end(vocabulary, ids: np.ndarray, stop: str) -> bool:
    """Whether the last of these symbols completes a `stop`."""
    longest = len(stop.encode("utf-8", "surrogatepass"))  # a symbol has one byte or more
    return stop in vocabulary.decode(ids[-longest:])


def text_of(vocabulary, prompt: str, ids: np.ndarray, stop: str | None) -> str:
    """The prompt and what these symbols say, up to and with the first `stop`."""
    before = vocabulary.encode(prompt)
    # decoded together: pieces of words do not say on their own how they join what was before
    said = vocabulary.decode(np.concatenate([before, ids]))[len(vocabulary.decode(before)) :]
    if stop and stop in said:
        said = said[: said.index(stop) + len(stop)]
    return prompt + said


def check_request(prompts: Sequence[str], n: int, stop: str | None) -> None:
    """Raises BadInput for what no text can be made of."""
    if not len(prompts) or not all(prompts):
        raise BadInput("the prompt is empty; give at least one character to continue")
    if n < 0:
        raise BadInput(f"cannot draw {n} symbols; ask for at least 0")
    if stop == "":
        raise BadInput("every text ends with an empty stop; give at least one character, or leave it out")


def _check(temperature: float, top_k: int | None, top_p: float | None) -> None:
    if not 0 <= temperature < np.inf:
        raise BadInput(f"cannot draw at temperature {temperature}; it must be finite and at least 0")
    if top_k is not None and top_k < 1:
        raise BadInput(f"the {top_k} likeliest symbols are none; keep at least 1")
    if top_p is not None and not 0 < top_p <= 1:
        raise BadInput(f"top_p is a probability in (0, 1], not {top_p}; 1 keeps every symbol")


def _one_hot(k: np.ndarray, V: int) -> np.ndarray:
    return np.equal(k[..., None], np.arange(V)).astype(np.float64)
