"""A shop's own model against the bundle that it starts from, and against one from nothing, on the shop's later days.

python test/bench/start.py BUNDLE SEEDS SHOP...    each SHOP with `before` (what it trains on) and `after` (what it is judged by)
"""

import json
import sys
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "model"))

from blend import logits_of, silence_of  # noqa: E402
from dataset import Data, Part  # noqa: E402
from fit import Checkpoints, Settings  # noqa: E402
from losses import hazard_losses  # noqa: E402
from network import BuyTiming, Member, Shape, logs  # noqa: E402
from own import passes, train_own, usual_members  # noqa: E402
from start import prior_of, starting_members  # noqa: E402

POSITIONS, QUERIES = 6_144, 12


def trained(data: Data, shape: Shape, init: Path | None, seed: int) -> BuyTiming:
    """As `npm run train` does."""
    words, prior = data.meta["vocabulary"], None if init is None else prior_of(init, shape, data.meta["vocabulary"])
    rate = 2e-3 if init is None else 5e-4
    settings = Settings(rate=rate, positions=POSITIONS, queries=QUERIES, keep_norm=init is not None)

    def starts() -> list[Member]:
        return starting_members(init, shape, words, usual_members(data), seed)

    return train_own(data, starts, prior, settings, passes(data, None), seed, Checkpoints(None, "", False)).net


def judged(net: BuyTiming, data: Data) -> tuple[float, float]:
    """Mean log-loss over the horizons, expected of the exact truth, and the least there is."""
    sums, weight = torch.zeros(2), 0.0
    raw = {"mix": torch.log(net.mix), "shift": net.shift, "tilt": net.tilt - 1, "slope": net.slope}
    with torch.no_grad():
        for batch in data.every(Part(), POSITIONS):
            found = []
            for member in net.members:
                assert isinstance(member, Member)
                p = member.positions(batch.words, batch.at, batch.count, batch.local)
                found.append(member.query(member.states(batch.words, batch.count, p), p, batch.shop, batch.moment)[0])
            logits = torch.stack(found)
            stays, leaves = logs(logits)
            parts = hazard_losses(logits_of(stays, leaves, silence_of(batch), raw), batch)
            share = float(batch.weight.sum())
            sums, weight = sums + share * torch.stack([parts["horizon"], parts["oracle"]]), weight + share
    loss, least = (sums / weight).tolist()
    return loss, least


def main() -> None:
    bundle, seeds = Path(sys.argv[1]), int(sys.argv[2])
    torch.set_num_threads(1)
    found = []
    for shop in map(Path, sys.argv[3:]):
        before, after = Data([shop / "before"]), Data([shop / "after"])
        words = before.meta["vocabulary"]
        types = [0] + [words[1:11].index(word.split(":")[0]) for word in words[1:]]
        shape = Shape("tiny", len(words), len(before.meta["shopStatistics"]), types)
        prior = prior_of(bundle, shape, words)
        assert prior is not None
        shipped, least = judged(BuyTiming([prior]).eval(), after)
        result: dict[str, float] = {"least": least, "shipped": shipped}
        for name, init in (("trained", bundle), ("nothing", None)):
            losses = [judged(trained(before, shape, init, 100 * seed), after)[0] for seed in range(seeds)]
            result[name] = sum(losses) / seeds
        found.append(result)
        print(f"{shop.name} {json.dumps(result)}", file=sys.stderr, flush=True)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
