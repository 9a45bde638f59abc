"""Progress on stderr: bars on a terminal, log lines elsewhere."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeElapsedColumn

from skillgap.logs import for_programs

if TYPE_CHECKING:
    from skillgap.onet.load.read import ProgressCallback
    from skillgap.onet.rescoring.job import RescoringProgress


logger = logging.getLogger(__name__)

LOG_EVERY = 25  # calls of a language model


@contextmanager
def step_progress() -> Iterator[ProgressCallback]:
    """A callback that draws a bar for each step, or logs the step's name."""
    if not _on_terminal():
        steps: set[str] = set()

        def log_step(step: str, _done: int, _total: int) -> None:
            if step not in steps:
                logger.info("%s", step)
            steps.add(step)

        yield log_step
        return
    text = TextColumn("{task.description}", markup=False)  # it may name a file
    with Progress(text, BarColumn(), TaskProgressColumn(), TimeElapsedColumn(), console=Console(stderr=True)) as bars:
        tasks: dict[str, TaskID] = {}

        def move_bar(step: str, done: int, total: int) -> None:
            if step not in tasks:
                complete()
                tasks[step] = bars.add_task(step)
            bars.update(tasks[step], completed=done, total=total or None)

        def complete() -> None:
            """One step follows another: what has begun is done, also where nobody knew how much it would be."""
            for task in tasks.values():
                bars.update(task, completed=1, total=1)

        yield move_bar
        complete()


@contextmanager
def rescoring_progress() -> Iterator[Callable[[RescoringProgress], None]]:
    """A callback that draws a bar with the tokens spent and left, or logs them every few calls."""
    if not _on_terminal():
        logged = 0

        def log_sometimes(progress: RescoringProgress) -> None:
            nonlocal logged
            if progress.calls >= logged + LOG_EVERY:
                logged = progress.calls
                runs = f"{progress.done} of {progress.runs} runs"
                logger.info("%s, %d tokens spent, %d left", runs, progress.tokens, progress.budget.left)

        yield log_sometimes
        return
    columns = TextColumn("{task.completed}/{task.total}"), TextColumn("{task.description}"), TimeElapsedColumn()
    with Progress("rescoring", BarColumn(), *columns, console=Console(stderr=True)) as bars:
        bar = bars.add_task("")

        def move_bar(progress: RescoringProgress) -> None:
            tokens = f"{progress.tokens:,} tokens spent, {progress.budget.left:,} left"
            bars.update(bar, completed=progress.done + progress.given_up, total=progress.runs, description=tokens)

        yield move_bar


def _on_terminal() -> bool:
    return sys.stderr.isatty() and not for_programs()
