"""What an attacker finds out of a model about the users it was trained on. Shapes: M models, U users, C candidates.

Membership: the likelihood ratio attack (Carlini et al., Membership Inference Attacks From First Principles, 2022). Models
trained on random halves of the users tell, for each user, which losses go with being in the training and which with not.
Each model in turn is attacked with the others as reference.
Planted sequences: exposure (Carlini et al., The Secret Sharer, 2019), the rank of what was planted among sequences that
were made the same way and never trained on.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score, roc_curve

Floats = NDArray[np.float64]
CHANCE_EXPOSURE = 1 / math.log(2)
"""Of a rank drawn uniformly among many: the mean of -log2 of a uniform number."""


@dataclass
class Membership:
    auc: float
    low: float
    high: float
    """95 % interval of the AUC, over the models attacked."""
    found: float
    """Share of members named where one in a hundred of the others is named wrongly."""


@dataclass
class Planted:
    rank: float
    """Mean share of candidates that the model finds likelier than a planted sequence; 0.5 is chance, 0 knows them all."""
    low: float
    high: float
    exposure: float
    """Mean bits; `CHANCE_EXPOSURE` is chance."""


def likelihood_ratios(losses: Floats, trained_on: NDArray[np.bool_], model: int) -> Floats:
    """For each user [U] the log-likelihood ratio that one model was trained on them, from the losses [M,U] of all."""
    scores = np.log(np.maximum(losses, 1e-12))
    others = np.arange(len(scores)) != model
    inside, outside = trained_on[others], ~trained_on[others]
    rest = scores[others]
    with np.errstate(invalid="ignore"):
        means = [np.where(some, rest, 0.0).sum(0) / some.sum(0) for some in (inside, outside)]
    residual = np.where(inside, rest - means[0], rest - means[1])
    variance = (residual**2).sum(0) / np.maximum(1, others.sum() - 2) + 1e-12
    here = scores[model]
    ratio = ((here - means[1]) ** 2 - (here - means[0]) ** 2) / (2 * variance)
    return np.where(np.isfinite(ratio), ratio, 0.0)  # on one side in every reference: nothing to compare with


def membership(losses: Floats, trained_on: NDArray[np.bool_]) -> Membership:
    """Attack on models with losses [M,U] that were trained on the users [M,U]."""
    aucs, found = [], []
    for model in range(len(losses)):
        ratio = likelihood_ratios(losses, trained_on, model)
        aucs.append(float(roc_auc_score(trained_on[model], ratio)))
        wrong, right, _ = roc_curve(trained_on[model], ratio)
        found.append(float(right[wrong <= 0.01].max()))
    mean, half = float(np.mean(aucs)), 1.96 * float(np.std(aucs, ddof=1)) / math.sqrt(len(aucs))
    return Membership(mean, mean - half, mean + half, float(np.mean(found)))


def planted(losses: Floats, candidates: Floats, user: NDArray[np.int64]) -> Planted:
    """From losses [N] of planted sequences and [N,C] of candidates by a model that each was planted in; `user` [N] says
    which are of one sequence, since its ranks in several models are much the same."""
    likelier = (candidates < losses[:, None]).sum(1) + 0.5 * (candidates == losses[:, None]).sum(1)
    count = candidates.shape[1]
    rank = likelier / count
    each = np.asarray([rank[user == one].mean() for one in np.unique(user)])
    half = 1.96 * float(np.std(each, ddof=1)) / math.sqrt(len(each))
    exposure = math.log2(count + 1) - np.log2(likelier + 1)
    mean = float(each.mean())
    return Planted(mean, mean - half, mean + half, float(exposure.mean()))
