"""Names of the methods paragraph in two languages: what the config calls ``he_normal`` is *He normal* there."""

from collections.abc import Mapping

Said = tuple[str, str]
"""The same in English and in Chinese."""

MODELS: Mapping[str, Said] = {
    "mlp": ("multilayer perceptron", "多层感知机"),
    "lenet5": ("LeNet-5 network", "LeNet-5 网络"),
    "cnn4": ("convolutional network with four layers", "四层卷积网络"),
    "mnist_cnn": ("convolutional network (mnist_cnn)", "卷积网络（mnist_cnn）"),
    "cnn": ("convolutional network", "卷积网络"),
    "som": ("self-organizing map", "自组织映射"),
}  # fmt: skip
ACTIVATIONS: Mapping[str, Said] = {
    "relu": ("ReLU", "ReLU"), "tanh": ("tanh", "tanh"), "sigmoid": ("sigmoid", "sigmoid"), "gelu": ("GELU", "GELU"),
    "identity": ("linear", "线性"), "leaky_relu": ("leaky ReLU", "leaky ReLU"), "elu": ("ELU", "ELU"),
}  # fmt: skip
INITS: Mapping[str, str] = {
    "xavier_uniform": "Glorot uniform", "xavier_normal": "Glorot normal", "he_normal": "He normal",
    "he_uniform": "He uniform", "lecun_normal": "LeCun normal", "torch_default": "PyTorch default",
}  # fmt: skip
OPTIMIZERS: Mapping[str, str] = {
    "sgd": "SGD", "adam": "Adam", "adamw": "AdamW", "rmsprop": "RMSprop", "adagrad": "Adagrad",
}  # fmt: skip
LOSSES: Mapping[str, Said] = {
    "cross_entropy": ("cross-entropy", "交叉熵"), "mean_squared_error": ("mean squared error", "均方误差"),
    "binary_cross_entropy": ("binary cross-entropy", "二元交叉熵"),
}  # fmt: skip
SCHEDULES: Mapping[str, Said] = {
    "step": ("step", "阶梯"), "exponential": ("exponential", "指数"), "cosine": ("cosine", "余弦"),
    "inverse_time": ("inverse time", "反时间"), "inverse_power": ("inverse power", "反幂"),
}  # fmt: skip
PARTS: Mapping[str, Said] = {
    "train": ("training", "训练"), "validation": ("validation", "验证"), "test": ("test", "测试"),
}  # fmt: skip
SCORES: Mapping[str, str] = {
    "accuracy": "准确率", "loss": "损失", "r2": "R²", "balanced_accuracy": "平衡准确率", "f1_macro": "宏平均 F1",
    "matthews": "马修斯相关系数", "roc_auc": "ROC 曲线下面积", "mean_absolute_error": "平均绝对误差",
    "root_mean_squared_error": "均方根误差", "quantization_error": "量化误差", "topographic_error": "拓扑误差",
}  # fmt: skip
TASKS: Mapping[str, Said] = {"classification": ("classification", "分类"), "regression": ("regression", "回归")}

# By kind of ``dataset.split``.
SPLITS: Mapping[str, Said] = {
    "random": ("drawn at random with each seed", "每个种子随机划分"),
    "k_fold": ("by cross-validation, each seed testing on one fold", "按交叉验证划分，每个种子以一折为测试集"),
    "group": ("by groups that stay in one part, drawn with each seed", "按组划分，同组样本不分开，每个种子重新划分"),
    "time": ("by time, the latest samples being the test part", "按时间划分，最新的样本为测试集"),
    "column": ("given by a column of the table", "由表中一列给定"),
    "file": ("given, the test part being a file of its own", "给定，测试集为单独的文件"),
}  # fmt: skip
GIVEN_TEST: Said = ("with the test part that comes with it", "测试集为数据集自带")
FIXED: Said = ("the same for all seeds", "所有种子相同")

# Works whose methods were used, by what the config calls them.
WORKS: Mapping[str, str] = {
    "adam": "@inproceedings{kingma2015adam, author={Kingma, Diederik P. and Ba, Jimmy}, "
    "title={Adam: A Method for Stochastic Optimization}, booktitle={ICLR}, year={2015}}",
    "adamw": "@inproceedings{loshchilov2019decoupled, author={Loshchilov, Ilya and Hutter, Frank}, "
    "title={Decoupled Weight Decay Regularization}, booktitle={ICLR}, year={2019}}",
    "xavier": "@inproceedings{glorot2010understanding, author={Glorot, Xavier and Bengio, Yoshua}, "
    "title={Understanding the difficulty of training deep feedforward neural networks}, booktitle={AISTATS}, year={2010}}",
    "he": "@inproceedings{he2015delving, author={He, Kaiming and Zhang, Xiangyu and Ren, Shaoqing and Sun, Jian}, "
    "title={Delving Deep into Rectifiers: Surpassing Human-Level Performance on ImageNet Classification}, "
    "booktitle={ICCV}, year={2015}}",
    "lenet5": "@article{lecun1998gradient, author={LeCun, Yann and Bottou, L{\\'e}on and Bengio, Yoshua and Haffner, "
    "Patrick}, title={Gradient-Based Learning Applied to Document Recognition}, journal={Proceedings of the IEEE}, "
    "volume={86}, number={11}, pages={2278--2324}, year={1998}}",
    "som": "@article{kohonen1982self, author={Kohonen, Teuvo}, title={Self-organized formation of topologically correct "
    "feature maps}, journal={Biological Cybernetics}, volume={43}, pages={59--69}, year={1982}}",
    "torch": "@inproceedings{paszke2019pytorch, author={Paszke, Adam and others}, title={{PyTorch}: An Imperative Style, "
    "High-Performance Deep Learning Library}, booktitle={Advances in Neural Information Processing Systems 32}, "
    "year={2019}}",
}  # fmt: skip
