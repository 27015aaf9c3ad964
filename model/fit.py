"""Fits one member: AdamW with a warm-up and a cosine to nought, averaged weights, checkpoints that resume exactly."""

import errno
import math
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import torch
from torch import nn

from dataset import Data, Part
from losses import losses
from network import Member

PATIENCE = 2


@dataclass
class Settings:
    rate: float
    positions: int
    """Padded positions of a batch."""
    queries: int
    """Queries drawn of each window in a batch."""
    steps: int | None = None
    minutes: float | None = None
    """One of `steps` and `minutes` ends the training."""
    stop: int | None = None
    """Step to end at before the last of `steps`, at the learning rate it has then."""
    watch: Callable[[Member], float] | None = None
    """Loss that is asked of the averaged weights after each pass: those of the best pass are kept, and training ends when
    PATIENCE passes made nothing better."""
    weight_decay: float = 0.01
    keep_norm: bool = False
    """Whether features are scaled as where the member starts from, instead of by each batch."""
    shop_noise: float = 0.0
    """Added to shop statistics, in standard deviations: they say roughly what a shop is like, and none is known by them."""
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))


class Interrupted(Exception):
    """Asked to stop: by Ctrl-C, or by SIGTERM as before a spot instance goes."""


@contextmanager
def interruptible() -> Iterator[list[int]]:
    """Signals are noted and heeded between two steps, so that a checkpoint is always whole."""
    asked: list[int] = []
    before = {number: signal.signal(number, lambda got, _: asked.append(got)) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Checkpoints:
    """One file, replaced as a whole: what each finished stage gave, and the state of the one under way."""

    def __init__(self, folder: Path | None, key: str, resume: bool, every: float = 30.0) -> None:
        self.file = folder / "training.pt" if folder else None
        self.every, self.key = every, key
        self.tokens = 0
        """Positions trained on by stages that ended in this run."""
        self.done: dict[str, Any] = {}
        self.running: dict[str, Any] = {}
        self.saved = time.monotonic()
        if resume and self.file and self.file.exists():
            kept = torch.load(self.file, weights_only=True)
            if kept["key"] != key:
                raise ValueError(f"the checkpoint in {folder} is of other data or options; leave --resume out to begin anew")
            self.done, self.running = kept["done"], kept["running"]

    def due(self) -> bool:
        return self.file is not None and time.monotonic() - self.saved >= self.every

    def save(self, stage: str = "", state: dict[str, Any] | None = None) -> None:
        self.running = {stage: state} if state else {}
        if self.file is None:
            return
        save_whole({"key": self.key, "done": self.done, "running": self.running}, self.file)
        self.saved = time.monotonic()


def save_whole(state: dict[str, Any], file: Path) -> None:
    """Replaces the file as a whole. Raises OSError where it cannot be written; what was there then stays."""
    file.parent.mkdir(parents=True, exist_ok=True)
    scratch = file.with_suffix(".part")
    try:
        try:
            torch.save(state, scratch)
        except RuntimeError as problem:  # torch says "unexpected pos" of a disk that is full
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(file)) from problem
        os.replace(scratch, file)
    finally:
        scratch.unlink(missing_ok=True)


def fit(
    member: Member, data: Data, part: Part, seed: int, settings: Settings, stage: str, checkpoints: Checkpoints
) -> tuple[Member, int]:
    """The averaged weights after training on a part of the data, and the number of the best pass, 0 where nothing watched.
    `stage` names it in progress and checkpoints."""
    device = settings.device
    member.to(device).train()
    if settings.keep_norm:
        member.norm.eval()
    decay = 0.998 if settings.steps is None else min(0.998, max(0.5, 1 - 8 / settings.steps))
    average = torch.optim.swa_utils.AveragedModel(
        member, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(decay), use_buffers=True
    )
    groups = [
        {"params": [p for p in member.parameters() if p.dim() > 1], "weight_decay": settings.weight_decay},
        {"params": [p for p in member.parameters() if p.dim() <= 1], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=settings.rate, betas=(0.9, 0.98))
    average.eval()
    scores: list[float] = []
    best: dict[str, torch.Tensor] = {}
    epoch = place = step = tokens = 0
    spent = running = 0.0
    if state := checkpoints.running.get(stage):
        member.load_state_dict(state["member"])
        average.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
        epoch, place, step, tokens, spent, running = (
            state[name] for name in ("epoch", "place", "step", "tokens", "spent", "running")
        )
        scores, best = state["scores"], state["best"]

    def state_now() -> dict[str, Any]:
        return {
            "member": member.state_dict(),
            "average": average.state_dict(),
            "optimizer": optimizer.state_dict(),
            "epoch": epoch,
            "place": place,
            "step": step,
            "tokens": tokens,
            "spent": spent + time.monotonic() - started,
            "running": running,
            "scores": scores,
            "best": best,
        }

    minutes = settings.minutes or 0.0

    def over() -> bool:
        if settings.stop is not None and step >= settings.stop:
            return True
        return progress() >= 1.0 or len(scores) - 1 - best_of(scores) >= PATIENCE

    def progress() -> float:
        if settings.steps is not None:
            return step / settings.steps
        return (spent + time.monotonic() - started) / (minutes * 60)

    started = shown = time.monotonic()
    first = step
    half = torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda")
    with interruptible() as asked:
        while not over():
            for batch in data.batches(part, settings.positions, settings.queries, (seed, epoch), skip=place):
                done = progress()
                if over():
                    break
                warm = min(1.0, (step + 1) / (200 if settings.steps is None else max(10, settings.steps // 20)))
                for group in optimizer.param_groups:
                    group["lr"] = settings.rate * warm * 0.5 * (1 + math.cos(math.pi * done))
                if settings.shop_noise:
                    # By step, so that a resumed run draws the same.
                    draw = torch.Generator().manual_seed(hash((seed, step)))
                    batch.shop += settings.shop_noise * member.shop_scale().cpu() * torch.randn(batch.shop.shape, generator=draw)
                with half:
                    loss, _ = losses(member, batch.to(device))
                if not torch.isfinite(loss):
                    raise ValueError(f"the loss became {loss.item()} at step {step} of {stage}; check the data or lower --rate")
                optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(member.parameters(), 1.0)
                optimizer.step()
                average.update_parameters(member)
                step, place, tokens = step + 1, place + 1, tokens + int((batch.words > 0).sum())
                running = float(loss) if step == 1 else 0.95 * running + 0.05 * float(loss)
                if time.monotonic() - shown > 2:
                    shown = time.monotonic()
                    here = shown - started
                    left = here / (step - first) * (settings.steps - step) if settings.steps else (1 - progress()) * 60 * minutes
                    rate = tokens / (spent + here)
                    say(f"{stage}: pass {epoch + 1}, step {step}, loss {running:.4f}, {rate:.0f} tokens/s, {left:.0f} s left")
                if asked:
                    checkpoints.save(stage, state_now())
                    raise Interrupted
                if checkpoints.due():
                    checkpoints.save(stage, state_now())
            else:
                epoch, place = epoch + 1, 0
                if settings.watch:
                    scores.append(settings.watch(cast(Member, average.module.to("cpu"))))
                    if best_of(scores) == len(scores) - 1:
                        best = {name: value.clone() for name, value in average.module.state_dict().items()}
                    average.to(device)
                    say(f"{stage}: pass {epoch}, loss on the weeks held out {scores[-1]:.5f}")
    checkpoints.tokens += tokens
    trained = average.module
    assert isinstance(trained, Member)
    if best:
        trained.load_state_dict(best)
    return trained.eval().to("cpu"), 1 + best_of(scores)


def reason_of(problem: BaseException) -> str:
    """What stopped a training, in one line with the remedy."""
    if isinstance(problem, OSError) and problem.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return f"the disk is full{f' ({problem.filename})' if problem.filename else ''}; free some space and try again"
    return (str(problem).strip().splitlines() or [type(problem).__name__])[0]


def heed_signals() -> None:
    """SIGTERM ends a program as Ctrl-C does, so that what it began is cleared away."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def best_of(scores: list[float]) -> int:
    """Index of the lowest, -1 of none."""
    return min(range(len(scores)), key=scores.__getitem__, default=-1)


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
