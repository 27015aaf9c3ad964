"""What an analyst would try instead of Buy Timing: recency, logistic regression, gradient boosting and BG/NBD.

    python model/baselines.py FOLDER --models recency,logistic,lightgbm,bgnbd

The folder is what cli/backtest/baselines.ts wrote (row-major, little-endian): `meta.json`; for each of `train` and
`test` NAME.features.f32 [N,F], NAME.labels.i8 [N,H] (-1: the window ends after training, or the log), NAME.rhythm.f32
[N,3] (repeat purchase days or -1, recency, age); `train.day.i32` [N]; `buyers.f32` [U,3], the rhythm of every buyer at
the end of training. Writes `MODEL.f64` [H,N] and prints one JSON object as its last line.
"""

import argparse
import json
import sys
import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import lightgbm
import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.preprocessing import StandardScaler

import bgnbd

Array = NDArray[np.float64]
WEEK = 7
THREADS = 2
PENALTIES = (0.003, 0.03, 0.3)
LEAVES = ((4, 50), (8, 50), (16, 100), (31, 200))
ROUNDS = 800
PATIENCE = 50


@dataclass
class Horizon:
    """The training rows of one horizon. `late`: the last weeks, kept apart while a model is chosen."""

    features: Array
    labels: NDArray[np.int8]
    early: NDArray[np.bool_]
    late: NDArray[np.bool_]

    @property
    def can_choose(self) -> bool:
        return all(len(np.unique(self.labels[part])) == 2 for part in (self.early, self.late))


def split(days: NDArray[np.int32], labels: NDArray[np.int8], features: Array, horizon: int) -> Horizon:
    """Choosing looks at the last fifth of the weeks (2 to 6), and trains on days whose windows end before them."""
    known = labels >= 0
    weeks = np.unique(days[known])
    late_from = weeks[-min(max(2, len(weeks) // 5), 6, len(weeks))] if len(weeks) else 0
    kept = days[known]
    return Horizon(features[known], labels[known], kept + horizon <= late_from, kept >= late_from)


def constant(labels: NDArray[np.int8], rows: int) -> Array:
    return np.full(rows, (labels.sum() + 0.5) / (len(labels) + 1.0))


def probability(model: Any, features: Array) -> Array:
    return cast(Array, model.predict_proba(features)[:, 1])


def logistic(train: Horizon, test: Array) -> tuple[Array, dict[str, Any]]:
    scaler = StandardScaler().fit(train.features)
    scaled = np.clip(scaler.transform(train.features), -6, 6)

    def fitted(penalty: float, rows: NDArray[np.bool_]) -> LogisticRegression:
        return LogisticRegression(C=penalty, max_iter=300, tol=1e-3).fit(scaled[rows], train.labels[rows])

    best = PENALTIES[1]
    if train.can_choose:
        losses = [log_loss(train.labels[train.late], probability(fitted(c, train.early), scaled[train.late])) for c in PENALTIES]
        best = PENALTIES[int(np.argmin(losses))]
    model = fitted(best, np.ones(len(scaled), bool))
    return probability(model, np.clip(scaler.transform(test), -6, 6)), {"C": best}


def recency(train: Horizon, test: Array) -> tuple[Array, dict[str, Any]]:
    """Days since the last action alone; `features` is that column."""

    def shaped(days: Array) -> Array:
        return np.stack([np.log1p(days), np.sqrt(days), days / 30.0], axis=1)

    model = LogisticRegression(C=10.0, max_iter=300).fit(shaped(train.features), train.labels)
    return probability(model, shaped(test)), {}


def boosting(train: Horizon, test: Array) -> tuple[Array, dict[str, Any]]:
    base = {
        "objective": "binary",
        "learning_rate": 0.03,
        "feature_fraction": 0.6,
        "bagging_fraction": 0.7,
        "bagging_freq": 1,
        "lambda_l2": 5.0,
        "num_threads": THREADS,
        "seed": 0,
        "verbose": -1,
    }
    best: tuple[float, dict[str, Any], int] = (float("inf"), {"num_leaves": 8, "min_data_in_leaf": 50}, 120)
    if train.can_choose:
        for leaves, least in LEAVES:
            chosen = {"num_leaves": leaves, "min_data_in_leaf": least}
            early = lightgbm.Dataset(train.features[train.early], train.labels[train.early])
            late = lightgbm.Dataset(train.features[train.late], train.labels[train.late], reference=early)
            stop = lightgbm.early_stopping(PATIENCE, verbose=False)
            tried = lightgbm.train({**base, **chosen}, early, ROUNDS, valid_sets=[late], callbacks=[stop])
            loss = tried.best_score["valid_0"]["binary_logloss"]
            if loss < best[0]:
                best = (loss, chosen, max(10, tried.best_iteration))
    _, chosen, rounds = best
    model = lightgbm.train({**base, **chosen}, lightgbm.Dataset(train.features, train.labels), rounds)
    return np.asarray(model.predict(test), dtype=np.float64), {**chosen, "rounds": rounds}


class Inputs:
    def __init__(self, folder: Path) -> None:
        self.meta = json.loads((folder / "meta.json").read_text())
        width, horizons = len(self.meta["features"]), len(self.meta["horizons"])

        def read(name: str, kind: type, *shape: int) -> Any:
            return np.fromfile(folder / name, dtype=kind).reshape(-1, *shape)

        self.train = read("train.features.f32", np.float32, width).astype(np.float64)
        self.test = read("test.features.f32", np.float32, width).astype(np.float64)
        self.train_labels = read("train.labels.i8", np.int8, horizons)
        self.days = read("train.day.i32", np.int32)
        self.train_rhythm = read("train.rhythm.f32", np.float32, 3).astype(np.float64)
        self.rhythm = read("test.rhythm.f32", np.float32, 3).astype(np.float64)
        self.buyers = read("buyers.f32", np.float32, 3).astype(np.float64)
        since = self.meta["features"].index("days_since_any")
        self.recency = np.expm1(self.train[:, since]), np.expm1(self.test[:, since])
        varies = self.train.std(axis=0) > 0 if len(self.train) else np.zeros(width, bool)
        self.train, self.test = self.train[:, varies], self.test[:, varies]


def buy_till_you_die(inputs: Inputs) -> tuple[Array, dict[str, Any]]:
    """BG/NBD for users who bought before; the others get the rate of their like in training."""
    repeats, recent, age = inputs.buyers.T
    model = bgnbd.fit(repeats, recent, age)
    bought, did = inputs.rhythm[:, 0] >= 0, inputs.train_rhythm[:, 0] >= 0
    predicted = []
    for index, horizon in enumerate(inputs.meta["horizons"]):
        labels = inputs.train_labels[:, index]
        others = labels[~did & (labels >= 0)]
        p = constant(others, len(inputs.rhythm))
        repeats, recent, age = inputs.rhythm[bought].T
        p[bought] = model.buys_within(repeats, recent, age, horizon)
        predicted.append(p)
    return np.stack(predicted), {"r": model.r, "alpha": model.alpha, "a": model.a, "b": model.b}


def per_horizon(name: str, inputs: Inputs) -> tuple[Array, dict[str, Any]]:
    predicted, chosen = [], {}
    for index, horizon in enumerate(inputs.meta["horizons"]):
        features, test = inputs.recency if name == "recency" else (inputs.train, inputs.test)
        train = split(inputs.days, inputs.train_labels[:, index], features, horizon)
        if len(np.unique(train.labels)) < 2 or features.size == 0:
            predicted.append(constant(train.labels, len(inputs.test)))
            continue
        p, how = {"recency": recency, "logistic": logistic, "lightgbm": boosting}[name](train, test)
        predicted.append(p)
        chosen[str(horizon)] = how
    return np.stack(predicted), chosen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--models", default="recency,logistic,lightgbm,bgnbd")
    args = parser.parse_args()
    inputs = Inputs(args.folder)
    report = {}
    for name in filter(None, args.models.split(",")):
        started = time.monotonic()
        print(f"{name}: {len(inputs.train)} snapshots of users", file=sys.stderr, flush=True)
        predicted, chosen = buy_till_you_die(inputs) if name == "bgnbd" else per_horizon(name, inputs)
        if not np.isfinite(predicted).all():
            raise ValueError(f"{name} gave a probability that is no number")
        predicted.clip(1e-6, 1 - 1e-6).astype(np.float64).tofile(args.folder / f"{name}.f64")
        report[name] = {"seconds": round(time.monotonic() - started, 1), "chosen": chosen}
    print(json.dumps(report))


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    main()
