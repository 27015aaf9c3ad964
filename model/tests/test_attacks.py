"""The attacks on cases whose answer is known."""

import math

import numpy as np
import pytest

from attacks import CHANCE_EXPOSURE, membership, planted

MODELS, USERS = 8, 2_000


def halves(make: np.random.Generator) -> np.ndarray:
    return make.random((MODELS, USERS)) < 0.5


def test_a_model_that_memorises_gives_its_users_away() -> None:
    make = np.random.default_rng(0)
    trained_on = halves(make)
    hard = np.exp(make.normal(size=USERS))  # some users are harder than others, which tells nothing
    losses = hard * np.where(trained_on, 0.5, 1.0) * np.exp(make.normal(0, 0.02, (MODELS, USERS)))
    found = membership(losses, trained_on)
    assert found.auc > 0.99 and found.found > 0.9


def test_a_model_that_knows_nothing_of_its_users_gives_nobody_away() -> None:
    make = np.random.default_rng(1)
    losses = np.exp(make.normal(size=USERS) + make.normal(0, 0.3, (MODELS, USERS)))
    found = membership(losses, halves(make))
    assert found.low < 0.5 < found.high and found.auc == pytest.approx(0.5, abs=0.02)
    assert found.found == pytest.approx(0.01, abs=0.01)


def test_a_known_shift_gives_the_auc_of_two_normal_distributions() -> None:
    """Losses that fall by one standard deviation where trained on: AUC is Phi(1/sqrt 2) = .760, a little less for the
    means and variances being estimated."""
    make = np.random.default_rng(2)
    trained_on = np.random.default_rng(3).random((64, USERS)) < 0.5
    losses = np.exp(make.normal(size=USERS) + make.normal(size=(64, USERS)) - trained_on)
    assert membership(losses, trained_on).auc == pytest.approx(0.760, abs=0.015)


def test_planted_sequences_that_are_known_rank_first_and_others_anywhere() -> None:
    make = np.random.default_rng(4)
    candidates = make.normal(size=(200, 255))
    known = planted(candidates.min(1) - 1.0, candidates, np.arange(200))
    assert known.rank == 0.0 and known.exposure == pytest.approx(math.log2(256))
    unknown = planted(make.normal(size=200), candidates, np.arange(200))
    assert unknown.low < 0.5 < unknown.high
    assert unknown.exposure == pytest.approx(CHANCE_EXPOSURE, abs=0.35)


def test_ranks_of_one_sequence_in_many_models_count_once() -> None:
    make = np.random.default_rng(5)
    losses, candidates = make.normal(size=20), make.normal(size=255)
    once = planted(losses, np.tile(candidates, (20, 1)), np.arange(20))
    often = planted(np.repeat(losses, 9), np.tile(candidates, (180, 1)), np.repeat(np.arange(20), 9))
    assert often.rank == pytest.approx(once.rank) and often.high == pytest.approx(once.high)
