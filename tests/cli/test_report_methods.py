"""The methods paragraph of six kinds of results, word by word: each fact is one of the result."""

import re

import pytest

from making.trained_results import Make
from mlpexp.report.sections.material import Material
from mlpexp.report.sections.methods import methods
from mlpexp.results.result import Result

MLP = """\
name: paper
dataset: {name: iris, test_fraction: 0.3}
model: {name: mlp, hidden_sizes: [6, 4], activation: tanh}
optimizer: {name: sgd, learning_rate: 0.05, momentum: 0.9}
training: {batch_size: 16, epochs: 2}
"""
RUN = MLP + "seeds: 3\n"
SWEEP = MLP + "sweep: {over: {learning_rate: [0.01, 0.1], activation: [relu, tanh]}, seeds: 2}\n"
EARLY = (
    MLP.replace("test_fraction: 0.3", "test_fraction: 0.2, validation_fraction: 0.2")
    .replace("sgd, learning_rate: 0.05, momentum: 0.9", "adam, learning_rate: 0.01")
    .replace("epochs: 2", "epochs: 2, early_stopping: {patience: 5}")
    + "seeds: 2\nsplit_seed: 4\n"
)
SINE = """\
name: sine
dataset: {name: synthetic, kind: function, function: sine, samples: 100, noise: 0.1, data_seed: seed}
model: {name: mlp, hidden_sizes: [4], activation: tanh}
loss: mean_squared_error
optimizer: {name: adam, learning_rate: 0.01}
training: {batch_size: full, epochs: 1}
seeds: 2
"""
PICTURES = """\
name: pictures
dataset: {name: digits}
model: {name: cnn, layers: [{layer: conv, channels: 2, kernel_size: 3}, {layer: max_pool}], activation: relu}
optimizer: {name: adam, learning_rate: 0.002}
schedule: {name: cosine}
training: {batch_size: 64, epochs: 1}
"""
MAP = """\
name: map
dataset: {name: iris, test_fraction: 0.3}
model: {name: som, grid: [3, 4], topology: hexagonal}
training: {epochs: 2}
seeds: 2
"""
SCALED = "Features were standardized by mean and standard deviation of the training part."
SCALED_ZH = "特征按训练集的均值和标准差标准化。"
IRIS = (
    "The data set iris with 3 classes was split into 105 training and 45 test samples, drawn at random with each seed. "
    f"{SCALED}"
)
IRIS_ZH = f"数据集 iris（3 类）分为 105 个训练样本、45 个测试样本（每个种子随机划分）。{SCALED_ZH}"
TO_BE_JUDGED = "as the mean over seeds with a 95 % interval of Student's t"
INTERVAL_ZH = "报告各种子的均值和 95 % 的 t 置信区间。"
TEXTS = {
    RUN: (
        "A multilayer perceptron with 2 hidden layers of 6 and 4 units, tanh activation, Glorot uniform initialization and "
        f"73 parameters was trained for classification. {IRIS} It was trained by SGD (learning rate 0.05, momentum 0.9) on "
        "the cross-entropy loss in batches of 16 for 2 epochs. The training was repeated with 3 seeds (0 to 2); the seed "
        "decides split, initial weights and batch order. It was judged by test accuracy after the last epoch, "
        f"{TO_BE_JUDGED}, for new seeds on these 150 samples.",
        "本文训练了用于分类的多层感知机（2 个隐藏层，单元数为 6, 4，tanh 激活函数，Glorot uniform 初始化，73 个参数）。"
        f"{IRIS_ZH}优化器为 SGD（学习率 0.05，动量 0.9），损失函数为交叉熵，批大小为 16，训练 2 轮。"
        "训练以 3 个种子重复（0 至 2），种子决定数据划分、初始权重、批次顺序。"
        f"以测试准确率评价，取最后一轮，{INTERVAL_ZH}",
    ),
    SWEEP: (
        f"A multilayer perceptron with 2 hidden layers of 6 and 4 units was trained for classification. {IRIS} It was "
        "trained by SGD (momentum 0.9) on the cross-entropy loss in batches of 16 for 2 epochs. Varied were learning rate "
        "(0.01, 0.1) and activation (relu, tanh): 4 settings. Each setting was repeated with 2 seeds (0 to 1); the seed "
        "decides split, initial weights and batch order. It was judged by test accuracy after the last epoch, "
        f"{TO_BE_JUDGED}, for new seeds on these 150 samples. Differences between settings are paired by seed and tested "
        "by sign-flip tests, adjusted for their number.",
        f"本文训练了用于分类的多层感知机（2 个隐藏层，单元数为 6, 4）。{IRIS_ZH}"
        "优化器为 SGD（动量 0.9），损失函数为交叉熵，批大小为 16，训练 2 轮。"
        "比较的因素为 learning rate（0.01, 0.1）、activation（relu, tanh），共 4 种设置。"
        "每种设置以 2 个种子重复（0 至 1），种子决定数据划分、初始权重、批次顺序。"
        f"以测试准确率评价，取最后一轮，{INTERVAL_ZH}设置之间的差异按种子配对，用符号翻转检验，并按比较次数校正。",
    ),
    EARLY: (
        "A multilayer perceptron with 2 hidden layers of 6 and 4 units, tanh activation, Glorot uniform initialization and "
        "73 parameters was trained for classification. The data set iris with 3 classes was split into 90 training, 30 "
        f"validation and 30 test samples, the same for all seeds. {SCALED} It was trained by Adam (learning rate 0.01) on "
        "the cross-entropy loss in batches of 16 for at most 2 epochs. Early stopping had a patience of 5 epochs. The "
        "training was repeated with 2 seeds (0 to 1); the seed decides initial weights and batch order. It was judged by "
        f"test accuracy at the epoch with the best validation loss, {TO_BE_JUDGED}, for new seeds on these 150 samples.",
        "本文训练了用于分类的多层感知机（2 个隐藏层，单元数为 6, 4，tanh 激活函数，Glorot uniform 初始化，73 个参数）。"
        f"数据集 iris（3 类）分为 90 个训练样本、30 个验证样本、30 个测试样本（所有种子相同）。{SCALED_ZH}"
        "优化器为 Adam（学习率 0.01），损失函数为交叉熵，批大小为 16，最多训练 2 轮。早停的耐心值为 5 轮。"
        "训练以 2 个种子重复（0 至 1），种子决定初始权重、批次顺序。"
        f"以测试准确率评价，取验证损失最好的一轮，{INTERVAL_ZH}",
    ),
    SINE: (
        "A multilayer perceptron with 1 hidden layer of 4 units, tanh activation, Glorot uniform initialization and 13 "
        "parameters was trained for regression. The data set function sine was split into 70 training and 30 test samples, "
        f"drawn at random with each seed. {SCALED} It was trained by Adam (learning rate 0.01) on the mean squared error "
        "loss with all samples in a batch for 1 epoch. The training was repeated with 2 seeds (0 to 1); the seed decides "
        f"samples, split, initial weights and batch order. It was judged by test R² after the last epoch, {TO_BE_JUDGED}, "
        "for new seeds, each with new samples.",
        "本文训练了用于回归的多层感知机（1 个隐藏层，单元数为 4，tanh 激活函数，Glorot uniform 初始化，13 个参数）。"
        f"数据集 function sine分为 70 个训练样本、30 个测试样本（每个种子随机划分）。{SCALED_ZH}"
        "优化器为 Adam（学习率 0.01），损失函数为均方误差，全批量训练，训练 1 轮。"
        "训练以 2 个种子重复（0 至 1），种子决定样本、数据划分、初始权重、批次顺序。"
        f"以测试R²评价，取最后一轮，{INTERVAL_ZH}",
    ),
    PICTURES: (
        "A convolutional network with 2 hidden layers, ReLU activation, He normal initialization and 210 parameters was "
        "trained for classification. The data set digits with 10 classes was split into 1,258 training and 539 test "
        f"samples, drawn at random with each seed. {SCALED} It was trained by Adam (learning rate 0.002) on the "
        "cross-entropy loss in batches of 64 for 1 epoch. The learning rate followed a schedule (cosine). The training was "
        "run once (seed 0). It was judged by test accuracy after the last epoch.",
        "本文训练了用于分类的卷积网络（2 个隐藏层，ReLU 激活函数，He normal 初始化，210 个参数）。"
        f"数据集 digits（10 类）分为 1,258 个训练样本、539 个测试样本（每个种子随机划分）。{SCALED_ZH}"
        "优化器为 Adam（学习率 0.002），损失函数为交叉熵，批大小为 64，训练 1 轮。学习率按余弦方式变化。"
        "训练进行一次（种子 0）。以测试准确率评价，取最后一轮。",
    ),
    MAP: (
        f"A self-organizing map with 3 x 4 units on a hexagonal grid and 48 parameters was trained. {IRIS} It was trained "
        "by online updates (learning rate 0.5) for 2 epochs. The training was repeated with 2 seeds (0 to 1); the seed "
        "decides split, initial weights and batch order. It was judged by test quantization error after the last epoch, "
        f"{TO_BE_JUDGED}, for new seeds on these 150 samples.",
        f"本文训练了自组织映射（3 x 4 个单元的六边形网格，48 个参数）。{IRIS_ZH}在线更新（学习率 0.5），训练 2 轮。"
        "训练以 2 个种子重复（0 至 1），种子决定数据划分、初始权重、批次顺序。"
        f"以测试量化误差评价，取最后一轮，{INTERVAL_ZH}",
    ),
}
WORKS = {
    RUN: ["mlpexp", "glorot2010understanding", "paszke2019pytorch"],
    SWEEP: ["mlpexp", "paszke2019pytorch"],
    EARLY: ["mlpexp", "kingma2015adam", "glorot2010understanding", "paszke2019pytorch"],
    SINE: ["mlpexp", "kingma2015adam", "glorot2010understanding", "paszke2019pytorch"],
    PICTURES: ["mlpexp", "kingma2015adam", "he2015delving", "paszke2019pytorch"],
    MAP: ["mlpexp", "kohonen1982self"],
}


@pytest.mark.parametrize("config", TEXTS, ids=["run", "sweep", "selected", "regression", "pictures", "map"])
def test_the_paragraph_word_by_word(trained: Make, config: str) -> None:
    result = Result.open(trained(config).folder.path)
    section = methods(Material(result))
    assert section is not None
    (english, works), (chinese,) = section.blocks, section.sections[0].blocks
    said, said_zh = english.words[0], chinese.words[0]  # type: ignore[union-attr]
    computed = said.index(" Computed with")
    assert said[:computed] == TEXTS[config][0]
    assert said_zh[: said_zh.index("计算使用")] == TEXTS[config][1]
    versions = result.environment["packages"]
    torch = "" if config == MAP else f", PyTorch {versions['torch']}"
    listed = f"mlpexp {result.environment['mlpexp']}{torch} and Python {result.environment['python']}"
    assert said[computed:] == f" Computed with {listed} (config {result.summary.hash})."
    assert re.findall(r"^@\w+\{(\w+),", works.text, re.MULTILINE) == WORKS[config]  # type: ignore[union-attr]
