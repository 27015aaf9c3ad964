"""Trains members on prepared training data and writes the model bundle.

    python model/train.py DATA_FOLDER... --out BUNDLE --minutes 30

Training is a pass over simulated shops whose truth is known, so the target of a query is the probability itself and
not one outcome: the expected negative log-likelihood of the hazard model (Tutz & Schmid, Modeling Discrete
Time-to-Event Data, 2016, eq. 3.12, with both terms weighted by the true survival).
"""

import argparse
import hashlib
import json
import math
import sys
import time
from pathlib import Path
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn

from dataset import Batch, Data
from export import write_bundle
from network import HORIZONS, Member, Shape


def losses(member: Member, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
    """The weighted loss of a batch and its parts."""
    p = member.positions(batch.words, batch.at, batch.count, batch.local)
    states = member.states(batch.words, batch.count, p)
    logits, hidden = member.query(states, p, batch.shop, batch.moment)
    weight = batch.weight / batch.weight.mean()
    before = torch.cat([torch.ones_like(batch.survival[:, :, :1]), batch.survival[:, :, :-1]], dim=-1)
    stay, leave = nn.functional.logsigmoid(-logits), nn.functional.logsigmoid(logits)
    hazard = -((before - batch.survival).clamp(min=0.0) * leave + batch.survival * stay).sum(-1)
    survival = torch.exp(torch.cumsum(stay, dim=-1))
    horizon, oracle = torch.zeros_like(hazard), torch.zeros_like(hazard)
    for days in HORIZONS:
        truth, said = batch.survival[:, :, days - 1], survival[:, :, days - 1].clamp(1e-6, 1 - 1e-6)
        horizon = horizon - (truth * torch.log(said) + (1 - truth) * torch.log1p(-said))
        oracle = oracle + nn.functional.binary_cross_entropy(truth.clamp(0.0, 1.0), truth.clamp(0.0, 1.0), reduction="none")
    word_logits = member.next_word(states[:, :-1])
    following = batch.words[:, 1:]
    word = nn.functional.cross_entropy(word_logits.flatten(0, 1), following.flatten(), ignore_index=0)
    pointer = pointer_loss(member, batch, states, p, hidden)
    parts = {
        "hazard": (weight * hazard).mean(),
        "horizon": (weight * horizon).mean() / len(HORIZONS),
        "oracle": (weight * oracle).mean() / len(HORIZONS),  # the same loss of the truth itself: the least there is
        "word": word,
        "category": pointer,
    }
    return parts["hazard"] * 0.3 + parts["horizon"] * 2.0 + 0.1 * word + 0.1 * pointer, parts


def pointer_loss(member: Member, batch: Batch, states: Tensor, p, hidden: Tensor) -> Tensor:  # type: ignore[no-untyped-def]
    """Cross-entropy of the category of the next purchase, for the first query of each row that knows it."""
    known = batch.next_local[:, 0] >= 0
    said = member.pointer(states, p, hidden[:, :1], batch.moment[:, :1])
    picked = said.gather(1, batch.next_local[:, :1].clamp(min=0)).squeeze(1)
    return -(picked * known.float()).sum() / known.float().sum().clamp(min=1.0)


def evaluate(member: Member, data: Data, args: argparse.Namespace) -> dict[str, float]:
    """Mean parts of the loss on the held-out shops."""
    member.eval()
    sums: dict[str, float] = {}
    rows = 0
    with torch.no_grad():
        for batch in data.batches(args.positions, args.queries, seed=0, held_out=True):
            for name, value in losses(member, batch)[1].items():
                sums[name] = sums.get(name, 0.0) + float(value) * len(batch.words)
            rows += len(batch.words)
            if rows > 6_000:
                break
    member.train()
    return {name: value / rows for name, value in sums.items()}  # empty where no shop is held out


def train_member(data: Data, shape: Shape, seed: int, args: argparse.Namespace) -> tuple[Member, dict[str, float]]:
    torch.manual_seed(seed)
    member = Member(shape)
    if args.init:
        member.load_state_dict(torch.load(args.init, weights_only=True))
    average = torch.optim.swa_utils.AveragedModel(
        member, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.998), use_buffers=True
    )
    decayed = [p for p in member.parameters() if p.dim() > 1]
    other = [p for p in member.parameters() if p.dim() <= 1]
    groups = [{"params": decayed, "weight_decay": 0.01}, {"params": other, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=args.rate, betas=(0.9, 0.98))
    started = shown = time.monotonic()
    budget = args.minutes * 60.0
    step = windows = epoch = 0
    running = 0.0
    done = False
    while not done:
        for batch in data.batches(args.positions, args.queries, seed=seed * 1_000 + epoch):
            progress = (time.monotonic() - started) / budget
            if progress >= 1.0:
                done = True
                break
            rate = args.rate * min(1.0, (step + 1) / 200) * 0.5 * (1 + math.cos(math.pi * min(1.0, progress)))
            for group in optimizer.param_groups:
                group["lr"] = rate
            loss, _ = losses(member, batch)
            if not torch.isfinite(loss):
                raise RuntimeError(f"the loss became {loss.item()} at step {step}; check the data or lower --rate")
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(member.parameters(), 1.0)
            optimizer.step()
            average.update_parameters(member)
            step += 1
            windows += len(batch.words)
            running = float(loss) if step == 1 else 0.99 * running + 0.01 * float(loss)
            if time.monotonic() - shown > 20:
                shown = time.monotonic()
                speed = windows / (shown - started)
                left = budget - (shown - started)
                print(
                    f"member {seed}: pass {epoch + 1}, step {step}, loss {running:.4f}, "
                    f"{speed:.0f} sequences/s, {left / 60:.1f} min left",
                    file=sys.stderr,
                    flush=True,
                )
        epoch += 1
        if args.checkpoint:
            torch.save(average.module.state_dict(), args.checkpoint)
    trained = cast(Member, average.module)
    result = evaluate(trained, data, args)
    print(f"member {seed}: held-out shops {json.dumps(result)}", file=sys.stderr, flush=True)
    return trained, result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="+", type=Path, help="folders that `npm run prior` wrote")
    parser.add_argument("--out", type=Path, required=True, help="folder of the bundle")
    parser.add_argument("--size", choices=["tiny", "base", "gpt2"], default="tiny")
    parser.add_argument("--members", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=30.0, help="training time of each member")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--positions", type=int, default=6_144, help="padded positions of a batch")
    parser.add_argument("--queries", type=int, default=12, help="queries drawn of each sequence")
    parser.add_argument("--init", type=Path, help="weights to start from")
    parser.add_argument("--checkpoint", type=Path, help="where to keep the weights between passes")
    args = parser.parse_args()
    data = Data(args.data)
    words: list[str] = data.meta["vocabulary"]
    types = words[1:11]
    shape = Shape(
        size=args.size,
        vocabulary=len(words),
        shop=len(data.meta["shopStatistics"]),
        word_types=[0] + [types.index(word.split(":")[0]) for word in words[1:]],
    )
    started = time.monotonic()
    members, results = [], []
    for number in range(args.members):
        member, result = train_member(data, shape, args.seed + number, args)
        members.append(member)
        results.append(result)
    metas = [folder.meta for folder in data.folders]
    digest = hashlib.sha256(json.dumps(metas, sort_keys=True).encode())
    for member in members:
        for value in member.state_dict().values():
            digest.update(np.ascontiguousarray(value.numpy()).tobytes())
    version = f"{args.size}-{digest.hexdigest()[:8]}"
    facts = {
        "trainedOn": {
            "firstDay": min(meta["firstDay"] for meta in metas),
            "lastDay": max(meta["lastDay"] for meta in metas),
            "users": sum(meta["users"] for meta in metas),
            "actions": sum(meta["actions"] for meta in metas),
            "shops": sum(meta["shops"] for meta in metas),
            "simulated": True,
            "hash": hashlib.sha256(json.dumps(metas, sort_keys=True).encode()).hexdigest(),
        },
        "backtest": {"heldOutShops": results},
    }
    write_bundle(args.out, members, words, data.meta["shopStatistics"], facts, version)
    parameters = sum(p.numel() for member in members for p in member.parameters())
    seconds = round(time.monotonic() - started, 1)
    print(json.dumps({"modelVersion": version, "parameters": parameters, "seconds": seconds, "validation": results}))


if __name__ == "__main__":
    try:
        main()
    except (RuntimeError, OSError, KeyboardInterrupt) as problem:
        sys.exit(f"training stopped: {problem or type(problem).__name__}")
