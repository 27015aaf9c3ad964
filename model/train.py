"""Trains members on prepared training data and writes the model bundle.

python model/train.py FOLDER... --out BUNDLE               a shop's own log, as `npm run train` prepares it
python model/train.py FOLDER... --out BUNDLE --minutes 30  simulated shops, as `npm run prior` writes them
"""

import argparse
import hashlib
import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from dataset import Data, Part
from export import write_bundle
from fit import Checkpoints, Interrupted, Settings, fit, say
from losses import losses
from network import Member, Shape
from start import starting_members


def evaluate(member: Member, data: Data, part: Part, positions: int, most: int = 6_000) -> dict[str, float]:
    """Mean parts of the loss on a part of the data, on at most about so many windows."""
    sums: dict[str, float] = {}
    rows = 0
    with torch.no_grad():
        for batch in data.batches(part, positions, 12, (0,)):
            for name, value in losses(member.eval(), batch)[1].items():
                sums[name] = sums.get(name, 0.0) + float(value) * len(batch.words)
            rows += len(batch.words)
            if rows > most:
                break
    return {name: value / rows for name, value in sums.items()}  # empty where nothing is held out


def train(args: argparse.Namespace) -> dict[str, Any]:
    started = time.monotonic()
    torch.use_deterministic_algorithms(True, warn_only=True)
    data = Data(args.data)
    words: list[str] = data.meta["vocabulary"]
    types = words[1:11]
    shape = Shape(
        size=args.size,
        vocabulary=len(words),
        shop=len(data.meta["shopStatistics"]),
        word_types=[0] + [types.index(word.split(":")[0]) for word in words[1:]],
    )
    simulated = data.folders[0].simulated
    part = Part(held_out=False) if simulated else Part()
    settings = Settings(
        rate=args.rate or (2e-3 if simulated or not args.init else 5e-4),
        positions=args.positions,
        queries=args.queries,
        minutes=args.minutes if simulated else None,
        steps=None if simulated else args.epochs * data.steps(part, args.positions),
        device=torch.device("cuda" if torch.cuda.is_available() else "cpu"),
    )
    metas = [folder.meta for folder in data.folders]
    options = {name: str(getattr(args, name)) for name in ("size", "members", "seed", "epochs", "minutes", "init", "rate")}
    key = hashlib.sha256(json.dumps([metas, options], sort_keys=True).encode()).hexdigest()
    checkpoints = Checkpoints(args.checkpoints, key, args.resume, args.checkpoint_seconds)
    members, results = [], []
    for number, member in enumerate(starting_members(args.init, shape, words, args.members, args.seed)):
        stage = f"member {number}"
        if kept := checkpoints.done.get(stage):
            member.load_state_dict(kept["weights"])
            result = kept["result"]
        else:
            member = fit(member, data, part, args.seed + number, settings, stage, checkpoints)
            result = evaluate(member, data, replace(part, held_out=True), args.positions) if simulated else {}
            checkpoints.done[stage] = {"weights": member.state_dict(), "result": result}
            checkpoints.save()
        say(f"{stage}: held-out shops {json.dumps(result)}")
        members.append(member.eval())
        results.append(result)
    digest = hashlib.sha256(key.encode())
    for member in members:
        for value in member.state_dict().values():
            digest.update(np.ascontiguousarray(value.numpy()).tobytes())
    version = f"{args.size}-{digest.hexdigest()[:8]}"
    sums = {name: sum(meta.get(name, 0) for meta in metas) for name in ("users", "actions", "windows", "positions")}
    facts = {
        "trainedOn": {
            "firstDay": min(meta["firstDay"] for meta in metas),
            "lastDay": max(meta["lastDay"] for meta in metas),
            "users": sums["users"],
            "actions": sums["actions"],
            **({"shops": sum(meta["shops"] for meta in metas), "simulated": True} if simulated else {}),
            "hash": hashlib.sha256(json.dumps(metas, sort_keys=True).encode()).hexdigest(),
        },
        "backtest": {"heldOutShops": results} if simulated else {},
    }
    write_bundle(args.out, members, words, data.meta["shopStatistics"], facts, version)
    seconds = time.monotonic() - started
    tokens = sums["positions"] * (args.epochs if not simulated else 1)
    return {
        "modelVersion": version,
        "parameters": sum(p.numel() for member in members for p in member.parameters()),
        "users": sums["users"],
        "sequences": sums["windows"],
        "tokens": tokens,
        "seconds": round(seconds, 1),
        "tokensPerSecond": round(tokens * args.members / seconds),
        "validation": results,
    }


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="+", type=Path, help="folders of training data")
    parser.add_argument("--out", type=Path, required=True, help="folder of the bundle")
    parser.add_argument("--size", choices=["tiny", "base", "gpt2"], default="tiny")
    parser.add_argument("--members", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=30.0, help="simulated shops: training time of each member")
    parser.add_argument("--epochs", type=int, default=8, help="a log: passes over it")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rate", type=float, help="learning rate at its highest")
    parser.add_argument("--positions", type=int, default=6_144, help="padded positions of a batch")
    parser.add_argument("--queries", type=int, default=12, help="queries drawn of each sequence")
    parser.add_argument("--init", type=Path, help="bundle whose weights to start from")
    parser.add_argument("--checkpoints", type=Path, help="folder that keeps what is needed to go on")
    parser.add_argument("--checkpoint-seconds", type=float, default=30.0)
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint, if there is one")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        print(json.dumps(train(arguments())))
    except (Interrupted, KeyboardInterrupt):
        say("training stopped: interrupted")
        sys.exit(130)
    except (RuntimeError, ValueError, OSError) as problem:
        lines = str(problem).strip().splitlines() or [type(problem).__name__]
        say(f"training stopped: {lines[0]}")
        sys.exit(1)
