"""Training that keeps secrets: DP-SGD (Abadi et al., Deep Learning with Differential Privacy, 2016) with the user as unit.

At each step every user takes part with the same probability. The gradient of a user's whole loss is clipped, the sum gets
Gaussian noise (Opacus' DPOptimizer), and Opacus' accountant says what that has spent. What else could tell of users is
public (the bundle started from with its vocabulary and scaling, steps, rates, clipping) or paid for (how many users there
are); docs/privacy.md lists it.
"""

import math
import secrets
import time
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import torch
from opacus.accountants import create_accountant
from opacus.accountants.utils import get_noise_multiplier
from opacus.optimizers import DPOptimizer
from torch import Tensor, nn
from torch.func import functional_call, grad, vmap

from adapter import fold, without_shop
from dataset import Data
from fit import Checkpoints, Interrupted, interruptible, say
from network import EXPORTED_ATTENTION, Member
from users import AdapterLoss, Days, NetworkLoss, Sequences, Source

ACCOUNTANT = "rdp"
"""Rényi differential privacy of the sampled Gaussian mechanism: Mironov, Talwar & Zhang, 2019. `prv` would allow a tenth less
noise, and takes a minute to say so."""
RATE, STEPS = 0.1, 200
"""Share of users in a step, and steps."""
CLIP = 1.5
LEARNING = {"adapter": 0.02, "network": 3e-4}
COUNT_SHARE = 0.02
"""Of epsilon, for the number of users."""
FEWEST = 20
NO_CLIP = 1e9


@dataclass
class Spending:
    """What of a training goes into the manifest."""

    epsilon: float
    delta: float
    clip: float
    noiseMultiplier: float
    samplingRate: float
    steps: int
    accountant: str
    users: int
    """As counted with noise."""
    trained: str
    unit: str = "user"


@dataclass
class Plan:
    """Fixed before the first step. `noise` 0 is training without privacy, for comparison."""

    users: int
    delta: float
    noise: float
    clip: float


def plan(users: int, epsilon: float, generator: torch.Generator) -> Plan:
    """The number of users is counted with discrete Laplace noise; delta and the noise of the steps follow from it. For an
    epsilon without bound there is no noise and no clipping."""
    if math.isinf(epsilon):
        return Plan(users, 0.0, 0.0, NO_CLIP)
    share = COUNT_SHARE * epsilon
    counted = max(FEWEST, users + discrete_laplace(share, generator))
    delta = counted**-1.1
    noise = get_noise_multiplier(
        target_epsilon=epsilon - share, target_delta=delta, sample_rate=RATE, steps=STEPS, accountant=ACCOUNTANT
    )
    return Plan(counted, delta, noise, CLIP)


def discrete_laplace(epsilon: float, generator: torch.Generator) -> int:
    """The difference of two geometric draws: P(z) proportional to exp(-epsilon |z|) (Ghosh et al., 2012)."""
    first, second = torch.rand(2, generator=generator, dtype=torch.float64).clamp(min=1e-300).log().div(-epsilon).floor().tolist()
    return int(first - second)


def user_gradients(loss: nn.Module, users: tuple[Tensor, ...]) -> dict[str, Tensor]:
    """The gradient [U,...] of each user's loss by every parameter that learns. `loss` takes one user's tensors."""
    trained = {name: value.detach() for name, value in loss.named_parameters() if value.requires_grad}
    fixed = {name: value for name, value in loss.named_parameters() if not value.requires_grad} | dict(loss.named_buffers())

    def one(trained: dict[str, Tensor], *user: Tensor) -> Tensor:
        found: Tensor = functional_call(loss, {**trained, **fixed}, user)
        return found

    gradients: dict[str, Tensor] = vmap(grad(one), in_dims=(None, *(0 for _ in users)))(trained, *users)
    return gradients


def fit_private(
    member: Member, data: Data, epsilon: float, trained: str, checkpoints: Checkpoints, seed: int | None = None
) -> tuple[Member, Spending]:
    """The member after private training and what that has spent.

    `seed` makes the noise known and so worthless: for tests and audits. Without one it comes from the operating system,
    and only the checkpoint knows it.
    """
    folder = data.folders[0]
    secret = seed if seed is not None else secrets.randbits(63)
    generator = torch.Generator().manual_seed(checkpoints.running.get("private", {}).get("secret", secret))
    span = span_of(folder.meta)
    without_shop(member.eval())
    source: Source
    loss: AdapterLoss | NetworkLoss
    if trained == "adapter":
        source, loss = Days(member, folder, span), AdapterLoss(member)
    else:
        member.body.set_attn_implementation(EXPORTED_ATTENTION)
        source, loss = Sequences(member, folder, span), NetworkLoss(member)
    planned = plan(source.users, epsilon, generator)
    spending = descend(loss, source, planned, LEARNING[trained], generator, secret, checkpoints)
    if isinstance(loss, AdapterLoss):
        fold(member, loss.adapter)
    without_shop(member)  # noise alone moved what was nought
    spent = 0.0 if math.isinf(epsilon) else spending + COUNT_SHARE * epsilon
    facts = Spending(
        epsilon=math.ceil(spent * 1e4) / 1e4,
        delta=planned.delta,
        clip=planned.clip,
        noiseMultiplier=planned.noise,
        samplingRate=RATE,
        steps=STEPS,
        accountant=ACCOUNTANT,
        users=planned.users,
        trained=trained,
    )
    return member, facts


def descend(
    loss: nn.Module,
    source: Source,
    planned: Plan,
    rate: float,
    generator: torch.Generator,
    secret: int,
    checkpoints: Checkpoints,
) -> float:
    """DP-SGD with Adam; the weights end as the mean of those of the second half. Returns the epsilon spent on it."""
    learning = {name: value for name, value in loss.named_parameters() if value.requires_grad}
    adam = torch.optim.Adam(learning.values(), lr=rate, betas=(0.9, 0.98))
    optimizer = DPOptimizer(
        adam,
        noise_multiplier=planned.noise,
        max_grad_norm=planned.clip,
        expected_batch_size=max(1, round(RATE * planned.users)),
        generator=generator,
        secure_mode=planned.noise > 0,
    )
    accountant = create_accountant(ACCOUNTANT)
    average = {name: torch.zeros_like(value) for name, value in learning.items()}
    first = 0
    if state := checkpoints.running.get("private"):
        first, average, secret = state["step"], state["average"], state["secret"]
        accountant.history = [tuple(entry) for entry in state["accountant"]]
        loss.load_state_dict(state["loss"])
        adam.load_state_dict(state["optimizer"])
        generator.set_state(state["generator"])

    def kept(step: int) -> dict[str, Any]:
        return {
            "step": step,
            "average": average,
            "secret": secret,
            "accountant": accountant.history,
            "loss": loss.state_dict(),
            "optimizer": adam.state_dict(),
            "generator": generator.get_state(),
        }

    shown = time.monotonic()
    with interruptible() as asked:
        for step in range(first, STEPS):
            for group in adam.param_groups:
                group["lr"] = rate * min(1.0, (step + 1) / 10) * 0.5 * (1 + math.cos(math.pi * step / STEPS))
            users = np.flatnonzero((torch.rand(source.users, generator=generator) < RATE).numpy())
            accumulate(loss, learning, source, users, optimizer)
            if planned.noise:
                accountant.step(noise_multiplier=planned.noise, sample_rate=RATE)
            if 2 * step >= STEPS:
                for name, value in learning.items():
                    average[name] += value.detach() / (STEPS - STEPS // 2)
            if time.monotonic() - shown > 2:
                shown = time.monotonic()
                say(f"private training: step {step + 1} of {STEPS}")
            if asked or checkpoints.due():
                checkpoints.save("private", kept(step + 1))
            if asked:
                raise Interrupted
    with torch.no_grad():
        for name, value in learning.items():
            value.copy_(average[name])
    return float(accountant.get_epsilon(planned.delta)) if planned.noise else math.inf


def accumulate(
    loss: nn.Module, learning: dict[str, nn.Parameter], source: Source, users: np.ndarray, optimizer: DPOptimizer
) -> None:
    """One step: the users' clipped gradients added up part by part, then the noise, then Adam."""
    for part in source.parts(users):
        for name, value in user_gradients(loss, part).items():
            learning[name].grad_sample = value  # type: ignore[attr-defined]
        optimizer.signal_skip_step(True)
        optimizer.step()
        optimizer.zero_grad()
    for value in learning.values():  # a step without anyone gets its noise, too
        value.grad_sample = torch.zeros((0, *value.shape))  # type: ignore[attr-defined]
    optimizer.signal_skip_step(False)
    optimizer.step()
    optimizer.zero_grad()


def span_of(meta: dict[str, Any]) -> int:
    """Days from the log's first to its cut-off."""
    first, until = (date.fromisoformat(meta[name]) for name in ("firstDay", "until"))
    return max(1, (until - first).days)
