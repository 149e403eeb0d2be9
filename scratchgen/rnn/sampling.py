"""Sampling text from a language model, symbol by symbol: temperature, top-k and nucleus sampling."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from scratchgen.autograd import no_grad
from scratchgen.errors import BadInput, check_counts, check_numbers
from scratchgen.random import Generator, as_generator, by_inversion
from scratchgen.rnn.protocols import TextModel, Tokenizer

PROMPT_STEPS = 1024  # symbols of a prompt that are read in one call: bounds the memory


def probabilities(
    logits: np.ndarray, temperature: float = 1.0, top_k: int | None = None, top_p: float | None = None
) -> np.ndarray:
    """The distribution of the next symbol under temperature, top-k and nucleus sampling.

        p ∝ exp(logits / temperature)   on the symbols that are kept, 0 on the others

    logits         (..., V) → p (..., V) float64
    temperature    1 samples from the model, lower values are more cautious; 0 is greedy: p = 1 at the maximum
    top_k          keep the k most probable symbols (the first ones among equals)
    top_p          of these, keep the fewest whose probabilities sum to top_p or more, in order of p
    Raises BadInput for a negative or infinite temperature, top_k below 1, and top_p outside (0, 1].
    Source: Fan et al. (2018), section 5.1, for top_k; Holtzman et al. (2020), eq. 2 and 3, for top_p.
    Ledger: rnn.sampling
    """
    _check(temperature, top_k, top_p)
    with np.errstate(over="ignore"):
        w = unnormalised_probabilities(logits, temperature, top_k, top_p)
    return w / w.sum(axis=-1, keepdims=True)


def unnormalised_probabilities(
    logits: np.ndarray, temperature: float, top_k: int | None, top_p: float | None
) -> np.ndarray:
    """The result of `probabilities` before the division by its sum: (..., V) float64, the largest is 1.

    Nothing is checked. At a temperature near 0 the quotient may overflow to −∞, whose probability is 0.
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
    model: TextModel,
    prompts: Sequence[str],
    n: int,
    rng: Generator,
    *,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    stop: str | None = None,
) -> list[str]:
    """Sample a continuation of every prompt, all texts in one batch: each prompt and up to n more symbols.

        generate(model, ["def ", "class "], 200, Generator(0), temperature=0.8, top_p=0.95)

    model                        a `LanguageModel`, or any `rnn.TextModel`
    prompts                      the beginnings of the texts
    n                            number of symbols to sample
    rng                          draws the symbols: one seed, one set of texts
    temperature, top_k, top_p    see `probabilities`
    stop                         a text ends with the first occurrence of this string after the prompt
    Raises BadInput for an empty list, an empty prompt, a symbol that the model does not know, n < 0, an empty
    stop, and for the values that `probabilities` refuses.   Ledger: rnn.sampling
    """
    _check(temperature, top_k, top_p)
    check_request(prompts, n, stop)
    drawn = np.empty((n, len(prompts)), np.int64)
    # all in one call: a call per symbol would take longer than its draw
    u = as_generator(rng).random(drawn.shape, np.float64)
    ended = np.zeros(len(prompts), bool)
    with no_grad(), model.eval_mode(), np.errstate(over="ignore"):
        y, state = read_prompts(model, prompts)
        decode = model.incremental_decoder()
        for t in range(n):
            if t > 0:
                y, state = decode(drawn[t - 1], state)
            if temperature == 0:
                drawn[t] = np.argmax(y, axis=-1)
            else:
                drawn[t] = by_inversion(unnormalised_probabilities(y, temperature, top_k, top_p), u[t])
            if stop:
                ended |= [is_end(model.tokenizer, ids, stop) for ids in drawn[: t + 1].T]
                if ended.all():
                    drawn = drawn[: t + 1]
                    break
    return [text_of(model.tokenizer, prompt, ids, stop) for prompt, ids in zip(prompts, drawn.T, strict=True)]


def read_prompts(model: TextModel, prompts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """The logits after each prompt (B, V), and the state (L, S, B, H). Equal prompts are read once."""
    read = {prompt: _read(model, prompt) for prompt in dict.fromkeys(prompts)}
    logits, states = zip(*(read[prompt] for prompt in prompts), strict=True)
    return np.concatenate(logits), np.concatenate(states, axis=2)


def _read(model: TextModel, prompt: str) -> tuple[np.ndarray, np.ndarray]:
    ids = model.tokenizer.encode(prompt)[:, None]
    state: Any = None
    for start in range(0, len(ids), PROMPT_STEPS):
        y, state = model.forward(ids[start : start + PROMPT_STEPS], state)
        state = state.numpy()
    return y.numpy()[-1], state


def is_end(tokenizer: Tokenizer, ids: np.ndarray, stop: str) -> bool:
    """Whether the last of these symbols completes the string `stop`."""
    max_length = len(stop.encode("utf-8", "surrogatepass"))  # a symbol has one byte or more
    return stop in tokenizer.decode(ids[-max_length:])


def text_of(tokenizer: Tokenizer, prompt: str, ids: np.ndarray, stop: str | None) -> str:
    """The prompt and the text of these symbols, up to and including the first `stop`."""
    prompt_ids = tokenizer.encode(prompt)
    # decoded together: how a piece of a word joins the text depends on the pieces before it
    continuation = tokenizer.decode(np.concatenate([prompt_ids, ids]))[len(tokenizer.decode(prompt_ids)) :]
    if stop and stop in continuation:
        continuation = continuation[: continuation.index(stop) + len(stop)]
    return prompt + continuation


def check_request(prompts: Sequence[str], n: int, stop: str | None) -> None:
    """Raise BadInput for an empty prompt, a negative number of symbols, or an empty stop.

    Raises TypeError for prompts that are no list of texts: the characters of a single text are no prompts.
    """
    if isinstance(prompts, str | bytes) or not all(isinstance(prompt, str) for prompt in prompts):
        raise TypeError("the prompts are a list of texts, such as ['def ']")
    if not len(prompts) or not all(prompts):
        raise BadInput("the prompt is empty; give at least one character to continue")
    check_counts(0, n=n)
    if stop == "":
        raise BadInput("every text contains the empty stop; give at least one character, or leave it out")


def _check(temperature: float, top_k: int | None, top_p: float | None) -> None:
    check_numbers("[0, ∞)", temperature=temperature)
    if top_k is not None:
        check_counts(top_k=top_k)
    if top_p is not None:
        check_numbers("(0, 1]", top_p=top_p)


def _one_hot(k: np.ndarray, V: int) -> np.ndarray:
    return np.equal(k[..., None], np.arange(V)).astype(np.float64)
