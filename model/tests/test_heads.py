"""Refitting heads: scaling anew changes no answer, and batches carry what the body read."""

import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch

from dataset import DAY
from heads import NEXT, head_batches, head_loss, judge, judge_next, next_batches, next_loss, renormalise
from network import BINS, Member, Shape
from shops import Shops

SHOP, USERS, EACH, ASKED = 30, 12, 10, 3
WORDS = ["", "view", "search", "wishlist", "cart", "uncart", "checkout", "coupon", "purchase", "refund", "visit"]


@pytest.fixture
def shops(tmp_path: Path) -> Shops:
    make = np.random.default_rng(2)
    days = np.tile(np.arange(EACH - ASKED, EACH), USERS)
    arrays = {
        "words.i32": make.integers(1, len(WORDS), USERS * EACH).astype(np.int32),
        "at.i64": np.tile(np.arange(EACH) * DAY, USERS).astype(np.int64),
        "count.f32": np.ones(USERS * EACH, np.float32),
        "local.i32": make.integers(0, 4, USERS * EACH).astype(np.int32),
        "windows.i64": np.stack([np.arange(USERS) * EACH, np.full(USERS, EACH), np.zeros(USERS)], 1).astype(np.int64),
        "queries.i32": np.stack([np.repeat(np.arange(USERS), ASKED), days, days - EACH + ASKED, days * 0], 1).astype(np.int32),
        "weights.f32": np.ones(USERS * ASKED, np.float32),
        "shop.f32": make.normal(size=(ASKED, SHOP)).astype(np.float32),
        "survival.f32": np.tile(np.exp(-0.1 * np.arange(1, BINS + 1)), (USERS * ASKED, 1)).astype(np.float32),
    }
    for name, values in arrays.items():
        values.tofile(tmp_path / name)
    meta = {"targets": "survival", "shopStatistics": [f"s{i}" for i in range(SHOP)], "vocabulary": WORDS}
    (tmp_path / "meta.json").write_text(json.dumps(meta))
    return Shops(tmp_path)


@pytest.fixture
def member() -> Member:
    torch.manual_seed(6)
    made = Member(Shape("tiny", len(WORDS), SHOP, [0, *range(10)])).eval()
    for layer in (made.linear, made.leave):
        torch.nn.init.normal_(layer.weight, std=0.01)
    return made


def test_features_scaled_anew_give_the_same_answers(shops: Shops, member: Member) -> None:
    shops.read(member, "k")
    raw, state, moment, _, _ = shops.queries(np.arange(USERS * ASKED))
    member.norm.running_var.fill_(100.0)  # so that nothing is beyond what features are clamped to
    with torch.no_grad():
        before = member.head(raw, state, moment)[0]
        renormalise(member, [shops])
        within = member.norm(raw.transpose(1, 2)).abs().amax(dim=(1, 2)) < 6
        assert bool(within.any())
        assert torch.allclose(before[within], member.head(raw, state, moment)[0][within], atol=1e-3)


def test_a_body_reads_a_folder_once_and_its_truth_is_learned(shops: Shops, member: Member) -> None:
    shops.read(member, "k")
    read = (shops.folder / "features-k.f16").stat().st_mtime_ns
    shops.read(member, "k")
    assert (shops.folder / "features-k.f16").stat().st_mtime_ns == read
    before = judge(member, [shops])
    loss = partial(head_loss, anchor=member, trust=0.0)
    optimizer = torch.optim.Adam([*member.linear.parameters()], lr=0.02)
    for _, batch in zip(range(20), head_batches([shops], 12, 0), strict=False):
        optimizer.zero_grad()
        loss(member, batch).backward()
        optimizer.step()
    after = judge(member, [shops])
    assert before["oracle"] == after["oracle"] <= after["horizon"] < before["horizon"]


def test_what_comes_next_is_learned_and_hazards_stay_as_they_were(shops: Shops, member: Member) -> None:
    shops.read(member, "k")
    before, hazards = judge_next(member, [shops]), judge(member, [shops])
    optimizer = torch.optim.Adam([value for name, value in member.named_parameters() if name.startswith(NEXT)], lr=0.01)
    for _, batch in zip(range(20), next_batches([shops], 0), strict=False):
        optimizer.zero_grad()
        next_loss(member, batch).backward()
        optimizer.step()
    after = judge_next(member, [shops])
    assert after["category"] < before["category"] and after["word"] < before["word"]
    assert judge(member, [shops]) == hazards
