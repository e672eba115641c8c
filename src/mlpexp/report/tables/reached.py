"""A mean with its interval in a line of text."""

from mlpexp.report.tables.arm_results import ends_of_share
from mlpexp.report.words import ALL_EQUAL, counted, number, same_ends
from mlpexp.statistics.intervals import ends_within
from mlpexp.store.summary import Mean, Summary


def with_interval(mean: Mean, summary: Summary, *, of_samples: bool = False) -> str:
    """``0.9511 (95 % interval 0.9058 to 0.9965, n = 5 seeds)``.

    Args:
        mean: Of the metric.
        summary: Of the result.
        of_samples: Whether one seed has the interval for the number of samples, of a metric that is a share of them.
    """
    metric, trained = summary.metric, len(summary.seeds)
    seeds = counted(mean.n, "seed") if mean.n == trained else f"{mean.n} of {trained} seeds"
    if mean.n < 2 or mean.low is None or mean.high is None:
        ends = (
            ends_of_share(metric.part, metric.score, mean, summary.dataset.samples(metric.part)) if of_samples else None
        )
        if ends is None:
            return f"{number(mean.mean)} (n = {seeds}, no interval)"
        about = f"Wilson, for {summary.dataset.samples_in_words(metric.part)} {metric.part} samples"
        return f"{number(mean.mean)} (95 % interval {number(ends[0])} to {number(ends[1])}, {about}; n = {seeds})"
    if same_ends(mean.low, mean.high):
        return f"{number(mean.mean)} ({ALL_EQUAL}, n = {seeds})"
    low, high = ends_within(mean.low, mean.high, *metric.score.ends)
    return f"{number(mean.mean)} (95 % interval {number(low)} to {number(high)}, n = {seeds})"
