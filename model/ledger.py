"""What has been spent of a shop's privacy budget, over all trainings on its actions.

Each private training adds its epsilon and its delta (basic composition: Dwork & Roth, The Algorithmic Foundations of
Differential Privacy, 2014, theorem 3.16). An entry is written before the bundle is, so that no bundle is ever there that
the ledger does not know.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROUNDING = 1e-9


@dataclass
class Spent:
    day: str
    model: str
    epsilon: float
    delta: float


class Ledger:
    """One file: the budget and what was spent. The budget is what `--private-budget` said last, else that of the first
    training."""

    def __init__(self, file: Path, budget: float | None, first: float) -> None:
        self.file, self.asked, self.first = file, budget, first

    def check(self, epsilon: float) -> None:
        """Raises ValueError where there is not so much left."""
        self._check(self._read(), epsilon)

    def spend(self, entry: Spent) -> None:
        """Adds an entry, or raises ValueError where another training has spent it meanwhile."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self._locked():
            kept = self._read()
            if any(known["model"] == entry.model for known in kept["spent"]):
                return  # stopped between the entry and its bundle, and resumed
            budget = self._check(kept, entry.epsilon)
            scratch = self.file.with_suffix(".part")
            scratch.write_text(json.dumps({"budget": budget, "spent": [*kept["spent"], asdict(entry)]}, indent=2) + "\n")
            os.replace(scratch, self.file)

    def _read(self) -> dict[str, Any]:
        if not self.file.exists():
            return {"budget": None, "spent": []}
        kept: dict[str, Any] = json.loads(self.file.read_text())
        return kept

    def _check(self, kept: dict[str, Any], epsilon: float) -> float:
        budget = self.asked or kept["budget"] or self.first
        spent = sum(entry["epsilon"] for entry in kept["spent"])
        if spent + epsilon > budget + ROUNDING:
            models = ", ".join(f"{entry['model']} on {entry['day']}" for entry in kept["spent"]) or "nothing yet"
            raise ValueError(
                f"the privacy budget does not allow it: {spent:g} of epsilon {budget:g} is spent ({models}), {epsilon:g} more "
                f"is asked; use the bundle there is, or raise the shop's budget with --private-budget ({self.file})"
            )
        return float(budget)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with self.file.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
