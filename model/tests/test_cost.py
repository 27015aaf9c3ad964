"""Figures of what privacy costs, on cases whose answer is known."""

import math

import numpy as np
import pytest
import torch

from cost import calibration_error, judge
from network import BINS


def test_said_as_it_happens_there_is_no_calibration_error() -> None:
    make = np.random.default_rng(0)
    said = make.random(200_000) * 0.5
    bought = (make.random(len(said)) < said).astype(float)
    mass = make.random(len(said)) + 0.5
    assert calibration_error(said, bought, mass) < 0.005
    assert calibration_error(said + 0.1, bought, mass) == pytest.approx(0.1, abs=0.005)


def test_constant_hazards_are_judged_as_by_hand() -> None:
    hazard, users = 0.01, 400
    logits = torch.full((users, 2, BINS), math.log(hazard / (1 - hazard)))
    survival = torch.ones(users, 2, BINS)
    survival[: users // 4, :, 3:] = 0.0  # a quarter buys on the fourth day
    weight = torch.ones(users, 2)
    weight[:, 1] = 0.0  # never asked
    seven, thirty = judge(logits, survival, weight)
    assert seven["auc"] == pytest.approx(0.5) and seven["horizon"] == 7
    said = 1 - 0.99**30
    assert thirty["expected"] == pytest.approx(said / 0.25, rel=1e-4)
    assert thirty["logLoss"] == pytest.approx(-(0.25 * math.log(said) + 0.75 * math.log(1 - said)), rel=1e-4)
