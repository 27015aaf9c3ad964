"""Training on a shop's own log.

The last weeks before the cut-off are held out first: members trained without them tell after how many passes to stop, how
much each counts, and what correction the hazards need. Then members trained on everything, as long as that, take their
places. The bundle started from is one of the members as it is, so that what it knows is not lost on a small shop.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from blend import HeldOut, answers, held_out, learn_blend, loss_of, usual_shares
from dataset import Data, Part
from fit import Checkpoints, Settings, fit, say
from network import Blend, BuyTiming, Member

HELD_DAYS = 28
FEWEST_DAYS, FEWEST_USERS, FEWEST_BUYERS = 7, 30, 15
"""Of what is held out: of less, nothing can be learned that holds."""
SEQUENCES = 60_000
"""Passes over a log are fewer the larger it is, but at least two."""
MOST_PASSES = 8
FEW_WINDOWS = 10_000
"""A small log gains the most from averaging members, and has the time for it."""


@dataclass
class Own:
    net: BuyTiming
    validation: dict[str, Any]


def windows_of(data: Data) -> int:
    return sum(len(found) for _, _, found in data.buckets(Part()))


def passes(data: Data, asked: int | None) -> int:
    return asked or min(MOST_PASSES, max(2, round(SEQUENCES / max(1, windows_of(data)))))


def usual_members(data: Data) -> int:
    return 2 if windows_of(data) < FEW_WINDOWS else 1


def train_own(
    data: Data,
    starts: Callable[[], list[Member]],
    prior: Member | None,
    settings: Settings,
    epochs: int,
    seed: int,
    checkpoints: Checkpoints,
) -> Own:
    """Members from `starts()` trained on the log, with `prior` beside them as it is."""
    whole, parts = Part(), parts_of(data)
    held = enough(held_out(data, parts[1], settings.positions)) if parts else None
    blend: Blend | None = None
    chosen: dict[str, float] = {}
    best = [epochs] * len(starts())
    if parts and held:
        before, after = parts
        truth = held.truth
        logits = [] if prior is None else [answers(prior, data, after, settings.positions)]
        best = []

        def watch(member: Member) -> float:
            return float(loss_of(answers(member, data, after, settings.positions), truth))

        steps = epochs * data.steps(before, settings.positions)
        for number, member in enumerate(starts()):
            trial = replace(settings, steps=steps, watch=watch)
            fitted, count = stage(f"trial {number}", member, data, before, seed + number, trial, checkpoints)
            logits.append(answers(fitted, data, after, settings.positions))
            best.append(count)
        blend, chosen = learn_blend(torch.stack(logits), held, usual_shares(len(logits), prior is not None))
        say(f"shares {blend.mix}, losses on the weeks held out {chosen}")
    members = [] if prior is None else [prior.eval()]
    each = data.steps(whole, settings.positions)
    for number, member in enumerate(starts()):
        if blend and blend.mix[len(members)] == 0.0:
            members.append(member)  # has no share: not worth training
            continue
        final = replace(settings, steps=epochs * each, stop=best[number] * each)
        members.append(stage(f"member {number}", member, data, whole, seed + number, final, checkpoints)[0])
    if blend is None:
        blend = Blend(usual_shares(len(members), prior is not None))
    kept = [number for number, share in enumerate(blend.mix) if share > 0.0]
    blend.mix = [blend.mix[number] for number in kept]
    validation = {"passes": best, "losses": chosen, "users": held.users} if held else {}
    return Own(BuyTiming([members[number] for number in kept], blend).eval(), validation)


def stage(
    name: str, member: Member, data: Data, part: Part, seed: int, settings: Settings, checkpoints: Checkpoints
) -> tuple[Member, int]:
    """`fit`, or what it gave before the training was interrupted."""
    if kept := checkpoints.done.get(name):
        member.load_state_dict(kept["weights"])
        return member.eval(), kept["passes"]
    member, count = fit(member, data, part, seed, settings, name, checkpoints)
    checkpoints.done[name] = {"weights": member.state_dict(), "passes": count}
    checkpoints.save()
    return member, count


def parts_of(data: Data) -> tuple[Part, Part] | None:
    """The days trained on at first and those held out; absent where the log is too short for it."""
    days = np.concatenate([np.asarray(folder.queries[:, 1]) for folder in data.folders])
    if len(days) == 0:
        return None
    end = int(days.max()) + 1
    cut = end - min(HELD_DAYS, math.floor((end - int(days.min())) / 4))
    if end - cut < FEWEST_DAYS or not (days < cut).any():
        return None
    return Part(end=cut, cut=cut), Part(first=cut)


def enough(held: HeldOut | None) -> HeldOut | None:
    if held is None or held.users < FEWEST_USERS:
        return None
    bought = ((held.truth.survival < 1) & (held.truth.known > 0)).any(-1).squeeze(0)
    return held if len(held.group[bought].unique()) >= FEWEST_BUYERS else None
