"""Training on a shop's own log: censoring, the same weights for the same seed, and a resumed run that ends as an unbroken one."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from context import Positions
from dataset import DAY, Data, Folder, Part
from fit import Checkpoints, Interrupted, Settings, fit
from losses import first_of_next_day
from network import BINS, EDGES, Member, Shape
from start import adopt, back_off

SHOP, USERS = 30, 6
WORDS = ["", "view", "search", "wishlist", "cart", "uncart", "checkout", "coupon", "purchase", "refund", "visit", "view:a"]
STEPS = 4


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Users with an action a day on days 0 to 9, asked on days 5 to 9; the cut-off is day 40."""
    where = tmp_path_factory.mktemp("data")
    make = np.random.default_rng(0)
    days = np.tile(np.arange(10), USERS)
    asked = np.tile(np.arange(5, 10), USERS)
    arrays = {
        "words.i32": make.integers(1, len(WORDS), USERS * 10).astype(np.int32),
        "at.i64": (days * DAY).astype(np.int64),
        "count.f32": np.ones(USERS * 10, np.float32),
        "local.i32": make.integers(0, 4, USERS * 10).astype(np.int32),
        "windows.i64": np.stack([np.arange(USERS) * 10, np.full(USERS, 10), np.arange(USERS)], 1).astype(np.int64),
        "queries.i32": np.stack([np.repeat(np.arange(USERS), 5), asked, asked, np.zeros_like(asked)], 1).astype(np.int32),
        "weights.f32": np.ones(USERS * 5, np.float32),
        "shop.f32": make.normal(size=(10, SHOP)).astype(np.float32),
        "outcomes.i32": np.stack([make.integers(-1, 30, USERS * 5), 40 - asked], 1).astype(np.int32),
    }
    for name, values in arrays.items():
        values.tofile(where / name)
    meta = {"targets": "outcomes", "shopStatistics": [f"s{i}" for i in range(SHOP)], "vocabulary": WORDS}
    (where / "meta.json").write_text(json.dumps(meta))
    return where


def member(seed: int = 0) -> Member:
    torch.manual_seed(seed)
    return Member(Shape("tiny", len(WORDS), SHOP, [0, *range(10), 0]))


def trained(folder: Path, checkpoints: Checkpoints, seed: int = 0) -> dict[str, torch.Tensor]:
    settings = Settings(rate=1e-3, positions=64, queries=3, steps=STEPS)
    return fit(member(), Data([folder]), Part(), seed, settings, "m", checkpoints)[0].state_dict()


def same(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> bool:
    return all(torch.equal(value, b[name]) for name, value in a.items())


def test_time_bins_that_end_after_the_cut_off_are_unknown(folder: Path) -> None:
    mapped = Folder(folder)
    mapped.targets = np.asarray([[2, 35], [-1, 35], [33, 35]], np.int32)
    survival, known = mapped.truth(np.asarray([0, 1, 2]), 1_000_000)
    assert known.sum(-1).tolist() == [31.0] * 3  # the bin of days 31 to 45 does not end within 35
    assert survival[0, :4].tolist() == [1, 1, 0, 0]
    assert survival[1].tolist() == [1.0] * BINS
    assert survival[2, :31].tolist() == [1.0] * 31 and EDGES[32] == 45


def test_an_earlier_cut_off_hides_labels_and_words_after_it(folder: Path) -> None:
    part = Part(end=7, cut=7)
    batch = next(Data([folder]).every(part, 10_000))
    assert int(batch.moment[batch.weight > 0].max()) == 6 * DAY
    assert bool((batch.known.sum(-1) == 7 - batch.moment // DAY).all())
    assert bool((batch.following[:, 6:] == 0).all()) and bool((batch.following[:, :6] > 0).all())


def test_the_first_thing_of_the_next_active_day_is_shared_by_what_comes_at_once() -> None:
    at = torch.tensor([[0, 10, 12, 12, 20]]) * DAY
    p = Positions(torch.zeros_like(at), at, torch.tensor([[1.0, 1, 3, 1, 1]]), torch.zeros_like(at), at >= 0)

    def shares(moment: int, cut: int = 1_000) -> list[float]:
        days = [torch.tensor([[value]]) for value in (moment * DAY, cut)]
        return first_of_next_day(p, *days)[0].tolist()

    assert shares(10) == [0, 1, 0, 0, 0]
    assert shares(11) == [0, 0, 0.75, 0.25, 0]
    assert shares(11, cut=12) == shares(21) == [0] * 5  # beyond what is known, and nothing left
    assert shares(-31) == [0] * 5 and shares(-29) == [1, 0, 0, 0, 0]  # too late, and in time


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(folder: Path) -> None:
    first = trained(folder, Checkpoints(None, "k", False))
    assert same(first, trained(folder, Checkpoints(None, "k", False)))
    assert not same(first, trained(folder, Checkpoints(None, "k", False), seed=1))


class StopsAfter(Checkpoints):
    """Keeps a checkpoint at one step and dies there, as a machine that goes does."""

    calls = 0

    def due(self) -> bool:
        self.calls += 1
        return self.calls == 3

    def save(self, stage: str = "", state=None) -> None:  # type: ignore[no-untyped-def]
        super().save(stage, state)
        raise Interrupted


def test_a_resumed_run_ends_with_the_weights_of_an_unbroken_one(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(Interrupted):
        trained(folder, StopsAfter(tmp_path, "k", False))
    assert [file.name for file in tmp_path.iterdir()] == ["training.pt"]
    resumed = Checkpoints(tmp_path, "k", resume=True)
    assert resumed.running["m"]["step"] == 3
    assert same(trained(folder, resumed), trained(folder, Checkpoints(None, "k", False)))


def test_a_checkpoint_of_other_data_is_refused(folder: Path, tmp_path: Path) -> None:
    Checkpoints(tmp_path, "k", False).save()
    with pytest.raises(ValueError, match="other data or options"):
        Checkpoints(tmp_path, "another", resume=True)


def test_a_new_word_starts_from_the_nearest_one_it_backs_off_to() -> None:
    assert back_off("view:a/b") == ["view:a/b", "view:a", "view"]
    known, new = member(), member(1)
    more = Member(Shape("tiny", len(WORDS) + 2, SHOP, [0, *range(10), 0, 0, 7]))
    adopt(more, known.state_dict(), WORDS, [*WORDS, "view:a/b", "purchase:z"], "bundle")
    rows = more.word_embedding.weight
    assert torch.equal(rows[12], known.word_embedding.weight[11]) and torch.equal(rows[13], known.word_embedding.weight[8])
    with pytest.raises(ValueError, match="its linear.weight is"):
        adopt(new, {**known.state_dict(), "linear.weight": torch.zeros(2, 2)}, WORDS, WORDS, "bundle")
