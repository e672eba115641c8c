"""The methods paragraph of several kinds of results, word by word: each fact is one of the result."""

import re

import pytest

from making.trained_results import Make
from mlpexp.report.sections.material import Material
from mlpexp.report.sections.methods.section import methods
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
UNUSUAL = """\
name: unusual
dataset: {name: iris, test_fraction: 0}
model: {name: mlp, hidden_sizes: [], bias: false, init: torch_default}
loss: half_sum_squared_error
optimizer: {name: sgd, learning_rate: 0.05}
training: {batch_size: full, epochs: 3, engine: numpy, precision: float64, convergence: {patience: 2}}
seeds: 2
"""
NOISE = """\
name: noise
dataset: {name: iris}
model: {name: mlp, hidden_sizes: [4]}
optimizer: {name: sgd, learning_rate: 0.1}
training: {epochs: 1}
sweep: {over: {split_seed: [0, 1], init_seed: [0, 1], order_seed: [0, 1]}, seeds: 1}
"""
OPTIMIZERS = (
    MLP.replace(", momentum: 0.9", "")
    + "sweep: {over: {optimizer.name: [sgd, adam], model.hidden_sizes: [[4], [8]]}, seeds: 2}\n"
)
IRIS = (
    "The data set iris has 150 samples with 4 input features and 3 classes. The data were "
    "split into 105 training and 45 test samples, drawn at random with classes in proportion"
)
IRIS_ZH = (
    "数据集 iris 共有 150 个样本、4 个输入特征，分为 3 类。样本划分为 105 个训练样本、45 个测试样本，按类别比例随机抽取"
)
SCALED = "Inputs were standardized by the mean and standard deviation of each feature in the training part."
SCALED_ZH = "输入特征按训练集的均值和标准差标准化。"
INTERVALS = (
    "Given are means over the seeds with 95 % intervals of Student's t; they speak of new seeds on these 150 samples."
)
INTERVALS_ZH = "给出各个随机种子结果的均值及其 95% 置信区间（t 分布），该区间针对在这 150 个样本上更换随机种子的情形。"
NEW = (
    "Intervals for new samples of the same source are by the corrected resampled t (Nadeau and "
    "Bengio 2003; 45 test and 105 training samples)."
)
NEW_ZH = "针对同一来源新样本的置信区间采用校正的重采样 t 检验方法（Nadeau 和 Bengio 2003；测试样本 45 个，训练样本 105 个）。"
FLOAT = "Computations were in single precision (float32)."
FLOAT_ZH = "计算采用单精度（float32）。"
TEXTS = {
    RUN: (
        (
            "A multilayer perceptron with 2 hidden layers of 6 and 4 units was trained for classification. "
            "Its hidden activation is tanh. Its output layer has 3 softmax units. The network has 73 "
            "trainable parameters. The initialization of weights was Glorot uniform; biases began at 0. "
            f"{IRIS} anew for each seed. {SCALED} The optimizer was SGD (learning rate 0.05, momentum 0.9). "
            "The loss function was cross-entropy. Training took 2 epochs with batches of 16, shuffled anew "
            f"in each epoch. {FLOAT} The training was repeated with 3 seeds (0 to 2). The seed decides the "
            "split, initial weights and the order of samples. The reported score is the test accuracy after "
            f"the last epoch. {INTERVALS} {NEW}"
        ),
        (
            "本文训练了含 2 个隐藏层（单元数为 6、4）的多层感知机，用于分类任务。隐藏层的激活函数为 tanh。输"
            "出层有 3 个 softmax 单元。网络共有 73 个可训练参数。权重的初始化方法为 Glorot 均匀分布，偏置初值"
            f"为 0。{IRIS_ZH}，每个种子重新抽取。{SCALED_ZH}优化器为 SGD（学习率 0.05，动量 0.9）。损失函数为"
            f"交叉熵。训练 2 轮，批大小为 16，每轮重新打乱顺序。{FLOAT_ZH}训练以 3 个随机种子（0 至 2）重复。"
            f"种子决定数据划分、初始权重、样本顺序。评价指标为最后一轮训练后的测试准确率。{INTERVALS_ZH}"
            f"{NEW_ZH}"
        ),
    ),
    SWEEP: (
        (
            "A multilayer perceptron with 2 hidden layers of 6 and 4 units was trained for classification. "
            "Its output layer has 3 softmax units. The network has 73 trainable parameters. With activation "
            "relu, the initialization of weights was He normal; biases began at 0. With activation tanh, the "
            f"initialization of weights was Glorot uniform; biases began at 0. {IRIS} anew for each seed. "
            f"{SCALED} The optimizer was SGD (momentum 0.9). The loss function was cross-entropy. Training "
            f"took 2 epochs with batches of 16, shuffled anew in each epoch. {FLOAT} The varied factors are "
            "learning rate (0.01, 0.1) and activation (relu, tanh). There are 4 settings, all combinations "
            "of these values. Each setting was repeated with 2 seeds (0 to 1). The seed decides the split, "
            "initial weights and the order of samples. The reported score is the test accuracy after the "
            f"last epoch. {INTERVALS} {NEW} Settings were compared with the best one, which was chosen after "
            "looking; differences are paired by seed. Differences were tested by a joint sign-flip test "
            "(max-t), corrected for 6 comparisons (all pairs), at the level 0.05. Their 95 % intervals are "
            "Student's t. For new samples of the same source, differences were judged by the corrected "
            "resampled t (Nadeau and Bengio 2003; 45 test and 105 training samples), with p values adjusted "
            "by Holm's steps. A difference of 0.01 was taken to matter."
        ),
        (
            "本文训练了含 2 个隐藏层（单元数为 6、4）的多层感知机，用于分类任务。输出层有 3 个 softmax 单元。"
            "网络共有 73 个可训练参数。当激活函数为 relu 时，权重的初始化方法为 He 正态分布，偏置初值为 0。当"
            f"激活函数为 tanh 时，权重的初始化方法为 Glorot 均匀分布，偏置初值为 0。{IRIS_ZH}，每个种子重新抽"
            f"取。{SCALED_ZH}优化器为 SGD（动量 0.9）。损失函数为交叉熵。训练 2 轮，批大小为 16，每轮重新打乱"
            f"顺序。{FLOAT_ZH}比较的因素为学习率（0.01、0.1）、激活函数（relu、tanh）。共 4 种设置，为这些取值"
            "的全部组合。每种设置以 2 个随机种子（0 至 1）重复。种子决定数据划分、初始权重、样本顺序。评价指"
            f"标为最后一轮训练后的测试准确率。{INTERVALS_ZH}{NEW_ZH}各设置与最优设置比较（最优设置在查看结果后"
            "选定），差异按种子配对。差异用联合符号翻转检验（max-t）进行检验，对 6 次比较（全部成对比较）进行"
            "校正，显著性水平为 0.05。差异的 95% 置信区间为 t 区间。对于同一来源的新样本，差异采用校正的重采"
            "样 t 检验方法（Nadeau 和 Bengio 2003；测试样本 45 个，训练样本 105 个）判断，p 值按 Holm 方法校正。"
            "认为 0.01 的差异具有实际意义。"
        ),
    ),
    EARLY: (
        (
            "A multilayer perceptron with 2 hidden layers of 6 and 4 units was trained for classification. "
            "Its hidden activation is tanh. Its output layer has 3 softmax units. The network has 73 "
            "trainable parameters. The initialization of weights was Glorot uniform; biases began at 0. The "
            "data set iris has 150 samples with 4 input features and 3 classes. The data were split into 90 "
            "training, 30 validation and 30 test samples, drawn at random with classes in proportion once, "
            f"by the split seed 4, for all seeds. {SCALED} The optimizer was Adam (learning rate 0.01, β₁ = "
            "0.9, β₂ = 0.999, ε = 1e-8). The loss function was cross-entropy. Training took at most 2 epochs "
            "with batches of 16, shuffled anew in each epoch. Training stopped early when the validation "
            f"loss had not improved for 5 epochs. {FLOAT} Trainings ended after 2 epochs. The training was "
            "repeated with 2 seeds (0 to 1). The seed decides initial weights and the order of samples. The "
            "reported score is the test accuracy at the epoch with the lowest validation loss; the "
            f"validation part served early stopping and this choice alone. {INTERVALS} Intervals for new "
            "samples of the same source are by the error of 30 test samples and of the seeds together."
        ),
        (
            "本文训练了含 2 个隐藏层（单元数为 6、4）的多层感知机，用于分类任务。隐藏层的激活函数为 tanh。输"
            "出层有 3 个 softmax 单元。网络共有 73 个可训练参数。权重的初始化方法为 Glorot 均匀分布，偏置初值"
            "为 0。数据集 iris 共有 150 个样本、4 个输入特征，分为 3 类。样本划分为 90 个训练样本、30 个验证"
            f"样本、30 个测试样本，按类别比例随机抽取，由划分种子 4 确定，所有种子相同。{SCALED_ZH}优化器为 "
            "Adam（学习率 0.01，β₁ = 0.9，β₂ = 0.999，ε = 1e-8）。损失函数为交叉熵。最多训练 2 轮，批大小为 "
            f"16，每轮重新打乱顺序。当验证损失连续 5 轮没有改善时提前停止。{FLOAT_ZH}训练实际进行了 2 轮。训练"
            "以 2 个随机种子（0 至 1）重复。种子决定初始权重、样本顺序。评价指标为验证损失最低的一轮的测试准"
            f"确率，验证集仅用于提前停止和这一选择。{INTERVALS_ZH}针对同一来源新样本的置信区间采用综合 30 个测"
            "试样本与种子误差的方法。"
        ),
    ),
    SINE: (
        (
            "A multilayer perceptron with 1 hidden layer of 4 units was trained for regression. Its hidden "
            "activation is tanh. Its output layer has 1 linear unit. The network has 13 trainable "
            "parameters. The initialization of weights was Glorot uniform; biases began at 0. The data set "
            "function sine has 100 samples with 1 input feature. Its samples were generated with Gaussian "
            "noise of standard deviation 0.1, anew for each seed. The data were split into 70 training and "
            f"30 test samples, drawn at random anew for each seed. {SCALED} The optimizer was Adam (learning "
            "rate 0.01, β₁ = 0.9, β₂ = 0.999, ε = 1e-8). The loss function was mean squared error. Training "
            f"took 1 epoch, with all training samples in each step. {FLOAT} The training was repeated with 2 "
            "seeds (0 to 1). The seed decides the samples, the split and initial weights. The reported score "
            "is the test R² after the last epoch. Given are means over the seeds with 95 % intervals of "
            "Student's t; they speak of new seeds, each with new samples."
        ),
        (
            "本文训练了含 1 个隐藏层（单元数为 4）的多层感知机，用于回归任务。隐藏层的激活函数为 tanh。输出层"
            "有 1 个线性单元。网络共有 13 个可训练参数。权重的初始化方法为 Glorot 均匀分布，偏置初值为 0。数"
            "据集 function sine 共有 100 个样本、1 个输入特征。样本由程序生成，高斯噪声的标准差为 0.1，每个种"
            f"子重新生成。样本划分为 70 个训练样本、30 个测试样本，随机抽取，每个种子重新抽取。{SCALED_ZH}优化"
            "器为 Adam（学习率 0.01，β₁ = 0.9，β₂ = 0.999，ε = 1e-8）。损失函数为均方误差。训练 1 轮，每步使"
            f"用全部训练样本（全批量）。{FLOAT_ZH}训练以 2 个随机种子（0 至 1）重复。种子决定样本、数据划分、"
            "初始权重。评价指标为最后一轮训练后的测试集 R²。给出各个随机种子结果的均值及其 95% 置信区间（t 分布），该区间"
            "针对更换随机种子且每次使用新样本的情形。"
        ),
    ),
    PICTURES: (
        (
            "A convolutional network was trained for classification. Its hidden layers are, in this order: "
            "convolution (2 filters of 3×3), max pooling (2×2). Its hidden activation is ReLU. Its output "
            "layer has 10 softmax units. The network has 210 trainable parameters. The initialization of "
            "weights was He normal; biases began at 0. The data set digits has 1,797 images of 8×8 pixels (1 "
            "channel) in 10 classes. The data were split into 1,258 training and 539 test samples, drawn at "
            "random with classes in proportion. Pixels were standardized by the mean and standard deviation "
            "of each channel in the training part. The optimizer was Adam (learning rate 0.002, β₁ = 0.9, β₂ "
            "= 0.999, ε = 1e-8). The loss function was cross-entropy. The learning rate followed half a "
            f"cosine down to 0. Training took 1 epoch with batches of 64, shuffled anew in each epoch. {FLOAT}"
            " The training was run once (seed 0). The reported score is the test accuracy after the last "
            "epoch. Its 95 % interval is Wilson's, for the number of test samples alone."
        ),
        (
            "本文训练了卷积神经网络，用于分类任务。隐藏层依次为：卷积层（2 个 3×3 卷积核）、最大池化（2×2）。"
            "隐藏层的激活函数为 ReLU。输出层有 10 个 softmax 单元。网络共有 210 个可训练参数。权重的初始化方"
            "法为 He 正态分布，偏置初值为 0。数据集 digits 共有 1,797 幅图像（8×8 像素，1 个通道），分为 10 "
            "类。样本划分为 1,258 个训练样本、539 个测试样本，按类别比例随机抽取。像素值按训练集各通道的均值"
            "和标准差标准化。优化器为 Adam（学习率 0.002，β₁ = 0.9，β₂ = 0.999，ε = 1e-8）。损失函数为交叉熵"
            f"。学习率按半周期余弦下降，降至 0。训练 1 轮，批大小为 64，每轮重新打乱顺序。{FLOAT_ZH}训练进行一"
            "次（随机种子 0）。评价指标为最后一轮训练后的测试准确率。其 95% 置信区间为 Wilson 区间，仅反映测"
            "试样本数。"
        ),
    ),
    MAP: (
        (
            "A self-organizing map of 3×4 units on a hexagonal grid was trained. It learned online, by "
            "Kohonen's rule with learning rate 0.5, sample by sample. The neighbourhood function was "
            "exp(-d²/σ²), with σ falling exponentially from 2 to 1. The code book began at random in the "
            f"range of the training data. {IRIS} anew for each seed. {SCALED} The learning rate followed half "
            f"a cosine down to 0.02 times its first value. Training took 2 epochs. {FLOAT} The training was "
            "repeated with 2 seeds (0 to 1). The seed decides the split, the initial code book and the order "
            f"of samples. The reported score is the test quantization error after the last epoch. {INTERVALS} "
            f"{NEW}"
        ),
        (
            "本文训练了自组织映射（含 3×4 个单元，六边形网格）。采用 Kohonen 在线学习规则，学习率为 0.5，逐个"
            "样本更新。邻域函数为 exp(-d²/σ²)，σ 按指数规律从 2 减小到 1。码本初值在训练数据的取值范围内随机"
            f"生成。{IRIS_ZH}，每个种子重新抽取。{SCALED_ZH}学习率按半周期余弦下降，降至初始值的 0.02 倍。训练"
            f" 2 轮。{FLOAT_ZH}训练以 2 个随机种子（0 至 1）重复。种子决定数据划分、码本初值、样本顺序。评价指"
            f"标为最后一轮训练后的测试量化误差。{INTERVALS_ZH}{NEW_ZH}"
        ),
    ),
    UNUSUAL: (
        (
            "A linear model without hidden layers was trained for classification. Its output layer has 3 "
            "linear units. Its layers have no biases. The network has 12 trainable parameters. The "
            "initialization of weights was the default of PyTorch. The data set iris has 150 samples with 4 "
            f"input features and 3 classes. All 150 samples were trained on; there is no test part. {SCALED} "
            "The optimizer was SGD (learning rate 0.05). The loss function was half the sum of squared "
            "errors against one-hot targets (1 for the class, 0 for others). Training took at most 3 epochs, "
            "with all training samples in each step. Training stopped when the training loss had not fallen "
            "by more than 0.0001 for 2 epochs; the last weights count. Computations were in double precision "
            "(float64). Gradients and steps were computed by an implementation in NumPy. Trainings ended "
            "after 3 epochs. The training was repeated with 2 seeds (0 to 1). The seed decides initial "
            f"weights. The reported score is the training accuracy after the last epoch. {INTERVALS}"
        ),
        (
            "本文训练了无隐藏层的线性模型，用于分类任务。输出层有 3 个线性单元。各层均不使用偏置。网络共有 "
            "12 个可训练参数。权重的初始化方法为 PyTorch 默认方法。数据集 iris 共有 150 个样本、4 个输入特征"
            f"，分为 3 类。全部 150 个样本用于训练，没有测试集。{SCALED_ZH}优化器为 SGD（学习率 0.05）。损失函"
            "数为误差平方和的一半（目标为独热编码，所属类别取 1，其余取 0）。最多训练 3 轮，每步使用全部训练"
            "样本（全批量）。当训练损失连续 2 轮没有超过 0.0001 的下降时停止，取最后的权重。计算采用双精度（"
            "float64）。梯度与更新由基于 NumPy 的实现计算。训练实际进行了 3 轮。训练以 2 个随机种子（0 至 1）"
            f"重复。种子决定初始权重。评价指标为最后一轮训练后的训练准确率。{INTERVALS_ZH}"
        ),
    ),
    NOISE: (
        (
            "A multilayer perceptron with 1 hidden layer of 4 units was trained for classification. Its "
            "hidden activation is ReLU. Its output layer has 3 softmax units. The network has 35 trainable "
            f"parameters. The initialization of weights was He normal; biases began at 0. {IRIS}. {SCALED} "
            "The optimizer was SGD (learning rate 0.1). The loss function was cross-entropy. Training took 1 "
            f"epoch with batches of 32, shuffled anew in each epoch. {FLOAT} The varied factors are split "
            "seed (0, 1), init seed (0, 1) and order seed (0, 1). There are 8 settings, all combinations of "
            "these values. Each setting was run once (seed 0). The reported score is the test accuracy after "
            "the last epoch. The variance of the results was divided among the kinds of seeds (variance "
            "components)."
        ),
        (
            "本文训练了含 1 个隐藏层（单元数为 4）的多层感知机，用于分类任务。隐藏层的激活函数为 ReLU。输出层"
            "有 3 个 softmax 单元。网络共有 35 个可训练参数。权重的初始化方法为 He 正态分布，偏置初值为 0。"
            f"{IRIS_ZH}。{SCALED_ZH}优化器为 SGD（学习率 0.1）。损失函数为交叉熵。训练 1 轮，批大小为 32，每轮"
            f"重新打乱顺序。{FLOAT_ZH}比较的因素为数据划分的种子（0、1）、初始权重的种子（0、1）、批次顺序的种"
            "子（0、1）。共 8 种设置，为这些取值的全部组合。每种设置进行一次（随机种子 0）。评价指标为最后一"
            "轮训练后的测试准确率。将结果的方差分解到各类种子（方差分量分析）。"
        ),
    ),
    OPTIMIZERS: (
        (
            "A multilayer perceptron was trained for classification. Its hidden activation is tanh. Its "
            "output layer has 3 softmax units. The network has 35 or 67 trainable parameters. The "
            f"initialization of weights was Glorot uniform; biases began at 0. {IRIS} anew for each seed. "
            f"{SCALED} With optimizer sgd, the optimizer had learning rate 0.05. With optimizer adam, the "
            "optimizer had learning rate 0.05, β₁ = 0.9, β₂ = 0.999 and ε = 1e-8. The loss function was "
            f"cross-entropy. Training took 2 epochs with batches of 16, shuffled anew in each epoch. {FLOAT} "
            "The varied factors are optimizer (sgd, adam) and hidden units (4, 8; one hidden layer). There are 4 "
            "settings, all combinations of these values. Each setting was repeated with 2 seeds (0 to 1). The seed decides "
            "the split, initial weights and the order of samples. The reported score is the test accuracy "
            f"after the last epoch. {INTERVALS} {NEW} Settings were compared with the best one, which was "
            "chosen after looking; differences are paired by seed. Differences were tested by a joint "
            "sign-flip test (max-t), corrected for 6 comparisons (all pairs), at the level 0.05. Their 95 % "
            "intervals are Student's t. For new samples of the same source, differences were judged by the "
            "corrected resampled t (Nadeau and Bengio 2003; 45 test and 105 training samples), with p values "
            "adjusted by Holm's steps. A difference of 0.01 was taken to matter."
        ),
        (
            "本文训练了多层感知机，用于分类任务。隐藏层的激活函数为 tanh。输出层有 3 个 softmax 单元。网络共"
            f"有 35 或 67 个可训练参数。权重的初始化方法为 Glorot 均匀分布，偏置初值为 0。{IRIS_ZH}，每个种子"
            f"重新抽取。{SCALED_ZH}当优化器为 sgd 时，优化器的参数为学习率 0.05。当优化器为 adam 时，优化器的"
            "参数为学习率 0.05、β₁ = 0.9、β₂ = 0.999、ε = 1e-8。损失函数为交叉熵。训练 2 轮，批大小为 16，每"
            f"轮重新打乱顺序。{FLOAT_ZH}比较的因素为优化器（sgd、adam）、隐藏层单元数（4、8；一个隐藏层）。共 4 种设置，为"
            "这些取值的全部组合。每种设置以 2 个随机种子（0 至 1）重复。种子决定数据划分、初始权重、样本顺序"
            f"。评价指标为最后一轮训练后的测试准确率。{INTERVALS_ZH}{NEW_ZH}各设置与最优设置比较（最优设置在查"
            "看结果后选定），差异按种子配对。差异用联合符号翻转检验（max-t）进行检验，对 6 次比较（全部成对比"
            "较）进行校正，显著性水平为 0.05。差异的 95% 置信区间为 t 区间。对于同一来源的新样本，差异采用校"
            "正的重采样 t 检验方法（Nadeau 和 Bengio 2003；测试样本 45 个，训练样本 105 个）判断，p 值按 Holm 方"
            "法校正。认为 0.01 的差异具有实际意义。"
        ),
    ),
}
WORKS = {
    RUN: ["mlpexp", "fisher1936use", "glorot2010understanding", "nadeau2003inference", "paszke2019pytorch"],
    SWEEP: [
        "mlpexp",
        "fisher1936use",
        "he2015delving",
        "glorot2010understanding",
        "nadeau2003inference",
        "holm1979simple",
        "paszke2019pytorch",
    ],
    EARLY: ["mlpexp", "fisher1936use", "glorot2010understanding", "kingma2015adam", "paszke2019pytorch"],
    SINE: ["mlpexp", "glorot2010understanding", "kingma2015adam", "paszke2019pytorch"],
    PICTURES: ["mlpexp", "he2015delving", "kingma2015adam", "loshchilov2017sgdr", "paszke2019pytorch"],
    MAP: ["mlpexp", "fisher1936use", "kohonen1982self", "nadeau2003inference", "paszke2019pytorch"],
    UNUSUAL: ["mlpexp", "fisher1936use", "harris2020array"],
    NOISE: ["mlpexp", "fisher1936use", "he2015delving", "paszke2019pytorch"],
    OPTIMIZERS: [
        "mlpexp",
        "fisher1936use",
        "glorot2010understanding",
        "kingma2015adam",
        "nadeau2003inference",
        "holm1979simple",
        "paszke2019pytorch",
    ],
}


@pytest.mark.parametrize(
    "config", TEXTS, ids=["run", "sweep", "selected", "regression", "pictures", "map", "unusual", "noise", "optimizers"]
)
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
    program = f"NumPy {versions['numpy']}" if config == UNUSUAL else f"PyTorch {versions['torch']}"
    listed = f"mlpexp {result.environment['mlpexp']}, {program} and Python {result.environment['python']}"
    machine = f"a CPU ({result.environment['processor']})"
    assert said[computed:] == f" Computed with {listed} on {machine} (config {result.summary.hash})."
    assert re.findall(r"^@\w+\{(\w+),", works.text, re.MULTILINE) == WORKS[config]  # type: ignore[union-attr]
