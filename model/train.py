"""Trains members on prepared training data and writes the model bundle.

python model/train.py FOLDER... --out BUNDLE               a shop's own log, as `npm run train` prepares it
python model/train.py FOLDER... --out BUNDLE --minutes 30  simulated shops, as `npm run prior` writes them
python model/train.py                                      as a SageMaker training job (training_job.py)
"""

import argparse
import hashlib
import json
import math
import os
import signal
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import torch

from dataset import Data, Part
from export import load_members, load_net, write_bundle
from fit import Checkpoints, Interrupted, Settings, fit, heed_signals, reason_of, say
from ledger import Ledger, Spent
from losses import losses
from network import BuyTiming, Member, Shape
from own import Own, passes, train_own, usual_members
from private import fit_private
from start import is_bundle, prior_of, renormalise, starting_members
from training_job import is_job, job_arguments, write_failure


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


def train_simulated(data: Data, starts: list[Member], settings: Settings, args: argparse.Namespace, kept: Checkpoints) -> Own:
    """Members trained on simulated shops for some minutes each, judged on shops held out."""
    part = Part(held_out=False)
    members, results = [], []
    for number, member in enumerate(starts):
        stage = f"member {number}"
        if before := kept.done.get(stage):
            member.load_state_dict(before["weights"])
            result = before["result"]
        else:
            if args.init:
                renormalise(member, data, part, args.positions)
            member, _ = fit(member, data, part, args.seed + number, settings, stage, kept)
            result = evaluate(member, data, replace(part, held_out=True), args.positions)
            kept.done[stage] = {"weights": member.state_dict(), "result": result}
            kept.save()
        say(f"{stage}: held-out shops {json.dumps(result)}")
        members.append(member.eval())
        results.append(result)
    return Own(BuyTiming(members).eval(), {"heldOutShops": results})


def train_private(args: argparse.Namespace) -> dict[str, Any]:
    """One member, started from a bundle of simulated shops; nothing that is written depends on the log but through it."""
    started = time.monotonic()
    data = Data(args.data)
    vocabulary = public_vocabulary(args, data)
    private = math.isfinite(args.private_epsilon)
    ledger = Ledger(args.private_ledger, args.private_budget, args.private_epsilon) if private and args.private_ledger else None
    options = {name: getattr(args, name) for name in ("private_epsilon", "private_trained")}
    key = hashlib.sha256(json.dumps([data.meta, options, vocabulary], sort_keys=True).encode()).hexdigest()
    checkpoints = Checkpoints(args.checkpoints, key, args.resume, args.checkpoint_seconds)
    if ledger and not checkpoints.running:
        ledger.check(args.private_epsilon)
    mix = load_net(args.init).blend.mix
    start = load_members(args.init)[max(range(len(mix)), key=mix.__getitem__)]
    member, spending = fit_private(start, data, args.private_epsilon, args.private_trained, checkpoints)
    net = BuyTiming([member.eval()]).eval()
    version = f"{member.shape.size}-{digest_of(net, hashlib.sha256(json.dumps(options).encode()))}"
    trained_on = {
        "firstDay": data.meta["firstDay"],
        "lastDay": str(np.datetime64(data.meta["until"]) - 1),
        "users": spending.users,
        "hash": json.loads((args.init / "manifest.json").read_text())["trainedOn"]["hash"],
    }
    if ledger:
        today = time.strftime("%Y-%m-%d", time.gmtime())
        ledger.spend(Spent(today, version, spending.epsilon, spending.delta))
    facts = {"trainedOn": trained_on, "private": asdict(spending) if private else None}
    write_bundle(args.out, net, vocabulary, data.meta["shopStatistics"], facts, version)
    return {
        "modelVersion": version,
        "parameters": sum(p.numel() for p in net.parameters()),
        "users": spending.users,
        "seconds": round(time.monotonic() - started, 1),
        "private": facts["private"],
        "validation": {},
    }


def public_vocabulary(args: argparse.Namespace, data: Data) -> list[str]:
    """That of the bundle started from. Raises ValueError where something of the start or the data is not public."""
    if data.folders[0].simulated or len(data.folders) > 1:
        raise ValueError("private training is for one shop's own log")
    if args.init is None or not is_bundle(args.init):
        raise ValueError("private training starts from a bundle; leave --init out for the shipped one")
    if not json.loads((args.init / "manifest.json").read_text())["trainedOn"].get("simulated"):
        raise ValueError(
            f"{args.init} was trained on a shop's actions, which would not be private; start from the shipped bundle"
        )
    vocabulary: list[str] = json.loads((args.init / "vocabulary.json").read_text())
    if not data.meta.get("private") or data.meta["vocabulary"] != vocabulary:
        raise ValueError("these data were not made for private training; make them with --private")
    return vocabulary


def digest_of(net: BuyTiming, digest: Any) -> str:
    for value in net.state_dict().values():
        digest.update(np.ascontiguousarray(value.numpy()).tobytes())
    return str(digest.hexdigest()[:8])


def train(args: argparse.Namespace) -> dict[str, Any]:
    if args.private_epsilon is not None:
        return train_private(args)
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
    settings = Settings(
        rate=args.rate or (2e-3 if simulated or not args.init else 5e-4),
        positions=args.positions,
        queries=args.queries,
        minutes=args.minutes if simulated else None,
        keep_norm=args.init is not None and is_bundle(args.init),
        shop_noise=0.1 if simulated else 0.0,
        device=torch.device("cuda" if torch.cuda.is_available() else "cpu"),
    )
    metas = [folder.meta for folder in data.folders]
    options = {name: str(getattr(args, name)) for name in ("size", "members", "seed", "epochs", "minutes", "init", "rate")}
    key = hashlib.sha256(json.dumps([metas, options], sort_keys=True).encode()).hexdigest()
    checkpoints = Checkpoints(args.checkpoints, key, args.resume, args.checkpoint_seconds)
    count = args.members or (1 if simulated else usual_members(data))

    def starts() -> list[Member]:
        return starting_members(args.init, shape, words, count, args.seed)

    if simulated:
        own = train_simulated(data, starts(), settings, args, checkpoints)
    else:
        epochs = passes(data, args.epochs)
        own = train_own(data, starts, prior_of(args.init, shape, words), settings, epochs, args.seed, checkpoints)
    net = own.net
    version = f"{args.size}-{digest_of(net, hashlib.sha256((key + json.dumps(asdict(net.blend))).encode()))}"
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
        "backtest": own.validation if simulated else {},
        "calibration": {} if simulated else {**asdict(net.blend), "heldOut": own.validation},
    }
    write_bundle(args.out, net, words, data.meta["shopStatistics"], facts, version)
    seconds = time.monotonic() - started
    return {
        "modelVersion": version,
        "parameters": sum(p.numel() for p in net.parameters()),
        "users": sums["users"],
        "sequences": sums["windows"],
        "tokens": checkpoints.tokens,
        "seconds": round(seconds, 1),
        "tokensPerSecond": round(checkpoints.tokens / seconds),
        "validation": own.validation,
    }


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="+", type=Path, help="folders of training data")
    parser.add_argument("--out", type=Path, required=True, help="folder of the bundle")
    parser.add_argument("--size", choices=["tiny", "base", "gpt2"], default="tiny")
    parser.add_argument("--members", type=int, help="members trained (default: what serves best)")
    parser.add_argument("--minutes", type=float, default=30.0, help="simulated shops: training time of each member")
    parser.add_argument("--epochs", type=int, help="a log: passes over it, at most")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rate", type=float, help="learning rate at its highest")
    parser.add_argument("--positions", type=int, default=6_144, help="padded positions of a batch")
    parser.add_argument("--queries", type=int, default=12, help="queries drawn of each sequence")
    parser.add_argument("--init", type=Path, help="bundle, or GPT-2 of Hugging Face, whose weights to start from")
    parser.add_argument("--private-epsilon", type=float, help="trains with differential privacy of so much for each user")
    parser.add_argument("--private-trained", choices=["adapter", "network"], default="adapter", help="what learns")
    parser.add_argument("--private-ledger", type=Path, help="file that keeps what was spent on this shop")
    parser.add_argument("--private-budget", type=float, help="epsilon of all trainings on this shop together")
    parser.add_argument("--checkpoints", type=Path, help="folder that keeps what is needed to go on")
    parser.add_argument("--checkpoint-seconds", type=float, default=30.0)
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint, if there is one")
    return parser.parse_args(job_arguments(os.environ) + sys.argv[1:] if is_job(os.environ) else None)


def stopped(reason: str, code: int) -> NoReturn:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    say(f"training stopped: {reason}")
    if is_job(os.environ):
        write_failure(reason)
    sys.exit(code)


if __name__ == "__main__":
    heed_signals()
    try:
        print(json.dumps(train(arguments())))
    except (Interrupted, KeyboardInterrupt):
        stopped("interrupted", 130)
    except (RuntimeError, ValueError, OSError) as problem:
        stopped(reason_of(problem), 1)
