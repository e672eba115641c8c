"""What the figures of one arm are drawn from: its tables, as far as they are there, and what is to be said of it."""

import logging
from functools import cached_property

import numpy as np
import pandas as pd

from mlpexp.config.dump import as_data
from mlpexp.errors import MlpexpError
from mlpexp.report.numbers.run_caption import RunCaption, run_caption
from mlpexp.results.result import ArmResult, Result
from mlpexp.store.frames import Absent

logger = logging.getLogger(__name__)


FIRST_LAYERS = ("conv1.weight", "dense1.weight", "output.weight")  # the last one of a network without hidden layers


class DrawnData:
    """The tables that figures of an arm or of a result are drawn from; one that is not there raises ``Absent``.

    Args:
        source: The arm or the result.
    """

    def __init__(self, source: ArmResult | Result) -> None:
        self.source = source

    @property
    def diagnostics(self) -> pd.DataFrame:
        """``diagnostics.csv``."""
        return self.source.diagnostics

    def table(self, name: str) -> pd.DataFrame:
        """A table of ``evaluation/``."""
        return self.source.evaluation(name)

    def table_if_there(self, name: str) -> pd.DataFrame | None:
        """A table of ``evaluation/`` that is only an addition; None if it is not there or cannot be read."""
        try:
            return self.table(name)
        except (Absent, OSError, ValueError):
            return None

    @property
    def samples(self) -> pd.DataFrame | None:
        """The predictions where they are only an addition; None if there are none."""
        return self.table_if_there("predictions")

    @property
    def predicted_classes(self) -> pd.DataFrame:
        """The predictions of classifiers."""
        return self._predictions_of(classifier=True)

    @property
    def predicted_numbers(self) -> pd.DataFrame:
        """The predictions of regressions."""
        return self._predictions_of(classifier=False)

    def _predictions_of(self, *, classifier: bool) -> pd.DataFrame:
        predictions = self.table("predictions")
        if ("probability" in predictions.columns) != classifier:
            raise Absent
        return predictions


class ArmData(DrawnData):
    """What figures of one arm are drawn from."""

    def __init__(self, arm: ArmResult) -> None:
        super().__init__(arm)
        self.arm, self.result = arm, arm.result

    @cached_property
    def caption(self) -> RunCaption:
        """What config, summary and trials say; figures do without if they cannot be read."""
        name = self.result.path.resolve().name
        try:
            result = self.result
            config = as_data(result.plan.arms[self.arm.number].experiment) if result.summary.axes else result.config
        except MlpexpError as error:
            logger.warning("plots without the details of the config: %s", error)
            config = {}
        try:
            summary = self.result.summary
        except MlpexpError as error:
            logger.warning("plots without the details of the summary: %s", error)
            summary = None
        try:
            trials: pd.DataFrame | None = self.arm.trials
        except (Absent, MlpexpError, KeyError, ValueError):
            trials = None
        try:
            return run_caption(config, summary, trials, name)
        except (KeyError, TypeError, ValueError, AttributeError):
            logger.warning("%s: config.yaml is damaged; figures without what it says", self.result.path)
            return run_caption({}, summary, trials, name)

    @property
    def metrics(self) -> pd.DataFrame:
        """``metrics.csv``."""
        return self.arm.metrics

    @property
    def first_layer(self) -> tuple[np.ndarray, int]:
        """First-layer weights of the first seed, and that seed, of the selected epoch.

        Raises:
            Absent: They were not kept, or the inputs are not images.
            RunError: They are damaged.
        """
        if len(self.caption.input_shape) != 3:
            raise Absent
        trials = self.arm.trials
        trained = trials.loc[trials["status"] != "failed", "seed"]
        if trained.empty:
            raise Absent
        seed = int(trained.iloc[0])
        tensors, _ = self.arm.kept_weights([seed], "best")
        name = next((name for name in FIRST_LAYERS if name in tensors), None)
        if name is None:
            raise Absent
        return tensors[name][0], seed
