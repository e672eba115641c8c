"""The methods paragraph, to be copied into a text: what was trained, on what, how often, and how it was judged."""

from collections.abc import Iterator, Mapping
from typing import Any

from mlpexp.config.datasets import EACH_SEED
from mlpexp.config.image_sets import IMAGE_SETS
from mlpexp.config.scores import PARTS as ALL_PARTS
from mlpexp.config.scores import column_of
from mlpexp.report.document.blocks import Block, CodeBlock, Paragraph
from mlpexp.report.document.document import Section
from mlpexp.report.sections.material import Material
from mlpexp.report.sections.methods_words import (
    ACTIVATIONS,
    FIXED,
    GIVEN_TEST,
    INITS,
    LOSSES,
    MODELS,
    OPTIMIZERS,
    PARTS,
    SCHEDULES,
    SCORES,
    SPLITS,
    TASKS,
    WORKS,
    Said,
)
from mlpexp.report.words import counted

ADDED = (
    ("momentum", "momentum", "动量"),
    ("weight_decay", "weight decay", "权重衰减"),
    ("l2_penalty", "L2 penalty", "L2 惩罚"),
)  # to the steps of an optimizer
DRAWN = (
    ("split_seed", "split", "数据划分"),
    ("init_seed", "initial weights", "初始权重"),
    ("order_seed", "batch order", "批次顺序"),
)  # anew with each seed
MOST_VALUES = 8  # of an axis that are written out


def methods(material: Material) -> Section | None:
    """The paragraph in English and in Chinese, and the works to cite; None where the config is damaged."""
    if not material.config:
        return None
    paragraph = _Methods(material)
    said = list(paragraph.sentences())
    english = " ".join(sentence for sentence, _ in said)
    chinese = "".join(sentence for _, sentence in said)
    blocks: list[Block] = [Paragraph((english,)), CodeBlock("\n\n".join(paragraph.works()), "bibtex")]
    within = [Section("chinese", "In Chinese", [Paragraph((chinese,))])]
    return Section("methods", "Methods, to be copied", blocks, within)


class _Methods:
    """Each fact from the result; what an axis varies is said with the axes alone."""

    def __init__(self, material: Material) -> None:
        self.material, self.summary = material, material.result.summary
        self.varied = [*(axis.key for axis in self.summary.axes), *self.summary.also_varies]

    def sentences(self) -> Iterator[Said]:
        """In the order of a methods section."""
        yield from (self._network(), self._data())
        yield from (self._training(), *self._more())
        yield from self._axes()
        yield from (self._seeds(), self._judged(), *self._tested(), self._versions())

    def works(self) -> list[str]:
        """BibTeX entries."""
        version = self.material.result.environment.get("mlpexp", "")
        own = "mlpexp: a laboratory for small neural networks"
        entries = [
            f"@software{{mlpexp, title={{{own}}}, author={{{{The mlpexp contributors}}}}, version={{{version}}}}}"
        ]
        used = [str(self._at("model.name")), str(self._at("optimizer.name"))] if not self._is_map else ["som"]
        used += [str(self._at("model.init.name")).split("_")[0], "torch" if self._uses_torch else ""]
        return entries + [WORKS[name] for name in dict.fromkeys(used) if name in WORKS]

    @property
    def _is_map(self) -> bool:
        return bool(self._at("model.name", varied=True) == "som")

    @property
    def _uses_torch(self) -> bool:
        return not self._is_map and self._at("training.engine") != "numpy"

    def _at(self, key: str, *, varied: bool = False) -> Any:
        """The value of a key; None where there is none, or where it is varied, unless that is asked for, too."""
        if not varied and any(key == axis or key.startswith(f"{axis}.") for axis in self.varied):
            return None
        value: Any = self.material.config
        for name in key.split("."):
            value = value.get(name) if isinstance(value, Mapping) else None
        return value

    def _network(self) -> Said:
        name = str(self._at("model.name", varied=True))
        english, chinese = MODELS.get(name, (name, name))
        en, zh = [], []
        for more in (self._shape(), self._activation(), self._init()):
            en += [more[0]] if more else []
            zh += [more[1]] if more else []
        parameters = self.summary.model.parameters
        if parameters and not self._size_varies:
            en.append(f"{parameters:,} parameters")
            zh.append(f"{parameters:,} 个参数")
        task_en, task_zh = TASKS[self.summary.dataset.task]
        of_task = "" if self._is_map else f" for {task_en}"
        what = f"A {english}{f' with {_listed(en)}' if en else ''} was trained{of_task}."
        return what, f"本文训练了{'' if self._is_map else f'用于{task_zh}的'}{chinese}{_bracketed(zh)}。"

    @property
    def _size_varies(self) -> bool:
        return any(axis.startswith(("model", "dataset")) and "init" not in axis for axis in self.varied)

    def _shape(self) -> Said | None:
        if sizes := self._at("model.hidden_sizes"):
            units = _listed(list(map(str, sizes)))
            layers = counted(len(sizes), "hidden layer")
            return f"{layers} of {units} units", f"{len(sizes)} 个隐藏层，单元数为 {', '.join(map(str, sizes))}"
        if grid := self._at("model.grid"):
            size, kind = " x ".join(map(str, grid)), self._at("model.topology")
            return f"{size} units on a {kind} grid", f"{size} 个单元的{'六边形' if kind == 'hexagonal' else '矩形'}网格"
        if layers := self._at("model.layers"):
            return counted(len(layers), "hidden layer"), f"{len(layers)} 个隐藏层"
        return None

    def _activation(self) -> Said | None:
        given = self._at("model.activation")
        names = [str(each.get("name")) for each in (given if isinstance(given, list) else [given]) if each]
        if not names or (self._at("model.activation.name") is None and not isinstance(given, list)):
            return None
        pairs = [ACTIVATIONS.get(name, (name, name)) for name in dict.fromkeys(names)]
        return f"{_listed([en for en, _ in pairs])} activation", f"{'、'.join(zh for _, zh in pairs)} 激活函数"

    def _init(self) -> Said | None:
        if self._is_map or not (name := self._at("model.init.name")):
            return None
        shown = INITS.get(name, str(name).replace("_", " "))
        return f"{shown} initialization", f"{shown} 初始化"

    def _data(self) -> Said:
        data = self.summary.dataset
        parts = [part for part in ALL_PARTS if data.samples(part)]
        en = _listed([f"{data.samples_in_words(part)} {PARTS[part][0]}" for part in parts])
        zh = "、".join(f"{data.samples_in_words(part).replace('to', '至')} 个{PARTS[part][1]}样本" for part in parts)
        split = self._split() if len(parts) > 1 else None
        how_en, how_zh = (f", {split[0]}", f"（{split[1]}）") if split else ("", "")
        prepared = self._prepared()
        more_en, more_zh = (f" {prepared[0]}", prepared[1]) if prepared else ("", "")
        classes = f" with {len(data.class_names)} classes" if data.class_names else ""
        of_classes = f"（{len(data.class_names)} 类）" if data.class_names else ""
        english = f"The data set {data.title}{classes} was split into {en} samples{how_en}.{more_en}"
        return english, f"数据集 {data.title}{of_classes}分为 {zh}{how_zh}。{more_zh}"

    def _split(self) -> Said | None:
        if self._at("dataset.split") is None and "dataset.split" in " ".join(self.varied):
            return None
        if self._at("split_seed") is not None:
            return FIXED
        name = self._at("dataset.name")
        if name in IMAGE_SETS or (name == "images" and self._at("dataset.test_fraction", varied=True) is None):
            return GIVEN_TEST
        given = self._at("dataset.split")
        kind = str(given.get("kind")) if isinstance(given, Mapping) else str(given or "random")
        return SPLITS.get(kind)

    def _prepared(self) -> Said | None:
        en, zh = [], []
        if self._at("dataset.standardize"):
            en.append("Features were standardized by mean and standard deviation of the training part.")
            zh.append("特征按训练集的均值和标准差标准化。")
        if self.summary.dataset.learned:
            en.append(f"The networks learned the {self.summary.dataset.learned}.")
            zh.append(f"网络学习的目标为 {self.summary.dataset.learned}。")
        if self._at("dataset.augmentation"):
            en.append("Training pictures were augmented at random.")
            zh.append("训练图像经过随机增强。")
        return (" ".join(en), "".join(zh)) if en else None

    def _training(self) -> Said:
        en, zh = [], []
        if optimizer := self._optimizer():
            en.append(f"by {optimizer[0]}")
            zh.append(optimizer[1] if self._is_map else f"优化器为 {optimizer[1]}")
        if loss := (None if self._is_map else self._loss()):
            names = LOSSES.get(loss, (str(loss).replace("_", " "),) * 2)
            en.append(f"on the {names[0]} loss")
            zh.append(f"损失函数为{names[1]}")
        if size := (None if self._is_map else self._at("training.batch_size")):
            en.append("with all samples in a batch" if size == "full" else f"in batches of {size}")
            zh.append("全批量训练" if size == "full" else f"批大小为 {size}")
        if epochs := self._at("training.epochs"):
            most_en, most_zh = ("at most ", "最多") if self._at("training.early_stopping") else ("", "")
            en.append(f"for {most_en}{counted(epochs, 'epoch')}")
            zh.append(f"{most_zh}训练 {epochs:,} 轮")
        return f"It was trained {' '.join(en)}.", f"{'，'.join(zh)}。"

    def _loss(self) -> str | None:
        """Also where the config of a sweep leaves it to the arms, and all have the same."""
        plan, is_one = self.material.plan, len(self.summary.different_losses) < 2
        left_open = plan.base.experiment.loss if plan and is_one and "loss" not in self.varied else None
        return self._at("loss") or left_open

    def _optimizer(self) -> Said | None:
        name, rate = self._at("optimizer.name"), self._at("optimizer.learning_rate")
        shown = "" if self._is_map else OPTIMIZERS.get(str(name), str(name)) if name else ""
        en, zh = [], []
        for key, label, chinese in ADDED:
            if shown and (value := self._at(f"optimizer.{key}")):
                en.append(f"{label} {value:g}")
                zh.append(f"{chinese} {value:g}")
        if rate is not None:
            en.insert(0, f"learning rate {rate:g}")
            zh.insert(0, f"学习率 {rate:g}")
        if not shown:
            return self._steps_of_map(en, zh) if self._is_map else None
        in_brackets = f" ({', '.join(en)})" if en else ""
        return f"{shown}{in_brackets}", f"{shown}{_bracketed(zh)}"

    def _steps_of_map(self, en: list[str], zh: list[str]) -> Said:
        if self._at("model.algorithm", varied=True) == "batch":
            return "batch updates", "批量更新"
        return f"online updates{f' ({en[0]})' if en else ''}", f"在线更新{_bracketed(zh)}"

    def _more(self) -> Iterator[Said]:
        """Of what is not usual, a sentence each."""
        schedule = self._at("schedule.name")
        if schedule in SCHEDULES and not self._is_map:
            en, zh = SCHEDULES[schedule]
            yield f"The learning rate followed a schedule ({en}).", f"学习率按{zh}方式变化。"
        if warmup := self._at("schedule.warmup_epochs"):
            yield f"It was raised over the first {warmup:g} epochs.", f"学习率在前 {warmup:g} 轮逐渐升高。"
        if rate := self._at("model.dropout"):
            yield f"The dropout rate was {rate:g}.", f"dropout 比率为 {rate:g}。"
        if self._at("model.batch_norm"):
            yield "Hidden layers had batch normalization.", "隐藏层使用批归一化。"
        if average := self._at("training.weight_averaging"):
            yield f"Weights were averaged with decay {average:g}.", f"权重按衰减率 {average:g} 做滑动平均。"
        if clip := self._at("training.gradient_clip"):
            yield f"Gradients were clipped at norm {clip:g}.", f"梯度范数上限为 {clip:g}。"
        if patience := self._at("training.early_stopping.patience"):
            yield f"Early stopping had a patience of {counted(patience, 'epoch')}.", f"早停的耐心值为 {patience} 轮。"
        if self.material.config.get("start"):
            yield "Layers that fitted began with the weights of another result.", "相符的层以另一结果的权重开始。"

    def _axes(self) -> Iterator[Said]:
        axes = self.summary.axes
        if not axes:
            return
        en = _listed([f"{axis.label} ({_values(axis.values)})" for axis in axes])
        zh = "、".join(f"{axis.label}（{_values(axis.values)}）" for axis in axes)
        arms = self.summary.num_arms
        yield f"Varied were {en}: {arms:,} settings.", f"比较的因素为 {zh}，共 {arms:,} 种设置。"

    def _seeds(self) -> Said:
        seeds = self.summary.seeds
        which = f"{seeds[0]}" if len(seeds) == 1 else f"{seeds[0]} to {seeds[-1]}"
        each_en, each_zh = ("Each setting", "每种设置") if self.summary.axes else ("The training", "训练")
        if len(seeds) == 1:
            return f"{each_en} was run once (seed {which}).", f"{each_zh}进行一次（种子 {which}）。"
        drawn_en, drawn_zh = [], []
        for key, english, chinese in DRAWN:
            is_fixed = key == "split_seed" and self._split() not in (
                SPLITS["random"],
                SPLITS["k_fold"],
                SPLITS["group"],
            )
            if self._at(key) is None and not is_fixed:
                drawn_en.append(english)
                drawn_zh.append(chinese)
        if self._at("dataset.data_seed") == EACH_SEED:
            drawn_en.insert(0, "samples")
            drawn_zh.insert(0, "样本")
        draws = (
            (f"; the seed decides {_listed(drawn_en)}", f"，种子决定{'、'.join(drawn_zh)}") if drawn_en else ("", "")
        )
        what_en = f"{each_en} was repeated with {len(seeds)} seeds ({which}){draws[0]}."
        return what_en, f"{each_zh}以 {len(seeds)} 个种子重复（{which.replace('to', '至')}）{draws[1]}。"

    def _judged(self) -> Said:
        metric, selected = self.summary.metric, self.summary.selected_on
        label = _chinese(metric.name)
        if selected:
            epoch_en = f"at the epoch with the best {selected.replace('_', ' ')}"
            epoch_zh = f"取{_chinese(selected)}最好的一轮"
        else:
            epoch_en, epoch_zh = "after the last epoch", "取最后一轮"
        interval = len(self.summary.seeds) > 1
        en = (
            f", as the mean over seeds with a 95 % interval of Student's t, for {self.summary.speaks_of}"
            if interval
            else ""
        )
        zh = "，报告各种子的均值和 95 % 的 t 置信区间" if interval else ""
        return (
            f"It was judged by {metric.label} {epoch_en}{en.removesuffix(', for ')}.",
            f"以{label}评价，{epoch_zh}{zh}。",
        )

    def _tested(self) -> Iterator[Said]:
        """How arms were compared, if anything was tested."""
        compared = self.material.comparison
        if compared is None or len(self.summary.seeds) < 2 or self.summary.num_arms < 2:
            return
        en = "Differences between settings are paired by seed and tested by sign-flip tests"
        zh = "设置之间的差异按种子配对，用符号翻转检验"
        more = self.summary.num_arms > 2
        yield en + (", adjusted for their number." if more else "."), zh + ("，并按比较次数校正。" if more else "。")

    def _versions(self) -> Said:
        recorded = self.material.result.environment
        packages = recorded.get("packages", {})
        torch = packages.get("torch") if isinstance(packages, Mapping) else None
        names = [f"mlpexp {recorded['mlpexp']}"] if recorded.get("mlpexp") else ["mlpexp"]
        names += [f"PyTorch {torch}"] if torch and self._uses_torch else []
        names += [f"Python {recorded['python']}"] if recorded.get("python") else []
        digest = self.summary.hash
        return f"Computed with {_listed(names)} (config {digest}).", f"计算使用 {'、'.join(names)}（配置 {digest}）。"


def _chinese(column: str) -> str:
    """``测试准确率``, of ``test_accuracy``."""
    known = column_of(column)
    if known is None:
        return column
    return f"{PARTS[known.part][1]}{SCORES.get(known.score.name, f' {known.score.label} ')}"


def _listed(items: list[str]) -> str:
    """``a, b and c``."""
    return ", ".join(items[:-1]) + (" and " if len(items) > 1 else "") + items[-1] if items else ""


def _bracketed(items: list[str]) -> str:
    return f"（{'，'.join(items)}）" if items else ""


def _values(values: tuple[str, ...]) -> str:
    more = f" and {len(values) - MOST_VALUES} more" if len(values) > MOST_VALUES else ""
    return ", ".join(values[:MOST_VALUES]) + more
