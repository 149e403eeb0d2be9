"""Every symbol of the ledger has a meaning, and every meaning has its symbol."""

from dataclasses import replace

from scratchgen.equations import BY_ID, EQUATIONS
from scratchgen.equations.notation import OF_EQUATION, symbols


def unexplained(equation):
    """The problems of an entry: no explained symbol, or a meaning of a symbol that the equation does not have."""
    found = dict(symbols(equation))
    if not found:
        yield f"{equation.id}: no symbol is explained"
    unused = (OF_EQUATION.get(equation.id, {}) | equation.symbols).keys() - found.keys()
    if unused:
        yield f"{equation.id}: explains {', '.join(sorted(unused))}, which the equation does not have"


def test_every_equation_has_symbols_that_are_explained_and_explains_no_others():
    problems = [problem for equation in EQUATIONS for problem in unexplained(equation)]
    problems += [f"{id}: not in the ledger" for id in OF_EQUATION.keys() - BY_ID.keys()]
    assert not problems, "\n" + "\n".join(problems)


def test_the_claim_above_rejects_an_equation_without_symbols_and_a_meaning_without_its_symbol():
    elbo = BY_ID["vae.elbo"]
    assert "no symbol" in next(unexplained(replace(elbo, id="new.one", text="1 + 1 = 2")))
    assert "explains ω" in next(unexplained(replace(elbo, symbols={"ω": "an angle"})))


def test_the_symbols_of_an_equation_are_in_the_order_of_their_use():
    expected = {
        "vae.elbo": "p x E_q z KL q",
        "vae.constrained": "R D D₀ λ β",
        "vae.vq": "p x z_q β z_e sg e",  # z_q and z_e, not z
        "rnn.bptt": "δ_t g_t W_hh h_t T L W_xh x_t b_h h₀",
        "rnn.lstm": "c_t f_t i_t g_t h_t o_t σ W_hh W_xh x_t b_h",
        "gan.mmd": "k x y",
    }
    found = {id: " ".join(symbol for symbol, _ in symbols(BY_ID[id])) for id in expected}
    assert found == expected
