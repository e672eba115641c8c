"""A second process that draws: it loads what it draws with while the first loads PyTorch and trains.

Loading Matplotlib and drawing take about as long as training a small network. With two cores they cost almost no time.
"""

import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any, Self

from mlpexp.errors import RunError
from mlpexp.planning.stacks import available_cores
from mlpexp.results.result import Result

SHORT_SECONDS = 60.0  # of training; beside longer ones a process that waits only takes memory
COMMAND = ("-P", "-m", "mlpexp.api.second_process")
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")  # drawing needs no more
logger = logging.getLogger(__name__)


class SecondProcess:
    """What draws figures in another process; where there is none, or it fails, in this one.

    None is begun on a single core, nor where PyTorch is loaded already: there is nothing to wait for then.

    Args:
        needed: Whether there will be anything to draw.
        seconds: About how long the training takes on one core.

    Attributes:
        process: The other process; None: there is none.
    """

    def __init__(self, *, needed: bool, seconds: float = 0.0) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        waits = "torch" not in sys.modules and seconds < SHORT_SECONDS
        if needed and waits and available_cores() > 1 and sys.executable:
            with suppress(OSError):  # no room for another process: this one draws
                self.process = subprocess.Popen(
                    [sys.executable, *COMMAND],
                    env={**os.environ, **ONE_THREAD},
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,  # Ctrl-C is for the first process, which passes it on
                )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def draw(self, result: Result, formats: Sequence[str]) -> Callable[[], list[Path]]:
        """Begins to draw every figure of a result, as ``draw_figures`` does.

        Args:
            result: A finished one.
            formats: Known ones.

        Returns:
            What waits for the last figure, and gives all that were written; it raises ``RunError`` if a file cannot be.
        """
        asked = self._ask({"path": str(result.path), "formats": list(formats)})
        return partial(self._drawn, result, formats) if asked else draw_here(result, formats)

    def _drawn(self, result: Result, formats: Sequence[str]) -> list[Path]:
        """What the other process has drawn, when it has."""
        answer = self._answer()
        if answer is None:
            return draw_here(result, formats)()
        for sentence in answer["warnings"]:
            logger.warning("%s", sentence)
        if answer["error"] is not None:
            raise RunError(answer["error"])
        return [Path(path) for path in answer["written"]]

    def _ask(self, task: dict[str, Any]) -> bool:
        """Whether the other process is there to take a task."""
        if self.process is None or self.process.stdin is None:
            return False
        try:
            self.process.stdin.write(json.dumps(task).encode())
            self.process.stdin.close()
        except OSError:
            return False
        return True

    def _answer(self) -> dict[str, Any] | None:
        """What the other process did; None: it failed."""
        if self.process is None or self.process.stdout is None:
            return None
        try:
            answer: dict[str, Any] = json.loads(self.process.stdout.read())
        except (OSError, ValueError):
            return None
        return answer

    def _stop(self) -> None:
        """Ends the other process, if it is still at work."""
        if self.process is None:
            return
        if self.process.poll() is None:
            with suppress(OSError, ValueError):  # Windows knows no such signal
                self.process.send_signal(signal.SIGINT)
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()
        self.process.wait()


def draw_here(result: Result, formats: Sequence[str]) -> Callable[[], list[Path]]:
    """What draws every figure of a result in this process."""
    from mlpexp.report.figures.catalogue import draw_figures

    return partial(draw_figures, result, formats)


def main() -> None:
    """The second process: loads, waits for a task on standard input, draws, and answers on standard output."""
    from mlpexp.execution.quiet import quieten
    from mlpexp.report.drawing.kept_warnings import told
    from mlpexp.report.drawing.save_in_two import save_in_two
    from mlpexp.report.figures.catalogue import draw_figures

    quieten()
    _warm_up()
    task = sys.stdin.buffer.read()
    if not task:  # the first process has ended
        return
    asked = json.loads(task)
    written, warnings, error = told(
        lambda: draw_figures(Result.open(Path(asked["path"])), asked["formats"], save=save_in_two)
    )
    warnings = list(dict.fromkeys(warnings))  # both shares may say the same
    answer = {"written": list(map(str, written or ())), "warnings": warnings, "error": error}
    sys.stdout.buffer.write(json.dumps(answer).encode())
    sys.stdout.flush()
    os._exit(0)  # the first process waits: what this one has loaded is not taken apart


def _warm_up() -> None:
    """Draws a figure for nobody: the first one takes longer, since fonts are read and much is remembered."""
    from matplotlib.figure import Figure

    figure = Figure()
    axes = figure.subplots()
    axes.plot([0, 1], label="first")
    axes.legend()
    figure.savefig(BytesIO(), format="png")


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main()
