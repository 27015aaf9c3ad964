"""Attacks models that are trained here on random halves of a shop's users, with privacy and without.

    npm run privacy-audit -- --actions FILE --out FOLDER

The models are thrown away: their noise is known (it comes from --seed), so that the figures can be repeated. Beside the
users there are made-up ones with random histories: some are planted, each in half of the models, and others, made the
same way, are never trained on.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.func import functional_call, vmap

from adapter import without_shop
from attacks import CHANCE_EXPOSURE, Floats, membership, planted
from context import PURCHASE, TYPES
from cost import cost
from dataset import DAY, Folder, Ints
from export import load_members, load_net
from fit import Checkpoints, heed_signals, reason_of, say
from network import EXPORTED_ATTENTION, Member
from private import LEARNING, descend, plan, span_of
from users import DAYS_ASKED, AdapterLoss, Days, NetworkLoss, Sequences, Source

ACTIONS = 12
"""Of a made-up user."""
RATES = {"adapter": LEARNING["adapter"], "network": 5 * LEARNING["network"]}
"""Of learning: the network is to learn by heart, so that the attack has something to find."""


class Some:
    """Part of the users of a source, as `descend` reads them."""

    def __init__(self, source: Source, users: Ints) -> None:
        self.source, self.index, self.users = source, users, len(users)

    def parts(self, users: Ints) -> Iterator[tuple[Tensor, ...]]:
        return self.source.parts(self.index[users])


def with_strangers(folder: Path, count: int, seed: int, scratch: Path) -> Folder:
    """The training data with `count` made-up users after the others: actions and days drawn at random, so that nobody is
    like them and nothing but their own presence could teach a model about them."""
    log = Folder(folder)
    days = np.asarray(log.queries[:, 1])
    first, span = int(days.min()) - 1, span_of(log.meta)
    make = np.random.default_rng(seed)
    words: list[int] = []
    at: list[int] = []
    local: list[int] = []
    windows, queries, outcomes, weights = [], [], [], []
    user, place = int(log.windows[:, 2].max()) + 1, len(log.words)
    for number in range(count):
        acted = first + np.sort(make.choice(span - 1, ACTIONS, replace=False))
        acted[0] = min(int(acted[0]), first + span - 1 - DAYS_ASKED)
        kinds = make.integers(0, TYPES, ACTIONS)
        bought = acted[kinds == PURCHASE]
        asked = np.sort(make.choice(np.arange(int(acted[0]) + 1, first + span), DAYS_ASKED, replace=False))
        windows.append([place + len(words), ACTIONS, user + number])
        words += (kinds + 1).tolist()
        at += (acted * DAY).tolist()
        local += make.integers(1, 9, ACTIONS).tolist()
        for day in asked:
            later = bought[bought >= day]
            queries.append([len(log.windows) + number, day, 0, -1])
            outcomes.append([int(later[0] - day) if len(later) else -1, first + span - int(day)])
            weights.append((first + span - 1 - int(acted[0])) / DAYS_ASKED)
    added = {
        "words.i32": (log.words, words),
        "at.i64": (log.at, at),
        "count.f32": (log.count, np.ones(len(words))),
        "local.i32": (log.local, local),
        "windows.i64": (log.windows, windows),
        "queries.i32": (log.queries, queries),
        "outcomes.i32": (log.targets, outcomes),
        "weights.f32": (log.weights, weights),
        "shop.f32": (log.shop, np.zeros((0, log.shop.shape[1]))),
    }
    for name, (before, after) in added.items():
        np.concatenate([before, np.asarray(after, before.dtype)]).tofile(scratch / name)
    (scratch / "meta.json").write_text(json.dumps(log.meta))
    return Folder(scratch)


def start_of(bundle: Path) -> Member:
    """The member that private training starts from."""
    mix = load_net(bundle).blend.mix
    member = load_members(bundle)[max(range(len(mix)), key=mix.__getitem__)].eval()
    without_shop(member)
    member.body.set_attn_implementation(EXPORTED_ATTENTION)
    return member


def losses_of(loss: AdapterLoss | NetworkLoss, source: Days | Sequences) -> Floats:
    """Loss [U] of every user."""
    values = {**dict(loss.named_parameters()), **dict(loss.named_buffers())}
    found = np.zeros(source.users)
    with torch.no_grad():
        for some in order_of(source):
            for part in source.parts(some):
                found[some] = vmap(lambda *user: functional_call(loss, values, user))(*part).numpy()
    return found


def order_of(source: Days | Sequences) -> list[Ints]:
    """Users in sets that `parts` gives as one."""
    if isinstance(source, Days):
        return [np.arange(at, min(at + source.chunk, source.users)) for at in range(0, source.users, source.chunk)]
    sets = []
    for length in np.unique(source.length):
        users, rows = np.flatnonzero(source.length == length), max(1, source.chunk // int(length))
        sets += [users[at : at + rows] for at in range(0, len(users), rows)]
    return sets


def attack(args: argparse.Namespace, source: Days | Sequences, trained: str, epsilon: float) -> dict[str, Any]:
    """Models of one kind, each trained on half of the users and half of the planted ones, and what is found out of them."""
    started = time.monotonic()
    strangers = args.planted + args.candidates
    real = source.users - strangers
    make = np.random.default_rng(args.seed)
    trained_on = make.random((args.models, source.users)) < 0.5
    trained_on[:, real + args.planted :] = False
    found = np.zeros((args.models, source.users))
    for model in range(args.models):
        say(f"{trained}, epsilon {epsilon:g}: model {model + 1} of {args.models}")
        member = start_of(args.init)
        loss = AdapterLoss(member) if trained == "adapter" else NetworkLoss(member)
        generator = torch.Generator().manual_seed(args.seed + model)
        users = Some(source, np.flatnonzero(trained_on[model]))
        planned = plan(users.users, epsilon, generator)
        descend(loss, users, planned, RATES[trained], generator, 0, Checkpoints(None, "", False))
        found[model] = losses_of(loss, source)
    plants = slice(real, real + args.planted)
    inside = [(model, user) for model in range(args.models) for user in range(real, plants.stop) if trained_on[model, user]]
    candidates = found[:, plants.stop :]
    return {
        "trained": trained,
        "epsilon": None if np.isinf(epsilon) else epsilon,
        "membership": asdict(membership(found[:, :real], trained_on[:, :real])),
        "plantedMembership": asdict(membership(found[:, plants], trained_on[:, plants])),
        "planted": asdict(
            planted(
                np.asarray([found[one] for one in inside]),
                np.stack([candidates[model] for model, _ in inside]),
                np.asarray([user for _, user in inside]),
            )
        ),
        "users": real,
        "seconds": round(time.monotonic() - started, 1),
    }


def audit(args: argparse.Namespace) -> dict[str, Any]:
    torch.use_deterministic_algorithms(True, warn_only=True)
    with tempfile.TemporaryDirectory() as scratch:
        folder = with_strangers(args.data, args.planted + args.candidates, args.seed, Path(scratch))
        start, span = start_of(args.init), span_of(folder.meta)
        sources: dict[str, Days | Sequences] = {"adapter": Days(start, folder, span)}
        if args.network:
            sources["network"] = Sequences(start, folder, span)
        epsilons = (float("inf"), *args.epsilon)
        results = [attack(args, source, trained, epsilon) for trained, source in sources.items() for epsilon in epsilons]
    spent = None
    if args.train_end is not None:
        spent = cost(start_of(args.init), Folder(args.data), args.train_end, [float("inf"), *args.cost_epsilon], args.cost_seeds)
    return {
        "cost": spent,
        "models": args.models,
        "planted": args.planted,
        "candidates": args.candidates,
        "chanceExposure": CHANCE_EXPOSURE,
        "results": results,
    }


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="training data of one shop, made for private training")
    parser.add_argument("--init", type=Path, required=True, help="bundle that training starts from")
    parser.add_argument("--epsilon", type=float, nargs="+", default=[8.0])
    parser.add_argument("--network", action="store_true", help="also models whose whole network learned, too fast")
    parser.add_argument("--train-end", type=int, help="day number: what privacy costs is judged on the days from it on")
    parser.add_argument("--cost-epsilon", type=float, nargs="+", default=[1.0, 3.0, 8.0])
    parser.add_argument("--cost-seeds", type=int, default=3)
    parser.add_argument("--models", type=int, default=8, help="models of each kind")
    parser.add_argument("--planted", type=int, default=32, help="planted users, each in half of the models")
    parser.add_argument("--candidates", type=int, default=255, help="users like them that no model sees")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    heed_signals()
    try:
        print(json.dumps(audit(arguments())))
    except (RuntimeError, ValueError, OSError, KeyboardInterrupt) as problem:
        sys.exit(f"training stopped: {reason_of(problem)}")
