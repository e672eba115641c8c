"""What the figures of one arm are drawn from: its tables, as far as they are there, and what is to be said of it."""

import logging
from functools import cached_property

import numpy as np
import pandas as pd

from mlpexp.config.dump import as_data
from mlpexp.errors import MlpexpError
from mlpexp.report.figures.arm.images import first_layer_name
from mlpexp.report.numbers.run_caption import RunCaption, run_caption
from mlpexp.results.result import ArmResult
from mlpexp.store.frames import Absent

logger = logging.getLogger(__name__)


class ArmData:
    """The tables that figures of an arm are drawn from; one that is not there raises ``Absent``."""

    def __init__(self, arm: ArmResult) -> None:
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
    def diagnostics(self) -> pd.DataFrame:
        """``diagnostics.csv``."""
        return self.arm.diagnostics

    def table(self, name: str) -> pd.DataFrame:
        """A table of ``evaluation/``."""
        return self.arm.evaluation(name)

    @property
    def samples(self) -> pd.DataFrame | None:
        """The predictions where they are only an addition; None if there are none."""
        try:
            return self.table("predictions")
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
        name = first_layer_name(tensors)
        if name is None:
            raise Absent
        return tensors[name][0], seed

    def _predictions_of(self, *, classifier: bool) -> pd.DataFrame:
        predictions = self.table("predictions")
        if ("probability" in predictions.columns) != classifier:
            raise Absent
        return predictions
