"""Reading the files of a run folder, as far as they are there: a run may have been killed at any moment."""

import json
import logging
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mlpexp.config.yaml_source import read_yaml
from mlpexp.errors import MlpexpError
from mlpexp.report.facts import RunFacts, run_facts
from mlpexp.report.images import first_layer_name
from mlpexp.report.result_files import Absent, complete_table
from mlpexp.store.checkpoint import load_checkpoint

logger = logging.getLogger(__name__)


class RunFiles:
    """The files that figures are drawn from, each read once; a file that is not there raises ``Absent``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def facts(self) -> RunFacts:
        """What config.yaml and summary.json say; figures do without if they cannot be read."""
        name = self.folder.resolve().name
        config, summary = self._config(), self._json("summary.json")
        for known_config, known_summary in ((config, summary), (config, {}), ({}, summary)):
            try:
                return run_facts(known_config, known_summary, name)
            except (KeyError, TypeError, ValueError, AttributeError):  # the other of the two may still be sound
                logger.warning("%s: config.yaml or summary.json is damaged; figures without what it says", self.folder)
        return RunFacts(title=name)

    @cached_property
    def metrics(self) -> pd.DataFrame:
        """``metrics.csv``."""
        return self._table("metrics.csv")

    @cached_property
    def diagnostics(self) -> pd.DataFrame:
        """``diagnostics.csv``."""
        return self._table("diagnostics.csv")

    @cached_property
    def predictions(self) -> pd.DataFrame:
        """``evaluation/predictions.csv``."""
        return self._table("evaluation/predictions.csv")

    @property
    def samples(self) -> pd.DataFrame | None:
        """The predictions where they are only an addition; None if there are none."""
        try:
            return self.predictions
        except (Absent, OSError, ValueError):
            return None

    @property
    def predicted_classes(self) -> pd.DataFrame:
        """The predictions of a classifier."""
        return self._predictions_of(classifier=True)

    @property
    def predicted_numbers(self) -> pd.DataFrame:
        """The predictions of a regression."""
        return self._predictions_of(classifier=False)

    @cached_property
    def histograms(self) -> pd.DataFrame:
        """``evaluation/histograms.csv``."""
        return self._table("evaluation/histograms.csv")

    @cached_property
    def boundary(self) -> pd.DataFrame:
        """``evaluation/boundary.csv``."""
        return self._table("evaluation/boundary.csv")

    @cached_property
    def curve(self) -> pd.DataFrame:
        """``evaluation/curve.csv``."""
        return self._table("evaluation/curve.csv")

    @cached_property
    def misclassified(self) -> pd.DataFrame:
        """``evaluation/misclassified.csv``."""
        return self._table("evaluation/misclassified.csv")

    def map_file(self, name: str) -> pd.DataFrame:
        """A table of ``evaluation/`` that only a map has: ``units``, ``u_matrix`` or ``hits``."""
        return self._table(f"evaluation/{name}.csv")

    @property
    def first_layer(self) -> tuple[np.ndarray, int]:
        """First-layer weights of the first seed, and that seed, from the best checkpoint or else the last.

        Raises:
            Absent: There is no checkpoint, or the inputs are not images.
            RunError: The checkpoint is damaged.
        """
        folder = self.folder / "checkpoints"
        saved = next((name for name in ("best", "last") if (folder / f"{name}.json").is_file()), None)
        if saved is None or len(self.facts.input_shape) != 3:
            raise Absent
        tensors, plain = load_checkpoint(folder, saved)
        name = first_layer_name(tensors)
        if name is None:
            raise Absent
        return tensors[name][0], int(plain["seeds"][0])

    def _predictions_of(self, *, classifier: bool) -> pd.DataFrame:
        if ("probability" in self.predictions.columns) != classifier:
            raise Absent
        return self.predictions

    def _table(self, name: str) -> pd.DataFrame:
        return complete_table(self.folder / name)

    def _config(self) -> dict[str, Any]:
        try:
            return read_yaml(self.folder / "config.yaml").data
        except MlpexpError as error:
            logger.warning("plots without the details of the config: %s", error)
            return {}

    def _json(self, name: str) -> dict[str, Any]:
        try:
            content = json.loads((self.folder / name).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            logger.warning("plots without the details of the summary: %s: %s", self.folder / name, error)
            return {}
        return content if isinstance(content, dict) else {}
