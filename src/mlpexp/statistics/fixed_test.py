"""The error of means over the same test samples for every seed: Wilson for a share, two ways for differences.

Axis letters: N samples, S seeds.
"""

import math

import numpy as np

from mlpexp.statistics.intervals import score_interval, wilson_interval
from mlpexp.statistics.new_samples import Estimate
from mlpexp.statistics.new_seeds import mean_reach, std_interval
from mlpexp.statistics.student import t_quantile


def share_interval(n: int, mean: float, std: float, num_samples: int, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson's interval of a mean share of right samples, such as accuracy, for new samples and new seeds.

    The variance of the mean is that of a share p of N samples, p (1 - p) / N, plus that of new seeds, s²/n; Wilson's formula is
    taken with as many samples as would give this variance. The sum counts a part of the noise twice, so that it is rather too
    large. The s² of few seeds is rough, p (1 - p) of the samples is not: half widths are added as squares, of seeds with
    Student's t of n - 1 degrees of freedom (Howe). Satterthwaite's degrees of the sum follow a small s², as chance gives it
    to two or three seeds, and the interval is too short. With one seed it is Wilson's interval itself, of the one network
    that was trained.

    Args:
        n: Number of seeds.
        mean: Mean over them of the share of right samples.
        std: Their standard deviation; not looked at with one seed.
        num_samples: Number of test samples N.
        confidence: Share of such intervals that contain the true share.

    References:
        Wilson (1927), "Probable inference, the law of succession, and statistical inference", equation (4);
        Howe (1974), "Approximate confidence limits on the mean of X + Y where X and Y are two tabled independent random
        variables".
    """
    from statistics import NormalDist

    share = min(max(mean, 0.0), 1.0)
    of_samples = share * (1 - share) / num_samples
    of_seeds = std**2 / n if n > 1 else 0.0
    if of_samples == 0 or of_seeds == 0:
        return wilson_interval(share * num_samples, num_samples, confidence)
    tail = (1 + confidence) / 2
    normal, student = NormalDist().inv_cdf(tail), t_quantile(tail, n - 1)
    effective = num_samples * of_samples / (of_samples + of_seeds * (student / normal) ** 2)
    return score_interval(share * effective, effective, normal)


def paired_by_sample(differences_SN: np.ndarray) -> Estimate | None:
    """The mean difference of two arms, its error over new samples and new seeds; None with fewer than two of one of them.

    Samples and seeds are crossed, and both are drawn from more of them: the variance of the mean is that of the samples' means
    / N plus that of the seeds' means / S, less what both hold of the rest, MS_rest / (N S), and not below either. The degrees
    of freedom are Satterthwaite's, of the first two.

    Args:
        differences_SN: Right or wrong (1 or 0), or the loss, of one arm minus the other, by seed and sample.

    References:
        Random effects crossed two ways: Searle, Casella and McCulloch (1992), "Variance components", section 4.3;
        Satterthwaite (1946), "An approximate distribution of estimates of variance components".
    """
    num_seeds, num_samples = differences_SN.shape
    if min(num_seeds, num_samples) < 2:
        return None
    by_sample_N, by_seed_S = differences_SN.mean(0), differences_SN.mean(1)
    mean = float(by_seed_S.mean())
    of_samples, of_seeds = float(by_sample_N.var(ddof=1)) / num_samples, float(by_seed_S.var(ddof=1)) / num_seeds
    rest_SN = differences_SN - by_sample_N - by_seed_S[:, None] + mean
    of_rest = float((rest_SN**2).sum()) / ((num_seeds - 1) * (num_samples - 1)) / (num_seeds * num_samples)
    if of_samples + of_seeds == 0:
        return Estimate(mean, 0.0, 1.0, 0.0, 0.0)
    variance = max(of_samples + of_seeds - of_rest, of_samples, of_seeds)
    degrees = variance**2 / (of_samples**2 / (num_samples - 1) + of_seeds**2 / (num_seeds - 1))
    smallest = std_interval(math.sqrt(of_samples), num_samples)[0] ** 2
    least_error = math.sqrt(max(smallest - of_rest, 0.0))
    return Estimate(
        mean, math.sqrt(variance), degrees, mean_reach(float(by_seed_S.std(ddof=1)), num_seeds), least_error
    )
