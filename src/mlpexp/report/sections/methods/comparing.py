"""How settings were compared: pairs, tests, corrections, the margin, and looks before."""

from collections.abc import Iterator

from mlpexp.planning.arm_names import AS_CONFIGURED
from mlpexp.report.sections.methods.judging import of_design
from mlpexp.report.sections.methods.merging import merged
from mlpexp.report.sections.methods.phrases import measured, span_of
from mlpexp.report.sections.methods.setup import Said, Setups
from mlpexp.report.tables.comparison_table import shown_label
from mlpexp.results.comparison import ArmsComparison
from mlpexp.statistics.comparison import Comparison
from mlpexp.statistics.new_samples import Design
from mlpexp.statistics.sign_flip import smallest_p


def compared(setups: Setups) -> Iterator[Said]:
    """What was tested, if anything was."""
    yield from _looks(setups)
    comparison = setups.material.comparison
    if comparison is None:
        return
    if comparison.noise:
        yield Said(
            "The variance of the results was divided among the kinds of seeds (variance components).",
            "将结果的方差分解到各类种子（方差分量分析）。",
        )
        return
    shown, num_seeds = comparison.shown, comparison.values.shape[1]
    if shown.reference is None or shown.family == 0 or num_seeds < 2:
        return
    yield _reference(comparison, shown)
    yield from _tests(shown)
    yield from _new_samples(comparison, shown.family)
    yield Said(f"A difference of {shown.margin:g} was taken to matter.", f"认为 {shown.margin:g} 的差异具有实际意义。")


def _reference(comparison: ArmsComparison, shown: Comparison) -> Said:
    assert shown.reference is not None
    label = shown_label(comparison.labels[shown.reference])
    if shown.chosen_after:
        return Said(
            "Settings were compared with the best one, which was chosen after looking; differences are paired by seed.",
            "各设置与最优设置比较（最优设置在查看结果后选定），差异按种子配对。",
        )
    if label == AS_CONFIGURED:
        return Said(
            "Settings were compared with the base setting; differences are paired by seed.",
            "各设置与基准设置比较，差异按种子配对。",
        )
    return Said(
        f"Settings were compared with the baseline ({label}), named before; differences are paired by seed.",
        f"各设置与事先指定的基准（{label}）比较，差异按种子配对。",
    )


def _tests(shown: Comparison) -> Iterator[Said]:
    """The test, its correction, and the intervals of differences."""
    if shown.family == 1:
        yield Said("Differences were tested by the sign-flip test.", "差异用符号翻转检验进行检验。")
    else:
        pairs, pairs_zh = (
            ("all pairs", "全部成对比较") if shown.chosen_after else ("one for each other setting", "其余设置各一次")
        )
        yield Said(
            f"Differences were tested by a joint sign-flip test (max-t), corrected for {shown.family:,} comparisons "
            f"({pairs}), at the level {shown.alpha:g}.",
            f"差异用联合符号翻转检验（max-t）进行检验，对 {shown.family:,} 次比较（{pairs_zh}）进行校正，"
            f"显著性水平为 {shown.alpha:g}。",
        )
    numbers = [arm.difference.n for arm in shown.arms if arm.difference]
    if any(smallest_p(n) <= shown.alpha for n in numbers):
        yield Said(
            "Their 95 % intervals are what the sign-flip test of one pair does not reject.",
            "差异的 95% 置信区间由单个配对的符号翻转检验反演得到。",
        )
    elif numbers:
        yield Said("Their 95 % intervals are Student's t.", "差异的 95% 置信区间为 t 区间。")


def _new_samples(comparison: ArmsComparison, family: int) -> Iterator[Said]:
    """How differences were judged for new samples of the same source."""
    new = comparison.new_samples
    if new.reason or new.seeds_are_samples:
        return
    yield from merged([_judged_by(design, is_adjusted=family > 1) for design in new.of_differences])


def _judged_by(design: Design, *, is_adjusted: bool) -> Said | None:
    said = of_design(design)
    if said is None:
        return None
    holm, holm_zh = (", with p values adjusted by Holm's steps", "，p 值按 Holm 方法校正") if is_adjusted else ("", "")
    return Said(
        f"For new samples of the same source, differences were judged by {said.english}{holm}.",
        f"对于同一来源的新样本，差异采用{said.chinese}判断{holm_zh}。",
    )


def _looks(setups: Setups) -> Iterator[Said]:
    """That the comparison repeats one with other seeds."""
    confirms = setups.summary.confirms
    if confirms is None:
        return
    look, number = confirms.looks[confirms.confirmed], len(confirms.looks) + 1
    seeds, settings = span_of(look.seeds), measured(look.num_arms, "setting", "种设置")
    chose, chose_zh = (", which chose its best", "选定了最优设置") if confirms.chosen_after else ("", "")
    yield Said(
        f"This is look {number} at the question, with fresh seeds: it confirms a look of {settings.english} with seeds "
        f"{seeds.english}{chose}.",
        f"这是对同一问题的第 {number} 次考察，使用新的种子，用于验证此前一次对 {settings.chinese}（种子 {seeds.chinese}）的考察"
        f"{'，该次考察' + chose_zh if chose_zh else ''}。",
    )
