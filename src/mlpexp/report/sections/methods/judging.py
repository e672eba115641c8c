"""By what a result was judged: score, epoch, intervals and of what they speak, and trainings that have none."""

from collections.abc import Iterator, Sequence
from math import isfinite

from mlpexp.config.own_parts import short_name
from mlpexp.config.scores import EACH_ITS_OWN, column_of, score_named
from mlpexp.planning.sample_designs import speaks_of
from mlpexp.report.sections.methods.merging import merged
from mlpexp.report.sections.methods.names_of_scores import chinese_column, name_in_chinese
from mlpexp.report.sections.methods.parts import PART_NAMES
from mlpexp.report.sections.methods.phrases import beside, listed, measured
from mlpexp.report.sections.methods.setup import Said, Setups
from mlpexp.results.new_samples import designs_of_arms
from mlpexp.statistics.new_samples import Design, FixedTest, Folds, Population, Redrawn
from mlpexp.statistics.own_interval import own_interval
from mlpexp.store.frames import Absent


def judged(setups: Setups) -> Iterator[Said]:
    """The score, and what intervals are."""
    summary = setups.summary
    yield _score(setups)
    yield from _more_scores(setups)
    if not setups.material.has_ended:
        yield Said(f"The {summary.word} has not come to its end.", "训练尚未全部结束。")
        return
    yield from _lost(setups)
    yield from _known(setups)
    yield from _intervals(setups)


def _score(setups: Setups) -> Said:
    metric, selected = setups.summary.metric, setups.summary.selected_on
    label, label_zh = metric.label, chinese_column(metric.name)
    if metric.when == "final" or not selected:
        return Said(
            f"The reported score is the {label} after the last epoch.", f"评价指标为最后一轮训练后的{label_zh}。"
        )
    known = column_of(selected)
    if known is None or selected == EACH_ITS_OWN:
        return Said(
            f"The reported score is the {label} at the epoch that was best on the validation part.",
            f"评价指标为验证集上表现最好的一轮的{label_zh}。",
        )
    can_stop = any(setup.even_varied("training.early_stopping") for setup in setups.all)
    stop, stop_zh = ("early stopping and ", "提前停止和") if can_stop else ("", "")
    best, best_zh = ("highest", "最高") if known.score.higher_is_better else ("lowest", "最低")
    return Said(
        f"The reported score is the {label} at the epoch with the {best} {known.label}; "
        f"the validation part served {stop}this choice alone.",
        f"评价指标为{chinese_column(selected)}{best_zh}的一轮的{label_zh}，验证集仅用于{stop_zh}这一选择。",
    )


def _more_scores(setups: Setups) -> Iterator[Said]:
    """Scores that the config asks for besides."""
    asked = setups.material.config.get("scores")
    names = [short_name(str(name)) for name in asked] if isinstance(asked, list) else []
    names = [name for name in names if name in setups.summary.scores]
    if names:
        told = listed([Said(score_named(name).label, name_in_chinese(name).strip()) for name in names])
        yield Said(f"Further scores measured: {told.english}.", f"{beside('另外还计算了', told.chinese)}。")


def _lost(setups: Setups) -> Iterator[Said]:
    """Trainings that diverged or failed."""
    summary, outcome = setups.summary, setups.summary.outcome
    assert outcome is not None
    counts = ((outcome.diverged, "diverged", "次发散"), (outcome.failed, "failed", "次失败"))
    items = [Said(f"{count} {word}", f"{count} {chinese}") for count, word, chinese in counts if count]
    if items:
        told, total = listed(items), measured(summary.num_trials, "training", "次训练")
        yield Said(
            f"Of {total.english}, {told.english}; they are not in the means.",
            f"在 {total.chinese}中，{told.chinese}，未计入均值。",
        )


def _known(setups: Setups) -> Iterator[Said]:
    if setups.summary.known_samples:
        yield Said(
            "The weights to begin with have learned from some of the samples that results are measured on.",
            "初始权重曾用部分评价样本训练过。",
        )


def _intervals(setups: Setups) -> Iterator[Said]:
    summary, metric = setups.summary, setups.summary.metric
    outcome = summary.outcome
    assert outcome is not None
    means = [mean for arm in outcome.arms if (mean := arm.means.get(metric.column)) and mean.mean is not None]
    if not means:
        return
    if max(mean.n for mean in means) < 2:
        if metric.score.share_of_samples and metric.part != "train" and not summary.axes:
            part = PART_NAMES[metric.part]
            yield Said(
                f"Its 95 % interval is Wilson's, for the number of {part.english} samples alone.",
                f"其 95% 置信区间为 Wilson 区间，仅反映{part.chinese}样本数。",
            )
        return
    about, about_zh = _speaks_of(setups)
    yield Said(
        f"Given are means over the seeds with 95 % intervals of Student's t; they speak of {about}.",
        f"给出各个随机种子结果的均值及其 95% 置信区间（t 分布），该区间针对{about_zh}。",
    )
    if designs := designs_of_intervals(setups):
        yield from merged([_interval_of(design) for design in designs])


def _speaks_of(setups: Setups) -> tuple[str, str]:
    """Of what intervals over seeds speak; the words of the summary, and the same in Chinese."""
    summary, config = setups.summary, setups.material.config
    said = summary.speaks_of or (speaks_of(config, summary) if config else "new seeds")
    amount = "".join(letter for letter in said if letter.isdigit() or letter == ",").strip(",")
    if said.endswith("each with new samples"):
        return said, "更换随机种子且每次使用新样本的情形"
    if "of each arm" in said:
        return said.replace("each arm", "each setting"), "在各设置自身的样本上更换随机种子的情形"
    if amount:
        return said, f"在这 {amount} 个样本上更换随机种子的情形"
    return said, "在这些样本上更换随机种子的情形" if "these samples" in said else "更换随机种子的情形"


def designs_of_intervals(setups: Setups) -> Sequence[Design]:
    """By which designs the metric has intervals for new samples; none where no arm has one. Older summaries have none."""
    summary, outcome = setups.summary, setups.summary.outcome
    try:
        designs = designs_of_arms(setups.material.result, summary, summary.metric.part)
    except Absent:
        return ()
    means = [mean for arm in (outcome.arms if outcome else ()) if (mean := arm.means.get(summary.metric.column))]
    is_share = summary.metric.score.share_of_samples
    ends = [
        own_interval(mean.n, mean.mean, mean.std, design, is_share=is_share)
        for mean in means
        for design in dict.fromkeys(designs)
        if mean.mean is not None and mean.std is not None
    ]
    return designs if any(isfinite(low) for low, _ in ends) else ()


def _interval_of(design: Design) -> Said | None:
    said = of_design(design)
    if said is None:
        return None
    return Said(
        f"Intervals for new samples of the same source are by {said.english}.",
        f"针对同一来源新样本的置信区间采用{said.chinese}。",
    )


def of_design(design: Design) -> Said | None:
    """By which method an interval for new samples was made; None where it is that for new seeds, or there is none."""
    match design:
        case Redrawn(num_test, num_train):
            return Said(
                f"the corrected resampled t (Nadeau and Bengio 2003; {num_test:,} test and {num_train:,} training samples)",
                f"校正的重采样 t 检验方法（Nadeau 和 Bengio 2003；测试样本 {num_test:,} 个，训练样本 {num_train:,} 个）",
            )
        case Folds(folds):
            return Said(
                f"the t corrected for {folds} folds (after Nadeau and Bengio 2003)",
                f"针对 {folds} 折校正的 t 方法（据 Nadeau 和 Bengio 2003）",
            )
        case FixedTest(num_test):
            samples = measured(num_test, "test sample", "个测试样本")
            return Said(
                f"the error of {samples.english} and of the seeds together",
                f"综合 {samples.chinese}与种子误差的方法",
            )
        case Population():
            return None
        case _:
            return None
