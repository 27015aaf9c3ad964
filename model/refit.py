"""Fits the heads of a bundle to many simulated shops at once, its body as it is, and writes the bundle that comes of it.

    npm run train -- FOLDER... --heads --init BUNDLE --out BUNDLE

A body is dear to run and general; how its states and the context features become hazards depends on the breadth of the
family. So the body reads each window once (the result is kept beside the data), and the query head then sees every
query many times at a fiftieth of the cost; what tells the next action and category follows, from the windows again.
Stopped, the same command goes on where it was: from the kept features, and from the last checkpoint in `--checkpoints`.
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
from torch import nn

from export import WEIGHTS, load_members, write_bundle
from fit import heed_signals, reason_of, save_whole, say
from heads import HEAD, NEXT, head_batches, head_loss, judge, judge_next, next_batches, next_loss, renormalise
from network import BuyTiming, Member
from shops import Shops


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
                state = {"step": done, "average": average, "member": member.state_dict(), "optimizer": optimizer.state_dict()}
                save_whole(state, file)
    with torch.no_grad():
        for name, value in named:
            value.copy_(average[name])


def refit(args: argparse.Namespace) -> dict[str, Any]:
    started = time.monotonic()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    members = load_members(args.init, may_lack=NEXT)
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
        if not args.only_next:
            renormalise(member, seen)
            say(f"member {number}: held-out shops before {json.dumps(judge(member, held))}")
            loss = partial(head_loss, anchor=copy.deepcopy(member), trust=args.trust)
            batches = head_batches(seen, 2_048, args.seed)
            fit_stage(f"head-{number}", member, HEAD, batches, args.steps, 1e-3, loss, args)
        fit_stage(f"next-{number}", member, NEXT, next_batches(seen, args.seed), args.next_steps, 1.5e-3, next_loss, args)
        results.append({**judge(member, held), **judge_next(member, held)})
        say(f"member {number}: held-out shops {json.dumps(results[-1])}")
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
    parameters = sum(p.numel() for member in members for p in member.parameters())
    return {
        "modelVersion": version,
        "parameters": parameters,
        "seconds": round(time.monotonic() - started, 1),
        "validation": results,
    }


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="+", type=Path, help="folders that `npm run prior` wrote; the last two are held out")
    parser.add_argument("--init", type=Path, required=True, help="bundle to start from")
    parser.add_argument("--out", type=Path, required=True, help="folder of the bundle")
    parser.add_argument("--steps", type=int, default=800, help="of the query head, 2,048 queries each")
    parser.add_argument("--trust", type=float, default=0.7, help="share of the start in what browsing users teach")
    parser.add_argument("--next-steps", type=int, default=1_200, help="of what tells the next action and category")
    parser.add_argument("--only-next", action="store_true", help="leaves the query head as it is")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--checkpoints", type=Path, help="folder that keeps what is needed to go on")
    return parser.parse_args()


if __name__ == "__main__":
    heed_signals()
    try:
        print(json.dumps(refit(arguments())))
    except KeyboardInterrupt:
        say("training stopped: interrupted")
        sys.exit(130)
    except (RuntimeError, ValueError, OSError) as problem:
        sys.exit(f"training stopped: {reason_of(problem)}")
