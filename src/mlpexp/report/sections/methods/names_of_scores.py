"""Scores of a part of the data in Chinese; in English their labels say it."""

from collections.abc import Mapping

from mlpexp.config.scores import column_of
from mlpexp.report.sections.methods.parts import PART_NAMES

SCORE_NAMES: Mapping[str, str] = {
    "accuracy": "准确率", "loss": "损失", "r2": " R²", "balanced_accuracy": "平衡准确率", "f1_macro": "宏平均 F1",
    "matthews": "马修斯相关系数", "roc_auc": " ROC 曲线下面积", "mean_absolute_error": "平均绝对误差",
    "root_mean_squared_error": "均方根误差", "quantization_error": "量化误差", "topographic_error": "拓扑误差",
}  # fmt: skip


def name_in_chinese(score: str) -> str:
    """``准确率``; what is in Latin letters, as the name of a function of one's own, begins with a space."""
    return SCORE_NAMES.get(score, f" {score}")


def chinese_score(part: str, score: str) -> str:
    """``测试准确率``."""
    name = name_in_chinese(score)
    return f"{PART_NAMES[part].chinese}{'集' if name.startswith(' ') else ''}{name}"


def chinese_column(column: str) -> str:
    """``测试准确率``, of ``test_accuracy``; a column that is not known as it is."""
    known = column_of(column)
    return column if known is None else chinese_score(known.part, known.score.name)
