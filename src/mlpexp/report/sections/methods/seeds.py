"""How often training was repeated, and what a seed decides."""

from collections.abc import Callable, Iterator

from mlpexp.config.datasets import EACH_SEED
from mlpexp.report.sections.methods.beginning import is_drawn
from mlpexp.report.sections.methods.parts import cuts_training, draws_validation, has_given_test
from mlpexp.report.sections.methods.phrases import listed
from mlpexp.report.sections.methods.setup import Fact, Said, Setup

Purpose = Callable[[Setup], Iterator[Said]]
NO_DRAW = ("time", "column", "file")  # kinds of split whose test part is the same for all seeds


def _of_split(setup: Setup) -> Iterator[Said]:
    """What is drawn by the seed of the split."""
    kind = setup.split_kind
    if kind == "k_fold":
        yield Said("the fold", "测试折")
    elif kind == "time":
        pass
    elif has_given_test(setup) or kind in NO_DRAW:
        if draws_validation(setup):
            yield Said("the validation part", "验证集")
    elif len(setup.parts) > 1:
        yield Said("the split", "数据划分")
    if cuts_training(setup):
        yield Said("the choice of training samples", "训练样本的选取")


def _of_init(setup: Setup) -> Iterator[Said]:
    if is_drawn(setup):
        yield Said("the initial code book", "码本初值") if setup.is_map else Said("initial weights", "初始权重")


def _of_order(setup: Setup) -> Iterator[Said]:
    """What is drawn by the seed of the order; a batch map has no order, whatever its batches."""
    if not setup.has_one_batch and not (setup.is_map and setup.even_varied("model.algorithm") == "batch"):
        yield Said("the order of samples", "样本顺序")
    if _has_dropout(setup):
        yield Said("dropout", "dropout 掩码")
    if any(setup.even_varied(f"dataset.augmentation.{key}") for key in ("max_shift", "max_rotation")):
        yield Said("augmentation", "数据增强")


def _has_dropout(setup: Setup) -> bool:
    layers = setup.even_varied("model.layers") or []
    return bool(setup.even_varied("model.dropout")) or any(layer.get("layer") == "dropout" for layer in layers)


PURPOSES: tuple[tuple[str, Purpose], ...] = (
    ("split_seed", _of_split), ("init_seed", _of_init), ("order_seed", _of_order),
)  # fmt: skip


def _repeated(setup: Setup) -> Said:
    """How often, and with which seeds."""
    seeds, is_sweep = setup.summary.seeds, bool(setup.summary.axes)
    each = Said("Each setting", "每种设置") if is_sweep else Said("The training", "训练")
    if len(seeds) == 1:
        return Said(
            f"{each.english} was run once (seed {seeds[0]}).", f"{each.chinese}进行一次（随机种子 {seeds[0]}）。"
        )
    return Said(
        f"{each.english} was repeated with {len(seeds)} seeds ({seeds[0]} to {seeds[-1]}).",
        f"{each.chinese}以 {len(seeds)} 个随机种子（{seeds[0]} 至 {seeds[-1]}）重复。",
    )


def _decided(setup: Setup) -> Said | None:
    """What is drawn anew with each seed; a single seed has nothing to differ from."""
    if len(setup.summary.seeds) == 1:
        return None
    drawn = [
        what for key, purpose in PURPOSES for what in purpose(setup) if setup.at(key) is None and not setup.varies(key)
    ]
    if setup.even_varied("dataset.data_seed") == EACH_SEED:
        drawn.insert(0, Said("the samples", "样本"))
    if not drawn:
        return Said("The seed decides nothing.", "种子不影响任何因素。")
    told = listed(drawn)
    return Said(f"The seed decides {told.english}.", f"种子决定{told.chinese}。")


def _fixed(setup: Setup) -> Said | None:
    """Seeds of a purpose that are the same for all; that of the split stands beside the parts."""
    items = []
    for key, purpose in PURPOSES[1:]:
        seed, drawn = setup.at(key), listed(list(purpose(setup)))
        if seed is not None and drawn.english:
            items.append(Said(f"{drawn.english} (seed {seed})", f"{drawn.chinese}（种子 {seed}）"))
    if not items:
        return None
    told = listed(items)
    if len(setup.summary.seeds) == 1:
        return Said(f"Seeds of their own decided {told.english}.", f"由单独的种子决定的因素：{told.chinese}。")
    return Said(f"Equal for all seeds: {told.english}.", f"对所有种子相同的因素：{told.chinese}。")


FACTS: tuple[Fact, ...] = (_repeated, _decided, _fixed)
