"""Private training: gradients user by user, what one user can change, what it costs, and that a resumed run ends the same."""

import json
import math
from collections.abc import Iterable
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest
import torch
from opacus.accountants import PRVAccountant, RDPAccountant
from opacus.accountants.analysis.rdp import compute_rdp
from opacus.optimizers import DPOptimizer

import private
from adapter import INPUTS, fold, without_shop
from dataset import DAY, FAR, Data, Folder
from fit import Checkpoints, Interrupted
from ledger import Ledger, Spent
from network import BINS, EXPORTED_ATTENTION, Member, Shape
from users import DAYS_ASKED, AdapterLoss, Days, NetworkLoss, Sequences, queries_of

SHOP, USERS, SPAN = 3, 30, 40
WORDS = ["", "view", "search", "wishlist", "cart", "uncart", "checkout", "coupon", "purchase", "refund", "visit"]


def log(where: Path, users: Iterable[int] = range(USERS)) -> Folder:
    """Users with an action every third day or so, each drawn by the user's own number; asked on up to 16 days."""
    words, at, windows, queries, outcomes = [], [], [], [], []
    for row, user in enumerate(users):
        make = np.random.default_rng(user)
        days = np.sort(make.choice(SPAN - 1, 12, replace=False))
        asked = np.sort(make.choice(np.arange(int(days[0]) + 1, SPAN), DAYS_ASKED if user % 3 else 5, replace=False))
        windows.append([len(words), len(days), row])
        words += make.choice([1, 4, 8], len(days)).tolist()
        at += (days * DAY).tolist()
        queries += [[row, day, 0, -1] for day in asked]
        outcomes += [[int(make.integers(-1, 6)) if day < SPAN - 6 else -1, SPAN - day] for day in asked]
    arrays = {
        "words.i32": np.asarray(words, np.int32),
        "at.i64": np.asarray(at, np.int64),
        "count.f32": np.ones(len(words), np.float32),
        "local.i32": np.ones(len(words), np.int32),
        "windows.i64": np.asarray(windows, np.int64),
        "queries.i32": np.asarray(queries, np.int32),
        "weights.f32": np.full(len(queries), 2.0, np.float32),
        "shop.f32": np.ones((1, SHOP), np.float32),
        "outcomes.i32": np.asarray(outcomes, np.int32),
    }
    where.mkdir(exist_ok=True)
    for name, values in arrays.items():
        values.tofile(where / name)
    meta = {"targets": "outcomes", "shopStatistics": ["a", "b", "c"], "vocabulary": WORDS, "private": True}
    (where / "meta.json").write_text(json.dumps({**meta, "firstDay": "1970-01-01", "until": "1970-02-10"}))
    return Folder(where)


def member(seed: int = 0) -> Member:
    """No weight is nought, so that no gradient is."""
    torch.manual_seed(seed)
    made = Member(Shape("tiny", len(WORDS), SHOP, [0, *range(10)])).eval()
    with torch.no_grad():
        for layer in (made.leave, made.linear):
            layer.weight.normal_(std=0.05)
    made.body.set_attn_implementation(EXPORTED_ATTENTION)
    return made


def sources(folder: Folder) -> list[tuple[AdapterLoss | NetworkLoss, Days | Sequences]]:
    made = member()
    without_shop(made)
    adapter = AdapterLoss(made)
    with torch.no_grad():
        adapter.adapter.weight.normal_(std=0.1)
    return [(adapter, Days(made, folder, SPAN)), (NetworkLoss(made), Sequences(made, folder, SPAN))]


@pytest.mark.parametrize("which", [0, 1], ids=["adapter", "network"])
def test_gradients_of_users_are_those_of_plain_backward_for_every_parameter(tmp_path: Path, which: int) -> None:
    loss, source = sources(log(tmp_path))[which]
    learning = {name: value for name, value in loss.named_parameters() if value.requires_grad}
    assert len(learning) == (2 if which == 0 else 53)
    moved = dict.fromkeys(learning, 0.0)
    for part in source.parts(np.arange(6)):
        found = private.user_gradients(loss, part)
        assert set(found) == set(learning)
        for user in range(len(part[0])):
            loss.zero_grad()
            loss(*[values[user] for values in part]).backward()
            for name, value in learning.items():
                assert value.grad is not None
                moved[name] = max(moved[name], float(value.grad.abs().max()))
                torch.testing.assert_close(found[name][user], value.grad, rtol=1e-3, atol=1e-6)
    unmoved = {name for name, most in moved.items() if most == 0.0}
    assert unmoved <= {"member.gate.weight"}  # sees only the shop, which is nought


def summed(loss: torch.nn.Module, source: Days | Sequences, clip: float) -> torch.Tensor:
    """What one step would add up over everybody, without noise."""
    learning = {name: value for name, value in loss.named_parameters() if value.requires_grad}
    optimizer = DPOptimizer(
        torch.optim.SGD(learning.values(), lr=0.0),
        noise_multiplier=0.0,
        max_grad_norm=clip,
        expected_batch_size=None,
        loss_reduction="sum",
    )
    gathered: list[torch.Tensor] = []
    optimizer.attach_step_hook(lambda step: gathered.extend(p.grad.flatten().clone() for p in step.params))
    private.accumulate(loss, learning, source, np.arange(source.users), optimizer)
    return torch.cat(gathered)


@pytest.mark.parametrize("which", [0, 1], ids=["adapter", "network"])
@pytest.mark.parametrize("clip", [0.05, 1.5])
def test_a_user_moves_the_sum_by_the_clipping_at_most(tmp_path: Path, which: int, clip: float) -> None:
    with_all = summed(*sources(log(tmp_path / "all"))[which], clip)
    for gone in (0, 7, 29):
        rest = range(gone), range(gone + 1, USERS)
        users = [user for part in rest for user in part]
        without = summed(*sources(log(tmp_path / f"without-{gone}", users))[which], clip)
        distance = float((with_all - without).norm())
        assert 0.0 < distance <= clip * 1.001


def test_what_is_read_of_a_user_does_not_depend_on_the_others(tmp_path: Path) -> None:
    everybody = sources(log(tmp_path / "all"))[0][1]
    alone = sources(log(tmp_path / "alone", range(7, 8)))[0][1]
    for all_of_them, one in zip(next(everybody.parts(np.arange(USERS))), next(alone.parts(np.arange(1))), strict=True):
        torch.testing.assert_close(all_of_them[7], one[0])


def test_data_with_more_days_of_a_user_than_agreed_are_refused(tmp_path: Path) -> None:
    folder = log(tmp_path)
    folder.queries = np.concatenate([folder.queries, folder.queries])
    with pytest.raises(ValueError, match="not made for private training"):
        queries_of(folder, SPAN)


def test_folded_into_the_last_layers_the_adapter_says_the_same_and_the_shop_nothing(tmp_path: Path) -> None:
    folder, made = log(tmp_path), member()
    without_shop(made)
    loss = AdapterLoss(made)
    with torch.no_grad():
        loss.adapter.weight.normal_(std=0.2)
        loss.adapter.weekday.normal_(std=0.2)
    days = Days(made, folder, SPAN)
    moment = torch.from_numpy(np.asarray(folder.queries[:, 1])[days.queries.chosen].astype(np.int64) * DAY)
    weekday = made.weekdays(loss.adapter.weekday.expand(*moment.shape, 7), moment)
    wanted = days.base + loss.adapter(days.inputs) + weekday
    fold(made, loss.adapter)
    found = Days(made, folder, SPAN).base
    torch.testing.assert_close(found, wanted.detach(), rtol=1e-4, atol=1e-4)
    batch = folder.batch(np.asarray([0, 1]), 32, np.asarray([[0], [9]]), np.ones((2, 1), np.float32), FAR)
    p = made.positions(batch.words, batch.at, batch.count, batch.local)
    states = made.states(batch.words, batch.count, p)
    one, other = (made.query(states, p, shop * torch.ones(2, 1, SHOP), batch.moment)[0] for shop in (0.0, 5.0))
    assert days.inputs.shape[2] == INPUTS and one.shape[2] == BINS
    torch.testing.assert_close(one, other)


def trained(folder: Path, checkpoints: Checkpoints, epsilon: float = 8.0) -> tuple[Member, private.Spending]:
    return private.fit_private(member(), Data([folder]), epsilon, "adapter", checkpoints, seed=5)


class StopsAt(Checkpoints):
    """Keeps a checkpoint at one step and dies there."""

    calls = 0

    def due(self) -> bool:
        self.calls += 1
        return self.calls == 13

    def save(self, stage: str = "", state=None) -> None:  # type: ignore[no-untyped-def]
        super().save(stage, state)
        raise Interrupted


def test_a_resumed_run_continues_the_accountant_and_ends_with_the_same_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(private, "STEPS", 25)
    log(tmp_path / "log")
    with pytest.raises(Interrupted):
        trained(tmp_path / "log", StopsAt(tmp_path, "k", False))
    resumed = Checkpoints(tmp_path, "k", resume=True)
    assert resumed.running["private"]["step"] == 13
    again, spent = private.fit_private(
        member(), Data([tmp_path / "log"]), 8.0, "adapter", resumed
    )  # the seed is in the checkpoint
    whole, spending = trained(tmp_path / "log", Checkpoints(None, "k", False))
    assert spent == spending
    assert all(torch.equal(value, again.state_dict()[name]) for name, value in whole.state_dict().items())


def test_noise_differs_from_run_to_run_unless_a_test_asks_for_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(private, "STEPS", 2)
    log(tmp_path)
    runs = [private.fit_private(member(), Data([tmp_path]), 8.0, "adapter", Checkpoints(None, "k", False))[0] for _ in range(2)]
    assert not torch.equal(runs[0].linear.weight, runs[1].linear.weight)


@pytest.mark.parametrize("epsilon", [1.0, 3.0, 8.0])
def test_what_is_spent_is_what_was_asked(epsilon: float) -> None:
    planned = private.plan(23_570, epsilon, torch.Generator().manual_seed(0))
    accountant = RDPAccountant()
    accountant.history = [(planned.noise, private.RATE, private.STEPS)]
    spent = accountant.get_epsilon(planned.delta) + private.COUNT_SHARE * epsilon
    assert 0.97 * epsilon < spent <= epsilon
    assert planned.delta == pytest.approx(23_570**-1.1, rel=0.05)


def test_the_count_has_discrete_laplace_noise() -> None:
    generator, epsilon = torch.Generator().manual_seed(1), 0.5
    drawn = np.asarray([private.discrete_laplace(epsilon, generator) for _ in range(20_000)])
    ratio = math.exp(-epsilon)
    for value in (-3, 0, 1, 4):
        expected = (1 - ratio) / (1 + ratio) * ratio ** abs(value)
        assert (drawn == value).mean() == pytest.approx(expected, abs=4 * math.sqrt(expected / 20_000))


def moments(rate: float, noise: float, steps: int, orders: list[float]) -> float:
    """Epsilon at delta 1e-5 by the tail bound that the published figures used: Abadi et al., 2016, theorem 2."""
    return min(
        steps * compute_rdp(q=rate, noise_multiplier=noise, steps=1, orders=[a])[0] + math.log(1e5) / (a - 1) for a in orders
    )


ORDERS = [1 + x / 10 for x in range(1, 100)] + list(range(12, 64))


@pytest.mark.parametrize(
    ("rate", "noise", "steps", "published"),
    [
        (0.01, 4.0, 10_000, 1.26),  # Abadi et al., 2016, section 3.2: 100 epochs
        (256 / 60_000, 1.3, 15 * 60_000 // 256, 1.19),  # TensorFlow Privacy, MNIST tutorial
        (256 / 60_000, 1.1, 60 * 60_000 // 256, 3.01),
        (256 / 60_000, 0.7, 45 * 60_000 // 256, 7.10),
    ],
)
def test_the_accountants_give_published_figures_and_tighter_bounds(
    rate: float, noise: float, steps: int, published: float
) -> None:
    assert moments(rate, noise, steps, ORDERS) == pytest.approx(published, abs=0.006)
    spent = []
    for accountant in (RDPAccountant(), PRVAccountant()):
        accountant.history = [(noise, rate, steps)]
        spent.append(accountant.get_epsilon(1e-5))
    assert 0.7 * published < spent[1] < spent[0] < published


def test_without_sampling_the_accountant_is_the_exact_gaussian_mechanism() -> None:
    """Balle & Wang, 2018, theorem 8: ten steps of noise 5 are one Gaussian of mean sqrt(10)/5."""
    accountant = PRVAccountant()
    accountant.history = [(5.0, 1.0, 10)]
    epsilon = accountant.get_epsilon(1e-5)
    mean, normal = math.sqrt(10) / 5, NormalDist()

    def delta(at: float) -> float:
        return normal.cdf(-at / mean + mean / 2) - math.exp(at) * normal.cdf(-at / mean - mean / 2)

    assert delta(epsilon) <= 1e-5 <= delta(epsilon - 0.05)


def test_a_spent_budget_stops_the_next_training(tmp_path: Path) -> None:
    file = tmp_path / "shop" / "ledger.json"

    def entry(model: str, epsilon: float) -> Spent:
        return Spent("2026-11-29", model, epsilon, 1e-5)

    first = Ledger(file, None, 8.0)
    first.check(8.0)
    first.spend(entry("tiny-a", 7.99))
    first.spend(entry("tiny-a", 7.99))  # the same bundle again, after an interruption
    with pytest.raises(ValueError, match="7.99 of epsilon 8 is spent .tiny-a on 2026-11-29., 1 more is asked"):
        Ledger(file, None, 1.0).check(1.0)
    Ledger(file, 10.0, 1.0).spend(entry("tiny-b", 1.0))
    kept = json.loads(file.read_text())
    assert kept["budget"] == 10.0 and [spent["model"] for spent in kept["spent"]] == ["tiny-a", "tiny-b"]
    Ledger(file, None, 1.0).check(1.0)  # what was raised stays raised
    with pytest.raises(ValueError, match="privacy budget"):
        Ledger(file, None, 2.0).spend(entry("tiny-c", 2.0))
