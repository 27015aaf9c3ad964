"""Training on a shop's own log: the last weeks are held out first, and the bundle started from stays a member."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

import own
from dataset import DAY, Data
from fit import Checkpoints, Settings
from network import Member, Shape

SHOP, USERS, DAYS = 30, 40, 40
WORDS = ["", "view", "search", "wishlist", "cart", "uncart", "checkout", "coupon", "purchase", "refund", "visit"]
SETTINGS = Settings(rate=1e-3, positions=2_048, queries=4)


def log(folder: Path, purchases: bool = True) -> Data:
    """Users with an action every fourth day, asked on every other day; the cut-off is day 40."""
    make = np.random.default_rng(0)
    each, asked = np.arange(0, DAYS, 4), np.arange(1, DAYS, 2)
    after = make.integers(0, 12, (USERS, len(asked)))
    after = np.where(asked + after < DAYS, after, -1) if purchases else np.full_like(after, -1)
    count, queries = USERS * len(each), USERS * len(asked)
    days = np.tile(asked, USERS)
    arrays = {
        "words.i32": make.integers(1, len(WORDS), count).astype(np.int32),
        "at.i64": np.tile(each * DAY, USERS).astype(np.int64),
        "count.f32": np.ones(count, np.float32),
        "local.i32": make.integers(0, 4, count).astype(np.int32),
        "windows.i64": np.stack([np.arange(USERS) * len(each), np.full(USERS, len(each)), np.arange(USERS)], 1).astype(np.int64),
        "queries.i32": np.stack([np.repeat(np.arange(USERS), len(asked)), days, days, days * 0], 1).astype(np.int32),
        "weights.f32": np.ones(queries, np.float32),
        "shop.f32": make.normal(size=(DAYS, SHOP)).astype(np.float32),
        "outcomes.i32": np.stack([after.ravel(), DAYS - days], 1).astype(np.int32),
    }
    for name, values in arrays.items():
        values.tofile(folder / name)
    meta = {"targets": "outcomes", "shopStatistics": [f"s{i}" for i in range(SHOP)], "vocabulary": WORDS}
    (folder / "meta.json").write_text(json.dumps(meta))
    return Data([folder])


def member(seed: int = 0) -> Member:
    torch.manual_seed(seed)
    return Member(Shape("tiny", len(WORDS), SHOP, [0, *range(10)])).eval()


def trained(data: Data, folder: Path | None = None, resume: bool = False) -> own.Own:
    checkpoints = Checkpoints(folder, "k", resume)
    return own.train_own(data, lambda: [member(1)], member(0), replace(SETTINGS), 2, 0, checkpoints)


def test_held_out_weeks_are_the_last_and_nothing_of_them_is_known_before(tmp_path: Path) -> None:
    parts = own.parts_of(log(tmp_path))
    assert parts is not None
    before, after = parts
    assert before.end == before.cut == after.first == 31


def test_shares_are_learned_and_a_resumed_training_gives_the_same(tmp_path: Path) -> None:
    data = log(tmp_path)
    first = trained(data, tmp_path / "kept")
    assert set(first.validation["losses"]) == {"member 0", "member 1", "shares", "corrected"}
    assert sum(first.net.blend.mix) == pytest.approx(1.0, abs=1e-3)
    assert len(first.net.members) == len(first.net.blend.mix)
    kept = torch.load(tmp_path / "kept" / "training.pt", weights_only=True)
    assert "trial 0" in kept["done"]
    again = trained(data, tmp_path / "kept", resume=True)
    assert all(torch.equal(value, again.net.state_dict()[name]) for name, value in first.net.state_dict().items())


def test_where_too_little_is_held_out_the_bundle_counts_most(tmp_path: Path) -> None:
    made = trained(log(tmp_path, purchases=False))
    assert made.validation == {} and made.net.blend.mix == pytest.approx([0.7, 0.3]) and not made.net.blend.corrects


def test_a_bundle_that_is_better_than_what_was_trained_stays_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own, "learn_blend", lambda logits, held, usual: (own.Blend([1.0, 0.0]), {}))
    made = trained(log(tmp_path))
    assert len(made.net.members) == 1
    assert all(torch.equal(a, b) for a, b in zip(made.net.parameters(), member(0).parameters(), strict=True))
