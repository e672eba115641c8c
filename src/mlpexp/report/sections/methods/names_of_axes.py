"""Keys that are varied in Chinese; in English their labels say it."""

from collections.abc import Mapping

AXES: Mapping[str, str] = {
    "dataset": "数据集", "dataset.features": "输入列", "dataset.function": "目标函数",
    "dataset.kind": "数据类型", "dataset.name": "数据集", "dataset.noise": "噪声", "dataset.samples": "样本数",
    "dataset.scale": "缩放方式", "dataset.standardize": "标准化", "dataset.test_fraction": "测试集比例",
    "dataset.train_fraction": "训练样本比例", "dataset.train_samples": "训练样本数",
    "dataset.validation_fraction": "验证集比例", "init_seed": "初始权重的种子", "loss": "损失函数",
    "model": "模型", "model.activation": "激活函数", "model.activation.name": "激活函数",
    "model.algorithm": "学习规则", "model.batch_norm": "批归一化", "model.bias": "偏置",
    "model.bias_init": "偏置初值", "model.dropout": "dropout 比率", "model.final_radius": "最终邻域半径",
    "model.grid": "网格大小", "model.hidden_sizes": "隐藏层单元数", "model.init": "初始化方法",
    "model.init.name": "初始化方法", "model.layers": "网络层", "model.name": "模型",
    "model.output_activation": "输出激活函数",
    "model.radius": "初始邻域半径", "model.radius_decay": "邻域半径的衰减方式", "model.topology": "网格拓扑",
    "optimizer": "优化器", "optimizer.l2_penalty": "L2 惩罚系数", "optimizer.learning_rate": "学习率",
    "optimizer.momentum": "动量", "optimizer.name": "优化器", "optimizer.weight_decay": "权重衰减",
    "order_seed": "批次顺序的种子", "schedule": "学习率调度", "schedule.decay": "学习率的衰减率",
    "schedule.name": "学习率调度", "schedule.warmup_epochs": "预热轮数", "split_seed": "数据划分的种子",
    "start.freeze": "冻结的层", "start.result": "初始权重的来源", "training.batch_size": "批大小",
    "training.class_weights": "类别权重", "training.early_stopping.patience": "早停的耐心轮数",
    "training.epochs": "训练轮数", "training.gradient_clip": "梯度裁剪范数", "training.precision": "计算精度",
    "training.weight_averaging": "权重平均的衰减率",
}  # fmt: skip


def name_of_axis(key: str) -> str:
    """``学习率``; a key that has no name here as it is."""
    return AXES.get(key, key)
