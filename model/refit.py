"""Fits the heads of a bundle to many simulated shops at once, its body as it is, and writes the bundle that comes of it.

    python model/refit.py FOLDER... --init BUNDLE --out BUNDLE

A body is dear to run and general; how its states and the context features become hazards depends on the breadth of the
family. So the body reads each window once (the result is kept beside the data), and the query head then sees every
query many times at a fiftieth of the cost; the pointer head follows in one more pass over the windows. Stopped, the
same command goes on where it was: from the kept features, and from the last checkpoint in `--checkpoints`.
"""

import argparse
import copy
import hashlib
import json
import math
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from export import WEIGHTS, load_members, write_bundle
from network import HORIZONS, BuyTiming, Member
from shops import Shops

HEAD = ("enter", "gate", "middle", "leave", "linear")
POINTER = ("pointer_query", "pointer_key", "pointer_other")
SHOP_NOISE = 0.1
"""In standard deviations: a shop's statistics say roughly what it is like, and no head may know a shop by them."""
MOST_WEIGHT = 20.0
SILENCE, VIEWS = 97, 5
"""Places of the log of the days since the last action among the context features, and of views among shop statistics."""
LONGEST, SOME_VIEWS = math.log1p(90) - math.log(8), 0.02


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def head_losses(logits: Tensor, survival: Tensor, weight: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Hazard and horizon losses as in training of everything, and the horizon loss of the truth itself."""
    weight = weight / weight.mean()
    before = torch.cat([torch.ones_like(survival[..., :1]), survival[..., :-1]], -1)
    stay, leave = nn.functional.logsigmoid(-logits), nn.functional.logsigmoid(logits)
    hazard = -((before - survival).clamp(min=0.0) * leave + survival * stay).sum(-1)
    said_all = torch.exp(torch.cumsum(stay, -1))
    horizon, truth_itself = torch.zeros_like(hazard), torch.zeros_like(hazard)
    for days in HORIZONS:
        truth, said = survival[..., days - 1].clamp(1e-6, 1 - 1e-6), said_all[..., days - 1].clamp(1e-6, 1 - 1e-6)
        horizon = horizon - (truth * torch.log(said) + (1 - truth) * torch.log1p(-said))
        truth_itself = truth_itself - (truth * torch.log(truth) + (1 - truth) * torch.log1p(-truth))
    parts = (hazard, horizon / len(HORIZONS), truth_itself / len(HORIZONS))
    means = [(weight * part).mean() for part in parts]
    return means[0], means[1], means[2]


def fit_stage(
    stage: str, member: Member, parts: tuple[str, ...], batches: Iterator[Any], steps: int, rate: float, loss_of: Any, args: Any
) -> None:
    """AdamW with a cosine to nought on some parts of the network, which end as the average of their last weights."""
    named = [(name, value) for name, value in member.named_parameters() if name.split(".")[0] in parts]
    optimizer = torch.optim.AdamW([value for _, value in named], lr=rate, betas=(0.9, 0.98), weight_decay=0.01)
    average = {name: value.detach().clone() for name, value in named}
    file: Path | None = args.checkpoints and args.checkpoints / f"{stage}.pt"
    first = 0
    if file and file.exists():
        kept = torch.load(file, weights_only=True)
        first, average = kept["step"], kept["average"]
        member.load_state_dict(kept["member"])
        optimizer.load_state_dict(kept["optimizer"])
    started, running = time.monotonic(), 0.0
    for step, batch in enumerate(batches):
        if step >= steps:
            break
        if step >= first:
            for group in optimizer.param_groups:
                group["lr"] = rate * min(1.0, (step + 1) / 100) * 0.5 * (1 + math.cos(math.pi * step / steps))
            loss = loss_of(member, batch)
            if not torch.isfinite(loss):
                raise ValueError(f"the loss became {loss.item()} at step {step} of the {stage}; check the data")
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_([value for _, value in named], 1.0)
            optimizer.step()
            keep = min(0.998, 1 - 1 / (step - first + 2) if first == 0 else 0.998)
            with torch.no_grad():
                for name, value in named:
                    average[name].mul_(keep).add_(value, alpha=1 - keep)
            running = float(loss.detach()) if step == first else 0.98 * running + 0.02 * float(loss.detach())
            done = step + 1
            if done % 50 == 0:
                left = (steps - done) * (time.monotonic() - started) / (done - first)
                say(f"{stage}: step {done} of {steps}, loss {running:.4f}, {left / 60:.1f} min left")
            if file and done % 250 == 0:
                file.parent.mkdir(parents=True, exist_ok=True)
                state = {"step": done, "average": average, "member": member.state_dict(), "optimizer": optimizer.state_dict()}
                torch.save(state, file.with_suffix(".part"))
                file.with_suffix(".part").rename(file)
    with torch.no_grad():
        for name, value in named:
            value.copy_(average[name])


def head_batches(shops: list[Shops], rows: int, seed: int) -> Iterator[tuple[Tensor, ...]]:
    """Queries of all shops in random order, over and over."""
    ends = np.cumsum([len(part.data.queries) for part in shops])
    for turn in range(1_000_000):
        order = np.random.default_rng((seed, turn)).permutation(int(ends[-1]))
        for at in range(0, len(order) - rows + 1, rows):
            chosen = np.sort(order[at : at + rows])
            owner = np.searchsorted(ends, chosen, side="right")
            drawn = [shops[o].queries(chosen[owner == o] - (ends[o - 1] if o else 0)) for o in np.unique(owner)]
            yield tuple(torch.cat(parts) for parts in zip(*drawn, strict=True))


def head_loss(member: Member, batch: tuple[Tensor, ...], anchor: Member, trust: float) -> Tensor:
    """Of queries like those the start was fitted to, its own survival curve makes the share `trust` of the target."""
    raw, state, moment, survival, weight = batch
    width = member.shape.shop
    with torch.no_grad():
        stays = torch.exp(torch.cumsum(nn.functional.logsigmoid(-anchor.head(raw, state, moment)[0]), -1))
        trusted = trust * ((raw[..., SILENCE] <= LONGEST) & (raw[..., VIEWS - width] > SOME_VIEWS)).float().unsqueeze(-1)
        survival = survival * (1 - trusted) + stays * trusted
        noise = SHOP_NOISE * torch.sqrt(variances(member)[-width:]) * torch.randn_like(raw[..., -width:])
    logits, _ = member.head(torch.cat([raw[..., :-width], raw[..., -width:] + noise], -1), state, moment)
    hazard, horizon, _ = head_losses(logits, survival, weight.clamp(max=float(weight.mean()) * MOST_WEIGHT))
    return 0.3 * hazard + 2.0 * horizon


def variances(member: Member) -> Tensor:
    found = member.norm.running_var
    assert isinstance(found, Tensor)
    return found


def pointer_batches(shops: list[Shops], seed: int) -> Iterator[tuple[Shops, NDArray[np.int64], int, int]]:
    """Windows of all shops in random order."""
    plan = [(part, windows, length) for part in shops for windows, length in part.windows(1)]
    for turn in np.random.default_rng(seed).permutation(len(plan)):
        yield (*plan[turn], int(turn))


def pointer_loss(member: Member, batch: tuple[Shops, NDArray[np.int64], int, int]) -> Tensor:
    """Cross-entropy of the category of the next purchase, for two queries of each window that know it."""
    part, windows, length, turn = batch
    pick = np.random.default_rng(turn)
    words, at, count, local = part.padded(windows, length)
    with torch.no_grad():
        p = member.positions(words, at, count, local)
        states = member.states(words, count, p)
    loss, known = torch.zeros(()), torch.zeros(())
    first, end = part.data.first_query[windows], part.data.first_query[windows + 1]
    for _ in range(2):
        chosen = pick.integers(first, end)
        raw, state, moment, _, _ = part.queries(chosen)
        target = torch.from_numpy(np.asarray(part.data.queries[chosen, 3], np.int64)).unsqueeze(1)
        with torch.no_grad():
            hidden = member.head(raw, state, moment)[1]
        some = (target >= 0).float()
        loss = loss - (member.pointer(states, p, hidden, moment).gather(1, target.clamp(min=0)) * some).sum()
        known = known + some.sum()
    return loss / known.clamp(min=1.0)


def renormalise(member: Member, shops: list[Shops]) -> None:
    """Means and variances of the features as they are in this family, and weights that make the same of them."""
    raw = torch.cat([part.queries(np.arange(0, len(part.data.queries), 7))[0].flatten(0, 1) for part in shops])
    mean, var = raw.mean(0), raw.var(0) + 1e-3
    before, shift = variances(member), member.norm.running_mean
    assert isinstance(shift, Tensor)
    old, new = torch.sqrt(before + member.norm.eps), torch.sqrt(var + member.norm.eps)
    everything, last = slice(None), slice(-member.shape.shop, None)
    with torch.no_grad():
        for layer, columns in ((member.enter, everything), (member.linear, everything), (member.gate, last)):
            moved, scale = ((mean - shift) / old)[columns], (new / old)[columns]
            weight = layer.weight[:, : len(scale)]
            layer.bias.add_(weight @ moved)
            layer.weight[:, : len(scale)] = weight * scale
        shift.copy_(mean)
        before.copy_(var)


def judge(member: Member, shops: list[Shops]) -> dict[str, float]:
    """Mean losses over every query of shops that were held out, beside the least there is."""
    sums, rows = np.zeros(3), 0
    with torch.no_grad():
        for part in shops:
            for at in range(0, len(part.data.queries), 4_096):
                chosen = np.arange(at, min(at + 4_096, len(part.data.queries)))
                raw, state, moment, survival, weight = part.queries(chosen)
                found = head_losses(member.head(raw, state, moment)[0], survival, weight)
                sums += len(chosen) * np.array([float(value) for value in found])
                rows += len(chosen)
    return dict(zip(("hazard", "horizon", "oracle"), (sums / rows).round(5).tolist(), strict=True))


def refit(args: argparse.Namespace) -> dict[str, Any]:
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    members = load_members(args.init)
    key = hashlib.sha256((args.init / WEIGHTS).read_bytes()).hexdigest()[:8]
    before = json.loads((args.init / "manifest.json").read_text())
    shops = [Shops(folder) for folder in args.data]
    held, seen = shops[-2:], shops[:-2]
    results = []
    for number, member in enumerate(members):
        member.eval()
        for part in shops:
            part.read(member, f"{key}-{number}")
            say(f"{part.folder.name}: read")
        renormalise(member, seen)
        say(f"member {number}: held-out shops before {json.dumps(judge(member, held))}")
        name = f"head-{number}"
        loss = partial(head_loss, anchor=copy.deepcopy(member), trust=args.trust)
        fit_stage(name, member, HEAD, head_batches(seen, 2_048, args.seed), args.steps, 1e-3, loss, args)
        if args.pointer_steps:
            say(f"member {number}: held-out shops {json.dumps(judge(member, held))}")
            name = f"pointer-{number}"
            fit_stage(name, member, POINTER, pointer_batches(seen, args.seed), args.pointer_steps, 1.5e-3, pointer_loss, args)
        results.append(judge(member, held))
    metas = [part.data.meta for part in shops]
    made = hashlib.sha256(json.dumps([before["trainedOn"], metas], sort_keys=True).encode())
    digest = made.copy()
    for member in members:
        for value in member.state_dict().values():
            digest.update(np.ascontiguousarray(value.numpy()).tobytes())
    facts = {
        "trainedOn": {
            "firstDay": min(meta["firstDay"] for meta in [before["trainedOn"], *metas]),
            "lastDay": max(meta["lastDay"] for meta in [before["trainedOn"], *metas]),
            **{name: sum(meta[name] for meta in [before["trainedOn"], *metas]) for name in ("users", "actions", "shops")},
            "simulated": True,
            "hash": made.hexdigest(),
            "startedFrom": before["version"],
        },
        "backtest": {"heldOutShops": results},
    }
    version = f"{before['size']}-{digest.hexdigest()[:8]}"
    write_bundle(args.out, BuyTiming(members), metas[0]["vocabulary"], metas[0]["shopStatistics"], facts, version)
    return {"modelVersion": version, "validation": results}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="+", type=Path, help="folders that `npm run prior` wrote; the last two are held out")
    parser.add_argument("--init", type=Path, required=True, help="bundle to start from")
    parser.add_argument("--out", type=Path, required=True, help="folder of the bundle")
    parser.add_argument("--steps", type=int, default=800, help="of the query head, 2,048 queries each")
    parser.add_argument("--trust", type=float, default=0.7, help="share of the start in what browsing users teach")
    parser.add_argument("--pointer-steps", type=int, default=450, help="of the pointer head, at most one pass")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--checkpoints", type=Path, help="folder that keeps what is needed to go on")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        print(json.dumps(refit(arguments())))
    except (RuntimeError, ValueError, OSError, KeyboardInterrupt) as problem:
        sys.exit(f"training stopped: {problem or type(problem).__name__}")
