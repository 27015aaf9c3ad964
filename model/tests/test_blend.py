"""What held-out weeks decide: how much each member counts, and what correction hazards get."""

import torch
from torch import nn

from blend import HeldOut, learn_blend, part_of, usual_shares
from dataset import Batch
from network import BINS, Blend, blended, corrected

USERS, QUERIES = 400, 4


def held(logits: torch.Tensor, seed: int = 0) -> HeldOut:
    """Outcomes drawn from hazards [Q,K], every bin known, a quarter of the queries of users silent 0, 3, 10 and 20 days."""
    draw = torch.Generator().manual_seed(seed)
    came = torch.rand(logits.shape, generator=draw) < torch.sigmoid(logits)
    survival = torch.cumprod(1.0 - came.float(), -1).unsqueeze(0)
    ones, none = torch.ones_like(survival), torch.zeros(0)
    truth = Batch(none, none, none, none, none, none, ones[:, :, 0], survival, ones, none, none, none, none)
    group = torch.arange(len(logits)) // QUERIES
    return HeldOut(truth, torch.tensor([0, 3, 10, 20]).repeat(len(logits) // QUERIES), group)


def hazards(seed: int, spread: float = 0.7) -> torch.Tensor:
    draw = torch.Generator().manual_seed(seed)
    return (-3.5 + spread * torch.randn(USERS * QUERIES, 1, generator=draw)).expand(-1, BINS).contiguous()


def test_a_member_that_knows_is_preferred_to_one_that_guesses() -> None:
    knows, guesses = hazards(1), hazards(2)
    blend, losses = learn_blend(torch.stack([guesses, knows]), held(knows), [0.5, 0.5])
    assert blend.mix[1] > 0.8
    assert losses["member 1"] < losses["member 0"]


def test_of_few_users_the_bundle_started_from_keeps_most_of_its_share() -> None:
    alike, few = hazards(1), 5 * QUERIES
    truth = held(alike)
    said = torch.stack([alike[:few], hazards(2)[:few]])
    some = HeldOut(part_of(truth.truth, torch.arange(few)), truth.silence[:few], truth.group[:few])
    blend, _ = learn_blend(said, some, usual_shares(2, True))
    assert 0.5 < blend.mix[0] < 0.9


def test_too_many_expected_buyers_are_corrected_where_they_are_silent() -> None:
    says = hazards(3)
    truly = says - torch.tensor([0.0, 0.0, 1.0, 1.0]).repeat(USERS).unsqueeze(1)
    blend, losses = learn_blend(says.unsqueeze(0), held(truly), [1.0])
    assert losses["corrected"] < losses["member 0"]
    assert blend.shift[2] < -0.3 and abs(blend.shift[0]) < abs(blend.shift[2]) / 2


def test_right_forecasts_stay_as_they_are_or_nearly_so() -> None:
    says = hazards(4)
    blend, _ = learn_blend(says.unsqueeze(0), held(says), [1.0])
    assert max(abs(value) for value in (*blend.shift, blend.tilt - 1, blend.slope)) < 0.2


def test_a_mixture_of_equal_members_is_that_member_and_no_correction_changes_nothing() -> None:
    logits = hazards(5)
    stays, leaves = nn.functional.logsigmoid(-logits), nn.functional.logsigmoid(logits)
    mixed = blended(torch.stack([stays, stays]), torch.stack([leaves, leaves]), torch.tensor([0.3, 0.7]))
    assert torch.allclose(mixed, torch.sigmoid(logits), atol=1e-6)
    plain = Blend([1.0])
    silence = torch.zeros(len(logits), dtype=torch.int64)
    same = corrected(mixed, silence, *(torch.tensor(value) for value in (plain.shift, plain.tilt, plain.slope)))
    assert torch.allclose(same, mixed, atol=1e-6)
    assert not plain.corrects
