"""BG/NBD against simulation and its own limits."""

import numpy as np

import bgnbd


def simulate(model: bgnbd.BgNbd, users: int, age: float, ahead: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Rhythms [U,3] at `age` of users drawn from the model's own story, and whether each buys in the `ahead` days after."""
    make = np.random.default_rng(seed)
    rhythms, buys = [], []
    for rate, leaves in zip(make.gamma(model.r, 1 / model.alpha, users), make.beta(model.a, model.b, users), strict=True):
        now, last, repeats, later = 0.0, 0.0, 0, False
        while True:
            now += make.exponential(1 / rate)
            if now >= age:
                later = now < age + ahead
                break
            repeats, last = repeats + 1, now
            if make.random() < leaves:
                break
        rhythms.append((repeats, last, age))
        buys.append(later)
    return np.array(rhythms, dtype=float), np.array(buys)


def test_probabilities_are_those_of_the_story_it_tells() -> None:
    model = bgnbd.BgNbd(r=0.8, alpha=30.0, a=0.7, b=2.5)
    rhythms, buys = simulate(model, 20_000, age=150.0, ahead=30.0, seed=1)
    said = model.buys_within(*rhythms.T, 30.0)
    order = np.argsort(said)
    for part in np.array_split(order, 8):
        assert abs(said[part].mean() - buys[part].mean()) < 0.025


def test_fitting_finds_the_parameters_again() -> None:
    model = bgnbd.BgNbd(r=0.8, alpha=30.0, a=0.7, b=2.5)
    rhythms, _ = simulate(model, 8_000, age=200.0, ahead=1.0, seed=2)
    found = bgnbd.fit(*rhythms.T)
    assert abs(np.log(found.r / found.alpha) - np.log(model.r / model.alpha)) < 0.15
    assert abs(found.a / (found.a + found.b) - model.a / (model.a + model.b)) < 0.05


def test_limits() -> None:
    model = bgnbd.BgNbd(r=1.0, alpha=10.0, a=1.0, b=1.0)
    one = lambda x, tx, t: model.alive(np.array([x]), np.array([tx]), np.array([t]))[0]  # noqa: E731
    assert one(0.0, 0.0, 500.0) == 1.0
    assert one(5.0, 100.0, 100.0) > one(5.0, 100.0, 300.0) > 0.0
    assert model.buys_within(np.array([2.0]), np.array([5.0]), np.array([9.0]), 1e9)[0] <= 1.0
