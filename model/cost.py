"""What privacy costs: the same training with and without noise on a log's days before a cut-off, judged on those after it.

The bundle reads every user-day once; trainings of the adapter then take seconds, so that several can be compared.
"""

import copy
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import log_loss, roc_auc_score
from torch import Tensor, nn

from dataset import FAR, Folder, Part
from fit import Checkpoints, say
from network import Member
from private import LEARNING, descend, plan
from users import AdapterLoss, Days, queries_of, targets

JUDGED = (7, 30)
GROUPS = 10


@dataclass
class Judged:
    """Of user-days, each weighing as many as it stands for."""

    horizon: int
    auc: float
    logLoss: float
    ece: float
    """Mean gap between said and happened over ten groups of equal mass."""
    expected: float
    """Buyers expected for each that came."""


def cost(member: Member, folder: Folder, end: int, epsilons: list[float], seeds: int) -> dict[str, Any]:
    """`end`: day number from which nothing trains. Judged are days whose 30 days are known."""
    span = end - (date.fromisoformat(folder.meta["firstDay"]) - date(1970, 1, 1)).days
    days = np.asarray(folder.queries[:, 1])
    known = int(days.max()) + 1 - max(JUDGED)
    trained = Days(member, folder, span, Part(end=end, cut=end))
    asked = queries_of(folder, span, Part(first=end, end=known + 1)).weight
    moment, survival, _, _ = targets(folder, trained.queries, np.arange(trained.users), FAR)
    results = [{"training": "none", "seed": 0, "judged": judge(trained.base, survival, asked)}]
    for epsilon in epsilons:
        for seed in range(seeds):
            say(f"what privacy costs: epsilon {epsilon:g}, seed {seed}")
            generator = torch.Generator().manual_seed(seed)
            loss = AdapterLoss(copy.deepcopy(member))
            planned = plan(trained.users, epsilon, generator)
            descend(loss, trained, planned, LEARNING["adapter"], generator, 0, Checkpoints(None, "", False))
            with torch.no_grad():
                weekday = member.weekdays(loss.adapter.weekday.expand(*moment.shape, 7), moment)
                logits = trained.base + loss.adapter(trained.inputs) + weekday
            name = "without" if np.isinf(epsilon) else f"{epsilon:g}"
            results.append({"training": name, "seed": seed, "judged": judge(logits, survival, asked)})
    return {"userDays": int((asked > 0).sum()), "results": results}


def judge(logits: Tensor, survival: Tensor, weight: Tensor) -> list[dict[str, Any]]:
    some = (weight > 0).flatten()
    surviving = torch.exp(torch.cumsum(nn.functional.logsigmoid(-logits), -1)).flatten(0, 1)[some]
    happened, mass = 1 - survival.flatten(0, 1)[some], weight.flatten()[some].double().numpy()
    found = []
    for days in JUDGED:
        said = (1 - surviving[:, days - 1]).clamp(1e-7, 1 - 1e-7).double().numpy()
        bought = happened[:, days - 1].double().numpy()
        found.append(
            Judged(
                days,
                float(roc_auc_score(bought, said, sample_weight=mass)),
                float(log_loss(bought, said, sample_weight=mass)),
                calibration_error(said, bought, mass),
                float((mass * said).sum() / (mass * bought).sum()),
            )
        )
    return [asdict(one) for one in found]


def calibration_error(said: NDArray[np.float64], bought: NDArray[np.float64], mass: NDArray[np.float64]) -> float:
    order = np.argsort(said, kind="stable")
    group = np.minimum(np.cumsum(mass[order]) / mass.sum() * GROUPS, GROUPS - 1e-9).astype(int)
    gaps = np.bincount(group, weights=(mass * (said - bought))[order], minlength=GROUPS)
    return float(np.abs(gaps).sum() / mass.sum())
