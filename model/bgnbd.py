"""BG/NBD, the buy-till-you-die model that purchase-only logs are judged against, in numpy.

Fader, Hardie & Lee, "Counting Your Customers" the Easy Way (Marketing Science 24, 2005). While alive a user buys as a
Poisson process whose rate is gamma(r, alpha); after each purchase the user leaves with a probability that is
beta(a, b). The log-likelihood is eq. 6 in the stable form that the MIT-licensed `lifetimes` package uses.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import gammaln

Array = NDArray[np.float64]


@dataclass
class BgNbd:
    r: float
    alpha: float
    a: float
    b: float

    def alive(self, repeats: Array, recency: Array, age: Array) -> Array:
        """P(alive at `age` | repeats, recency): everyone without a repeat is, since leaving follows a purchase."""
        odds = np.log(self.a / (self.b + np.maximum(repeats, 1) - 1)) + (self.r + repeats) * (
            np.log(self.alpha + age) - np.log(self.alpha + recency)
        )
        return np.where(repeats > 0, 1.0 / (1.0 + np.exp(np.clip(odds, -500, 500))), 1.0)

    def buys_within(self, repeats: Array, recency: Array, age: Array, days: float) -> Array:
        """P(a purchase within `days`): alive, and a Poisson process of posterior rate gamma(r + x, alpha + T) strikes.

        The first purchase comes before any chance to leave, so the leaving probability matters through `alive` alone.
        """
        none = np.exp((self.r + repeats) * (np.log(self.alpha + age) - np.log(self.alpha + age + days)))
        return self.alive(repeats, recency, age) * (1.0 - none)


def fit(repeats: Array, recency: Array, age: Array) -> BgNbd:
    """Maximum likelihood from several starts. Arrays hold one user each; times in days."""
    scale = max(1.0, float(age.max()) / 10.0)
    cases, weight = np.unique(np.stack([repeats, recency / scale, age / scale]), axis=1, return_counts=True)
    x, tx, t = cases

    def loss(log_parameters: Array) -> float:
        r, alpha, a, b = np.exp(log_parameters)
        known = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
        leaves = gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
        stays_on = -(r + x) * np.log(alpha + t)
        left = np.where(x > 0, np.log(a) - np.log(b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + tx), -np.inf)
        total = -float(np.average(known + leaves + np.logaddexp(stays_on, left), weights=weight))
        return total if np.isfinite(total) else 1e10

    starts = [np.zeros(4), np.array([-1.0, 1.0, -0.5, 0.5]), np.array([0.0, 0.0, -2.0, 1.0])]
    bounds = [(-9.0, 9.0)] * 4
    found = min((minimize(loss, start, method="L-BFGS-B", bounds=bounds) for start in starts), key=lambda result: result.fun)
    r, alpha, a, b = np.exp(found.x)
    return BgNbd(float(r), float(alpha * scale), float(a), float(b))
