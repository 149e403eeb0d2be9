"""The Dirac-GAN against its formulas: circles without a penalty, spirals with one."""

import numpy as np
import pytest

from scratchgen.gan import Game, dirac_forces, dirac_path

MINIMAX = Game("minimax")
PENALISED = Game("minimax", r1=0.3)
sigma = lambda a: 1 / (1 + np.exp(-a))


@pytest.fixture
def places(rng):
    return rng.uniform(-3, 3, (2, 40))


@pytest.mark.equation("gan.dirac")
def test_the_forces_are_those_of_the_formula(places, measured):
    theta, psi = places
    for gamma in (0.0, 0.3):
        force_G, force_D = dirac_forces(theta, psi, Game("minimax", r1=gamma))
        measured(np.abs(force_G - sigma(psi * theta) * psi), 1e-13)
        measured(np.abs(force_D + sigma(psi * theta) * theta + gamma * psi), 1e-13)


@pytest.mark.equation("gan.dirac")
def test_without_a_penalty_the_force_is_at_right_angles_to_the_direction_of_the_equilibrium(places):
    force_G, force_D = dirac_forces(*places, MINIMAX)
    np.testing.assert_allclose(places[0] * force_G + places[1] * force_D, 0, atol=1e-14)


@pytest.mark.equation("gan.dirac")
@pytest.mark.parametrize("game", [Game("nonsaturating"), PENALISED], ids=["non-saturating", "R1"])
def test_the_claim_above_rejects_another_loss_of_the_generator_and_a_penalty(game, places):
    force_G, force_D = dirac_forces(*places, game)
    assert np.abs(places[0] * force_G + places[1] * force_D).max() > 0.1


@pytest.mark.parametrize("gamma", [0.0, 0.3, 1.0, 2.5])
def test_the_eigenvalues_at_the_equilibrium_are_those_of_the_paper(gamma):
    """By central differences of the forces, whose error is of the order of their step squared."""
    h, game = 1e-4, Game("minimax", r1=gamma)
    at = lambda theta, psi: np.array(dirac_forces(theta, psi, game))[:, 0]
    jacobian = np.stack([(at(h, 0) - at(-h, 0)) / (2 * h), (at(0, h) - at(0, -h)) / (2 * h)], axis=1)
    root = np.emath.sqrt(gamma**2 / 4 - 1 / 4)
    expected = np.array([-gamma / 2 - root, -gamma / 2 + root], complex)
    found = np.linalg.eigvals(jacobian).astype(complex)
    found, expected = (sorted(e, key=lambda e: (round(e.real, 4), e.imag)) for e in (found, expected))
    np.testing.assert_allclose(found, expected, atol=1e-7 if gamma != 1 else 1e-3)  # a double root is steep


def test_a_simultaneous_step_leads_away_by_its_length_squared_and_the_angle_of_a_right_triangle():
    alpha = 0.3
    path = dirac_path(1, 1, 50, alpha, MINIMAX, alternate=False)
    forces = np.array([np.ravel(dirac_forces(*place, MINIMAX)) for place in path[:-1]])
    squares = (path**2).sum(axis=1)
    np.testing.assert_allclose(squares[1:] - squares[:-1], alpha**2 * (forces**2).sum(axis=1), rtol=1e-10)


def test_alternating_steps_stay_on_their_orbit_and_a_penalty_leads_to_the_equilibrium():
    radius = lambda game, alternate: np.hypot(*dirac_path(1, 1, 300, 0.3, game, alternate).T)
    circling = radius(MINIMAX, True)
    assert 1.2 < circling.min() < circling.max() < 1.5
    assert radius(PENALISED, True)[-1] < 1e-5 and radius(PENALISED, False)[-1] < 1e-3


def test_the_claim_above_rejects_steps_of_both_players_at_once():
    assert np.hypot(*dirac_path(1, 1, 300, 0.3, MINIMAX, alternate=False)[-1]) > 3
