"""Properties of the network that serving relies on, on untrained weights (they hold for any)."""

import json
from pathlib import Path

import pytest
import torch

from context import Positions, context_features
from export import example, load_net, write_bundle
from network import DAY, BuyTiming, Member, Shape

WORDS, SHOP = 11, 30


@pytest.fixture(scope="module")
def net() -> BuyTiming:
    torch.manual_seed(3)
    members = [Member(Shape("tiny", WORDS, SHOP, [0, *range(10)])) for _ in range(2)]
    for member in members:
        for parameter in member.parameters():
            torch.nn.init.normal_(parameter, std=0.05)
    return BuyTiming(members).eval()


def run(net: BuyTiming, inputs: dict[str, torch.Tensor]) -> tuple[torch.Tensor, ...]:
    with torch.no_grad():
        return net(**inputs)


@pytest.mark.parametrize("days", [1, 5, 30])
def test_row_d_equals_row_0_of_a_forecast_made_d_days_later(net: BuyTiming, days: int) -> None:
    inputs = example(8, 64, WORDS, SHOP, seed=days)
    now = run(net, inputs)
    later = run(net, {**inputs, "origin": inputs["origin"] + days * DAY})
    assert torch.allclose(now[0][:, days], later[0][:, 0], atol=1e-5)
    assert torch.allclose(now[1][:, days], later[1][:, 0], atol=1e-5)


def test_padding_and_neighbours_in_a_batch_change_nothing(net: BuyTiming) -> None:
    inputs = example(6, 32, WORDS, SHOP)
    together = run(net, inputs)
    for row in range(6):
        alone = {name: value[row : row + 1] for name, value in inputs.items()}
        for name in ("words", "at", "count", "local"):
            alone[name] = torch.nn.functional.pad(alone[name], (0, 32))
        assert torch.allclose(run(net, alone)[0][0], together[0][row], atol=1e-5)


def test_what_stands_beyond_length_is_not_read(net: BuyTiming) -> None:
    inputs = example(4, 32, WORDS, SHOP)
    inputs["length"] = torch.full((4, 1), 5)
    noisy = {**inputs, "words": inputs["words"].clone(), "count": inputs["count"].clone()}
    noisy["words"][:, 5:] = 3
    noisy["count"][:, 5:] = 9.0
    assert torch.allclose(run(net, inputs)[0], run(net, noisy)[0], atol=1e-6)


def test_positions_at_or_after_a_moment_do_not_reach_its_features() -> None:
    inputs = example(4, 32, WORDS, SHOP)
    types = (inputs["words"] - 1).clamp(min=0)
    moment = inputs["at"][:, 10:11] // DAY * DAY
    full = Positions(types, inputs["at"], inputs["count"], inputs["local"], inputs["words"] > 0)
    changed = torch.where(inputs["at"] < moment, types, (types + 3) % 10)
    other = Positions(changed, inputs["at"], inputs["count"] * 1, inputs["local"], inputs["words"] > 0)
    assert torch.allclose(context_features(full, moment), context_features(other, moment))


def test_silence_is_what_queries_one_day_apart_give(net: BuyTiming) -> None:
    inputs = example(32, 64, WORDS, SHOP, seed=2)
    member, words, at, last = net.members[0], inputs["words"], inputs["at"], inputs["length"] - 1
    assert isinstance(member, Member)
    moment = at.gather(1, last) + 3_600 + torch.arange(31) * DAY
    with torch.no_grad():
        p = member.positions(words, at, inputs["count"], inputs["local"])
        states = member.states(words, inputs["count"], p)
        one_by_one = member.query(states, p, inputs["shop"].unsqueeze(1).expand(-1, 31, -1), moment)
        state = states[torch.arange(32), last.squeeze(1)].unsqueeze(1)
        at_once = member.silence(state, p, inputs["shop"], moment)
    for single, together in zip(one_by_one, at_once, strict=True):
        assert torch.allclose(single, together, atol=1e-5)
    of_moments, of_silence = (context_features(p, moment, seen) for seen in (None, p.valid.unsqueeze(1)))
    assert torch.allclose(of_moments, of_silence, atol=1e-5) and bool((of_moments.std(dim=(0, 1)) > 0).float().mean() > 0.9)


def test_numbering_of_own_categories_is_only_a_name(net: BuyTiming) -> None:
    inputs = example(6, 32, WORDS, SHOP)
    swap = torch.arange(65)
    swap[1], swap[4] = 4, 1
    renamed = {**inputs, "local": swap[inputs["local"]]}
    before, after = run(net, inputs), run(net, renamed)
    assert torch.allclose(before[0], after[0], atol=1e-6)
    assert torch.allclose(before[4][:, swap], after[4], atol=1e-6)


def test_probabilities_are_ordered_and_add_up(net: BuyTiming) -> None:
    hazard, p_buy, next_word, next_word_p, next_local_p = run(net, example(16, 64, WORDS, SHOP))
    assert bool((p_buy[..., 1:] >= p_buy[..., :-1]).all())
    assert torch.allclose(1 - torch.cumprod(1 - hazard[..., :30], dim=-1)[..., -1], p_buy[..., 4], atol=1e-4)
    assert torch.allclose(next_local_p.sum(-1), torch.ones(16), atol=1e-4)
    assert bool((next_word > 0).all()) and bool((next_word_p <= 1).all())


def test_what_comes_next_is_read_from_what_was_before(net: BuyTiming) -> None:
    inputs = example(6, 32, WORDS, SHOP, seed=4)
    member = net.members[0]
    assert isinstance(member, Member)

    def coming(inputs: dict[str, torch.Tensor], moment: torch.Tensor) -> tuple[torch.Tensor, ...]:
        words = inputs["words"]
        p = member.positions(words, inputs["at"], inputs["count"], inputs["local"])
        states = member.states(words, inputs["count"], p)
        hidden = member.query(states, p, inputs["shop"].unsqueeze(1), moment)[1]
        return member.coming(states, member.latest(states, p, moment).squeeze(1), p, hidden, words, inputs["shop"], moment)

    moment = inputs["at"][:, 10:11] // DAY * DAY
    later = inputs["at"] >= moment
    changed = {name: torch.where(later & (inputs["words"] > 0), 3, inputs[name]) for name in ("words", "local")}
    with torch.no_grad():
        for said, other in zip(coming(inputs, moment), coming({**inputs, **changed}, moment), strict=True):
            assert torch.allclose(said, other, atol=1e-6)
            assert torch.allclose(said.sum(-1), torch.ones(6), atol=1e-5)


def test_a_bundle_gives_its_weights_back_and_names_every_file(net: BuyTiming, tmp_path) -> None:  # type: ignore[no-untyped-def]
    words = ["", "view", "search", "wishlist", "cart", "uncart", "checkout", "coupon", "purchase", "refund", "visit"]
    # Refuses a graph that differs from torch by more than 1e-4; test/contract/parity.test.ts measures that at every length.
    write_bundle(tmp_path / "bundle", net, words, [f"s{i}" for i in range(SHOP)], {}, "v1")
    inputs = example(3, 32, WORDS, SHOP)
    again = load_net(tmp_path / "bundle")
    assert torch.allclose(run(net, inputs)[0], run(again, inputs)[0], atol=1e-6)
    manifest = json.loads((tmp_path / "bundle" / "manifest.json").read_text())
    there = {str(f.relative_to(tmp_path / "bundle")) for f in (tmp_path / "bundle").rglob("*") if f.is_file()}
    assert set(manifest["files"]) == there - {"manifest.json"}
    assert [f.name for f in tmp_path.iterdir()] == ["bundle"]
    graph = (tmp_path / "bundle" / "repository" / "buy_timing" / "1" / "model.onnx").read_bytes()
    assert str(Path(__file__).parents[1]).encode() not in graph and b"site-packages" not in graph
