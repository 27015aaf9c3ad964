"""Resident memory of a training while it goes on: a member fitted to a folder for so many steps.

python test/bench/memory.py FOLDER STEPS EVERY
"""

import json
import sys
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "model"))

from dataset import Data, Part  # noqa: E402
from fit import Checkpoints, Settings, fit  # noqa: E402
from network import Member, Shape  # noqa: E402


class Watched(Checkpoints):
    """Asked after each step whether a checkpoint is due: notes memory instead."""

    def __init__(self, every: int) -> None:
        super().__init__(None, "", False)
        self.step, self.often = 0, every
        self.megabytes: list[float] = []

    def due(self) -> bool:
        self.step += 1
        if self.step % self.often == 0:
            self.megabytes.append(own_memory())
        return False


def own_memory() -> float:
    """Megabytes that belong to this process alone: pages of mapped files are the system's, which takes them back at will."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("RssAnon"))


def main() -> None:
    folder, steps, every = Path(sys.argv[1]), *map(int, sys.argv[2:])
    torch.set_num_threads(1)
    data = Data([folder])
    words = data.meta["vocabulary"]
    shape = Shape("tiny", len(words), len(data.meta["shopStatistics"]), [0, *range(10)])
    watched = Watched(every)
    settings = Settings(rate=1e-3, positions=6_144, queries=12, steps=steps)
    fit(Member(shape), data, Part(), 0, settings, "m", watched)
    print(json.dumps({"megabytes": watched.megabytes, "windows": data.meta["windows"], "passes": steps / data.steps(Part(), 6_144)}))


if __name__ == "__main__":
    main()
