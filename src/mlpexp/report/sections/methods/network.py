"""The network: kind, layers, activations, outputs, and how many parameters it has."""

from collections.abc import Mapping
from typing import Any

from mlpexp.config.activations import KNOWN
from mlpexp.config.outputs import output_of
from mlpexp.report.sections.methods.layers import layers_in_words
from mlpexp.report.sections.methods.phrases import beside, in_brackets, labelled, listed, measured, name_in
from mlpexp.report.sections.methods.setup import Fact, Said, Setup, name_of

MODELS: Mapping[str, Said] = {
    "mlp": Said("multilayer perceptron", "多层感知机"),
    "lenet5": Said("network like LeNet-5", "LeNet-5 型网络"),
    "cnn4": Said("convolutional network of four convolutions", "含四个卷积层的卷积神经网络"),
    "mnist_cnn": Said("convolutional network", "卷积神经网络"),
    "cnn": Said("convolutional network", "卷积神经网络"),
    "network": Said("network", "神经网络"),
}  # fmt: skip
LINEAR = Said("linear model without hidden layers", "无隐藏层的线性模型")
TASKS: Mapping[str, Said] = {"classification": Said("classification", "分类"), "regression": Said("regression", "回归")}
ACTIVATIONS: Mapping[str, Said] = {
    "relu": Said("ReLU", "ReLU"), "gelu": Said("GELU", "GELU"), "elu": Said("ELU", "ELU"), "selu": Said("SELU", "SELU"),
    "silu": Said("SiLU", "SiLU"), "prelu": Said("PReLU", "PReLU"), "leaky_relu": Said("leaky ReLU", "leaky ReLU"),
    "identity": Said("the identity", "恒等函数"), "maxout": Said("maxout", "maxout"), "softplus": Said("softplus", "softplus"),
    "tanh": Said("tanh", "tanh"), "sigmoid": Said("sigmoid", "sigmoid"), "hard_tanh": Said("hard tanh", "hard tanh"),
    "hard_sigmoid": Said("hard sigmoid", "hard sigmoid"),
    "scaled_sigmoid": Said("the scaled sigmoid 4/(1+exp(-x))-2", "缩放的 sigmoid 函数 4/(1+exp(-x))-2"),
    "table_sigmoid": Said("a sigmoid read from a table", "查表实现的 sigmoid"),
}  # fmt: skip
PARAMETERS: Mapping[str, Said] = {
    "negative_slope": Said("negative slope", "负半轴斜率"), "initial_slope": Said("initial slope", "初始斜率"),
    "alpha": Said("alpha", "alpha"), "pieces": Said("affine pieces:", "线性分段数"),
}  # fmt: skip
OUTPUTS: Mapping[str, Said] = {
    "none": Said("linear", "线性"), "softmax": Said("softmax", "softmax "), "sigmoid": Said("sigmoid", "sigmoid "),
    "tanh": Said("tanh", "tanh "),
}  # fmt: skip


def _kind(setup: Setup) -> Said | None:
    """What was trained, for which task; of a map its own file says it."""
    if setup.is_map:
        return None
    task, hidden = TASKS[setup.task], setup.at("model.hidden_sizes")
    kind = LINEAR if setup.model == "mlp" and hidden == [] else name_in(MODELS, setup.model or "network")
    layers = Said("", "")
    if setup.model == "mlp" and hidden:
        number = measured(len(hidden), "hidden layer", "个隐藏层")
        units = listed([Said(str(size), str(size)) for size in hidden])
        noun = "unit" if hidden == [1] else "units"
        layers = Said(
            f" with {number.english} of {units.english} {noun}", f"含 {number.chinese}（单元数为 {units.chinese}）的"
        )
    return Said(
        f"A {kind.english}{layers.english} was trained for {task.english}.",
        f"{beside(f'本文训练了{layers.chinese}', kind.chinese)}，用于{task.chinese}任务。",
    )


def _matched(setup: Setup) -> Said | None:
    """That hidden sizes were scaled."""
    if setup.summary.match != "parameters":
        return None
    return Said(
        "Hidden sizes were scaled so that all settings have about as many parameters.",
        "隐藏层单元数经过缩放，使各设置的参数量大致相同。",
    )


def _layers(setup: Setup) -> Said | None:
    """The layers of a convolutional network, one by one."""
    if setup.prepared is None or setup.is_map or setup.model == "mlp":
        return None
    usual = name_of(setup.even_varied("model.activation"))
    said = layers_in_words(setup.prepared.architecture.layers, usual)
    return Said(f"Its hidden layers are, in this order: {said.english}.", f"隐藏层依次为：{said.chinese}。")


def _activation(setup: Setup) -> Said | None:
    """Of the hidden layers; of a linear model there is none."""
    given = setup.at("model.activation")
    if not given or setup.is_map or (setup.model == "mlp" and setup.even_varied("model.hidden_sizes") == []):
        return None
    if isinstance(given, list):
        names = listed([_with_parameters(each) for each in given])
        return Said(
            f"The activations of its hidden layers are {names.english}, in this order.",
            f"各隐藏层的激活函数依次为 {names.chinese}。",
        )
    name = _with_parameters(given)
    return Said(f"Its hidden activation is {name.english}.", f"隐藏层的激活函数为 {name.chinese}。")


def _with_parameters(activation: Any) -> Said:
    """``leaky ReLU (negative slope 0.1)``."""
    name = name_of(activation)
    if not name:
        return Said("varied", "有变化")
    keys = KNOWN[name].keys if name in KNOWN else ()
    values = [(PARAMETERS[key], activation.get(key)) for key in keys if isinstance(activation, Mapping)]
    more, shown = in_brackets([labelled(*pair) for pair in values if pair[1] is not None]), name_in(ACTIVATIONS, name)
    return Said(shown.english + more.english, shown.chinese + more.chinese)


def _output(setup: Setup) -> Said | None:
    """The units of the output layer, and what they apply."""
    if setup.prepared is None or setup.is_map or setup.varies("model.output_activation"):
        return None
    output = output_of(setup.prepared.experiment, setup.prepared.facts)
    kind = OUTPUTS[output.activation]
    return Said(
        f"Its output layer has {measured(output.num_units, f'{kind.english} unit', '').english}.",
        f"输出层有 {output.num_units} {beside('个', kind.chinese)}单元。",
    )


def _biases(setup: Setup) -> Said | None:
    if setup.at("model.bias") is not False:
        return None
    return Said("Its layers have no biases.", "各层均不使用偏置。")


def _batch_norm(setup: Setup) -> Said | None:
    if not setup.at("model.batch_norm"):
        return None
    return Said(
        "Each hidden layer has batch normalization before its activation.", "每个隐藏层在激活函数之前使用批归一化。"
    )


def _dropout(setup: Setup) -> Said | None:
    """Of networks without a list of layers, of which those say it."""
    rate = setup.at("model.dropout")
    if not rate:
        return None
    where, where_zh = (
        ("each hidden layer", "每个隐藏层") if setup.model == "mlp" else ("the dense layer", "全连接隐藏层")
    )
    return Said(
        f"In training, dropout acts behind {where} with rate {rate:g}.",
        f"训练时在{where_zh}之后使用 dropout，比率为 {rate:g}。",
    )


def _parameters(setup: Setup) -> Said | None:
    """How many, and how many of these were trained."""
    number = setup.num_parameters
    if not number or setup.is_map:
        return None
    trained = setup.prepared.architecture.num_trained if setup.prepared else number
    if trained < number:
        return Said(
            f"The network has {number:,} parameters, of which {trained:,} were trained.",
            f"网络共有 {number:,} 个参数，其中训练 {trained:,} 个。",
        )
    return Said(f"The network has {number:,} trainable parameters.", f"网络共有 {number:,} 个可训练参数。")


FACTS: tuple[Fact, ...] = (
    _kind, _matched, _layers, _activation, _output, _biases, _batch_norm, _dropout, _parameters,
)  # fmt: skip
