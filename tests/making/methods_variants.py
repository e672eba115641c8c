"""For each key of a config two configs that differ in it alone: both say what the key decides, if the paragraph tells it."""

from collections.abc import Mapping
from dataclasses import dataclass

NET = """\
name: told
dataset: {name: iris}
model: {name: mlp, hidden_sizes: [6, 4]}
optimizer: {name: sgd, learning_rate: 0.1}
training: {batch_size: 16, epochs: 40}
seeds: 2
"""
CONVOLUTIONS = NET.replace("iris", "digits").replace(
    "mlp, hidden_sizes: [6, 4]", "cnn, layers: [{layer: conv, channels: 2, kernel_size: 3}, {layer: dense, units: 5}]"
)
TABLE = NET.replace(
    "name: iris", "name: csv, path: t.csv, target: kind, exclude: [part], missing: mean, dates: {date: ordinal}"
)
PRICES = TABLE.replace("target: kind", "target: price")
PICTURES = NET.replace("name: iris", "name: images, path: pictures")
LENET = PICTURES.replace("path: pictures", "path: pictures, size: [28, 28], color: grey").replace(
    "mlp, hidden_sizes: [6, 4]", "lenet5"
)
INVENTED = NET.replace("name: iris", "name: synthetic, kind: moons")
CLOTHES = NET.replace("name: iris", "name: fashion_mnist, train_samples: 1000")
MAP = "name: told\ndataset: {name: iris}\nmodel: {name: som, grid: [3, 4]}\ntraining: {epochs: 5}\nseeds: 2\n"
SWEEP = NET.replace("epochs: 40", "epochs: 2") + (
    "sweep: {over: {learning_rate: [0.1, 0.2], batch_size: [16, 32]}, seeds: 2}\n"
)
SAMPLED = NET + 'sweep: {over: {learning_rate: "log(0.01, 1, 9)"}, method: random, trials: 8, seeds: 2}\n'


@dataclass(frozen=True)
class Variant:
    """A config with and without a value of a key."""

    text: str
    """The config."""
    after: str
    """What changes the key, as ``--set`` has it."""
    before: tuple[str, ...] = ()
    """What both have, likewise."""
    instead: str = ""
    """What the first has where it must have some value, too."""
    trained: bool = False
    """Whether it is told only of what has ended."""


GROUPS = "dataset.split={{kind: group, column: {}}}"
BY_COLUMN = "dataset.split={{kind: column, column: part{}}}"
BY_FILE = "dataset.split={{kind: file, path: {}}}"
INIT, BIAS = "model.init={{name: {}}}", "model.bias_init={{name: {}}}"
FOLDS = "dataset.split.kind=k_fold"
WITH_VALIDATION = "dataset.validation_fraction=0.2"
EARLY = "training.early_stopping.patience=4"

VARIANTS: Mapping[str, Variant] = {
    "dataset.test_fraction": Variant(NET, "dataset.test_fraction=0.2"),
    "dataset.validation_fraction": Variant(NET, "dataset.validation_fraction=0.2"),
    "dataset.standardize": Variant(NET, "dataset.standardize=false"),
    "dataset.scale": Variant(NET, "dataset.scale=minmax"),
    "dataset.split": Variant(NET, "dataset.split=k_fold"),
    "dataset.split.kind": Variant(NET, FOLDS),
    "dataset.split.folds": Variant(NET, "dataset.split.folds=3", (FOLDS,)),
    "dataset.split.repeated": Variant(NET, "dataset.split.repeated=false", (FOLDS, "seeds=10")),
    "dataset.split.column": Variant(TABLE, GROUPS.format("site"), instead=GROUPS.format("level")),
    "dataset.split.train": Variant(TABLE, BY_COLUMN.format(", train: [train]"), instead=BY_COLUMN.format("")),
    "dataset.split.validation": Variant(TABLE, BY_COLUMN.format(", validation: [val]"), instead=BY_COLUMN.format("")),
    "dataset.split.test": Variant(TABLE, BY_COLUMN.format(", test: [test]"), instead=BY_COLUMN.format("")),
    "dataset.split.path": Variant(TABLE, BY_FILE.format("v.csv"), instead=BY_FILE.format("u.csv")),
    "dataset.train_samples": Variant(NET, "dataset.train_samples=50"),
    "dataset.train_fraction": Variant(NET, "dataset.train_fraction=0.5"),
    "dataset.name": Variant(NET, "dataset.name=digits"),
    "dataset.kind": Variant(INVENTED, "dataset.kind=circles"),
    "dataset.samples": Variant(INVENTED, "dataset.samples=210"),
    "dataset.noise": Variant(INVENTED, "dataset.noise=0.23"),
    "dataset.classes": Variant(INVENTED, "dataset.classes=7", ("dataset.kind=blobs",)),
    "dataset.function": Variant(
        INVENTED, "dataset.function=cosine", ("dataset.kind=function",), "dataset.function=sine"
    ),
    "dataset.data_seed": Variant(INVENTED, "dataset.data_seed=17"),
    "dataset.test_samples": Variant(CLOTHES, "dataset.test_samples=500"),
    "dataset.augmentation": Variant(PICTURES, "dataset.augmentation={max_shift: 2}"),
    "dataset.augmentation.max_shift": Variant(PICTURES, "dataset.augmentation.max_shift=3"),
    "dataset.augmentation.max_rotation": Variant(PICTURES, "dataset.augmentation.max_rotation=15"),
    "dataset.path": Variant(TABLE, "dataset.path=u.csv"),
    "dataset.size": Variant(PICTURES, "dataset.size=[9, 8]"),
    "dataset.fit": Variant(PICTURES, "dataset.fit=stretch", ("dataset.size=[9, 8]",)),
    "dataset.color": Variant(PICTURES, "dataset.color=grey"),
    "dataset.target": Variant(TABLE, "dataset.target=price"),
    "dataset.target.column": Variant(TABLE, "dataset.target={column: site}"),
    "dataset.target.standardize": Variant(PRICES, "dataset.target={column: price, standardize: false}"),
    "dataset.target.transform": Variant(PRICES, "dataset.target={column: price, transform: log}"),
    "dataset.features": Variant(TABLE, "dataset.features=[height, width, date]", ("dataset.exclude=[]",)),
    "dataset.exclude": Variant(TABLE, "dataset.exclude=[part, site]"),
    "dataset.categorical": Variant(TABLE, "dataset.categorical=[level]"),
    "dataset.dates": Variant(TABLE, "dataset.dates={date: parts}", instead="dataset.dates={date: ordinal}"),
    "dataset.task": Variant(PRICES, "dataset.task=classification", ("dataset.target=level",), "dataset.task=regression"),
    "dataset.missing": Variant(TABLE, "dataset.missing=median"),
    "dataset.missing_values": Variant(TABLE, "dataset.missing_values=[-99]"),
    "dataset.missing_indicator": Variant(TABLE, "dataset.missing_indicator=true"),
    "dataset.shape": Variant(TABLE, "dataset.shape=[1, 2, 2]", ("dataset={name: csv, path: p.csv, target: kind}",)),
    "model": Variant(LENET, "model={name: mlp}"),
    "model.name": Variant(LENET, "model.name=mnist_cnn"),
    "model.init": Variant(NET, "model.init=he_uniform"),
    "model.init.name": Variant(NET, "model.init.name=orthogonal"),
    "model.init.value": Variant(NET, INIT.format("constant, value: 0.3"), instead=INIT.format("constant, value: 0.2")),
    "model.init.mean": Variant(NET, INIT.format("normal, mean: 0.07"), instead=INIT.format("normal")),
    "model.init.std": Variant(NET, INIT.format("normal, std: 0.07"), instead=INIT.format("normal")),
    "model.init.low": Variant(NET, INIT.format("uniform, low: -0.07"), instead=INIT.format("uniform")),
    "model.init.high": Variant(NET, INIT.format("uniform, high: 0.07"), instead=INIT.format("uniform")),
    "model.init.gain": Variant(NET, INIT.format("orthogonal, gain: 1.7"), instead=INIT.format("orthogonal")),
    "model.bias": Variant(NET, "model.bias=false"),
    "model.bias_init": Variant(NET, "model.bias_init=0.1"),
    "model.bias_init.name": Variant(NET, "model.bias_init.name=he_normal"),
    "model.bias_init.value": Variant(NET, BIAS.format("constant, value: 0.3")),
    "model.bias_init.mean": Variant(NET, BIAS.format("normal, mean: 0.07"), instead=BIAS.format("normal")),
    "model.bias_init.std": Variant(NET, BIAS.format("normal, std: 0.07"), instead=BIAS.format("normal")),
    "model.bias_init.low": Variant(NET, BIAS.format("uniform, low: -0.07"), instead=BIAS.format("uniform")),
    "model.bias_init.high": Variant(NET, BIAS.format("uniform, high: 0.07"), instead=BIAS.format("uniform")),
    "model.bias_init.gain": Variant(
        NET, BIAS.format("xavier_normal, gain: 1.7"), instead=BIAS.format("xavier_normal")
    ),
    "model.output_activation": Variant(NET, "model.output_activation=tanh", ("loss=mean_squared_error",)),
    "model.hidden_sizes": Variant(NET, "model.hidden_sizes=[7]"),
    "model.activation": Variant(NET, "model.activation=tanh"),
    "model.activation.name": Variant(NET, "model.activation.name=gelu"),
    "model.activation.negative_slope": Variant(
        NET, "model.activation.negative_slope=0.13", ("model.activation.name=leaky_relu",)
    ),
    "model.activation.initial_slope": Variant(
        NET, "model.activation.initial_slope=0.13", ("model.activation.name=prelu",)
    ),
    "model.activation.alpha": Variant(NET, "model.activation.alpha=1.3", ("model.activation.name=elu",)),
    "model.activation.pieces": Variant(NET, "model.activation.pieces=3", ("model.activation.name=maxout",)),
    "model.dropout": Variant(NET, "model.dropout=0.23"),
    "model.batch_norm": Variant(NET, "model.batch_norm=true"),
    "model.pooling": Variant(LENET, "model.pooling=max"),
    "model.layers": Variant(CONVOLUTIONS, "model.layers=[{layer: dense, units: 7}]"),
    "model.grid": Variant(MAP, "model.grid=[5, 7]"),
    "model.topology": Variant(MAP, "model.topology=hexagonal"),
    "model.algorithm": Variant(MAP, "model.algorithm=batch"),
    "model.radius": Variant(MAP, "model.radius=1.7"),
    "model.final_radius": Variant(MAP, "model.final_radius=0.7"),
    "model.radius_decay": Variant(MAP, "model.radius_decay=linear"),
    "loss": Variant(NET, "loss=sum_squared_error"),
    "start": Variant(NET, "start={freeze: [dense1]}"),
    "start.result": Variant(NET, "start={result: before, arm: 0}"),
    "start.arm": Variant(NET, "start={result: before, arm: 1}", instead="start={result: before, arm: 0}"),
    "start.seed": Variant(NET, "start={result: before, arm: 0, seed: 1}", instead="start={result: before, arm: 0}"),
    "start.freeze": Variant(NET, "start={freeze: [dense2]}", instead="start={freeze: [dense1]}"),
    "optimizer.learning_rate": Variant(NET, "optimizer.learning_rate=0.37"),
    "optimizer.l2_penalty": Variant(NET, "optimizer.l2_penalty=0.0037"),
    "optimizer.weight_decay": Variant(NET, "optimizer.weight_decay=0.0037"),
    "optimizer.name": Variant(NET, "optimizer.name=rmsprop"),
    "optimizer.momentum": Variant(NET, "optimizer.momentum=0.83"),
    "optimizer.nesterov": Variant(NET, "optimizer.nesterov=true", ("optimizer.momentum=0.9",)),
    "optimizer.epsilon": Variant(NET, "optimizer.epsilon=0.003", ("optimizer.name=adagrad",)),
    "optimizer.alpha": Variant(NET, "optimizer.alpha=0.83", ("optimizer.name=rmsprop",)),
    "optimizer.beta1": Variant(NET, "optimizer.beta1=0.83", ("optimizer.name=adam",)),
    "optimizer.beta2": Variant(NET, "optimizer.beta2=0.83", ("optimizer.name=adamw",)),
    "schedule": Variant(NET, "schedule=cosine"),
    "schedule.warmup_epochs": Variant(NET, "schedule.warmup_epochs=3", ("schedule.name=exponential", "schedule.decay=0.9")),
    "schedule.name": Variant(NET, "schedule.name=inverse_time"),
    "schedule.every": Variant(NET, "schedule={name: step, every: 9}", instead="schedule={name: step, every: 7}"),
    "schedule.factor": Variant(
        NET, "schedule={name: step, every: 7, factor: 0.37}", instead="schedule={name: step, every: 7}"
    ),
    "schedule.decay": Variant(
        NET, "schedule={name: exponential, decay: 0.87}", instead="schedule={name: exponential, decay: 0.9}"
    ),
    "schedule.final_factor": Variant(NET, "schedule.final_factor=0.07", ("schedule.name=cosine",)),
    "schedule.power": Variant(NET, "schedule.power=0.7", ("schedule.name=inverse_power",)),
    "schedule.per": Variant(NET, "schedule.per=sample", ("schedule.name=inverse_power",)),
    "training.batch_size": Variant(NET, "training.batch_size=full"),
    "training.epochs": Variant(NET, "training.epochs=57"),
    "training.gradient_clip": Variant(NET, "training.gradient_clip=1.7"),
    "training.early_stopping": Variant(NET, "training.early_stopping={patience: 7}", (WITH_VALIDATION,)),
    "training.early_stopping.patience": Variant(
        NET, "training.early_stopping.patience=7", (WITH_VALIDATION,), "training.early_stopping.patience=9"
    ),
    "training.early_stopping.min_delta": Variant(
        NET, "training.early_stopping.min_delta=0.07", (WITH_VALIDATION, EARLY)
    ),
    "training.early_stopping.score": Variant(
        NET, "training.early_stopping.score=f1_macro", (WITH_VALIDATION, EARLY)
    ),
    "training.convergence": Variant(NET, "training.convergence={patience: 7}"),
    "training.convergence.tolerance": Variant(NET, "training.convergence.tolerance=0.07"),
    "training.convergence.patience": Variant(NET, "training.convergence.patience=7"),
    "training.weight_averaging": Variant(NET, "training.weight_averaging=0.93"),
    "training.class_weights": Variant(NET, "training.class_weights=balanced"),
    "training.train_metrics": Variant(NET, "training.train_metrics=running"),
    "training.evaluate_every": Variant(NET, "training.evaluate_every=3"),
    "training.precision": Variant(NET, "training.precision=float64"),
    "training.engine": Variant(NET, "training.engine=numpy"),
    "scores": Variant(NET, "scores=[matthews]"),
    "seed": Variant(NET, "seed=70"),
    "seeds": Variant(NET, "seeds=7"),
    "split_seed": Variant(NET, "split_seed=70"),
    "init_seed": Variant(NET, "init_seed=70"),
    "order_seed": Variant(NET, "order_seed=70"),
    "sweep": Variant(SWEEP, "sweep.over={optimizer.momentum: [0.1, 0.3]}"),
    "sweep.over": Variant(SWEEP, "sweep.over.learning_rate=[0.1, 0.7]"),
    "sweep.method": Variant(SWEEP, "sweep.method=one_at_a_time"),
    "sweep.zip": Variant(SWEEP, "sweep.zip=[[learning_rate, batch_size]]"),
    "sweep.exclude": Variant(SWEEP, "sweep.exclude=[{learning_rate: 0.1, batch_size: 16}]"),
    "sweep.arms": Variant(
        SWEEP, "sweep={seeds: 2, arms: [{optimizer.momentum: 0.1}, {training.batch_size: 32}]}",
        instead="sweep={seeds: 2, arms: [{optimizer.momentum: 0.1}, {training.batch_size: 64}]}",
    ),
    "sweep.trials": Variant(SAMPLED, "sweep.trials=6"),
    "sweep.seeds": Variant(SWEEP, "sweep.seeds=3"),
    "sweep.match": Variant(
        SWEEP, "sweep.match=parameters", ("sweep.over={model.hidden_sizes: [[6, 4], [9, 1]]}",)
    ),
    "sweep.metric": Variant(SWEEP, "sweep.metric=test_loss"),
    "sweep.baseline": Variant(SWEEP, "sweep.baseline={learning_rate: 0.2, batch_size: 32}", trained=True),
    "sweep.margin": Variant(SWEEP, "sweep.margin=0.37", trained=True),
}  # fmt: skip

SECTION = "a section, whose keys are told"
READING = "how the file is written; the inputs that come of it are told"
NO_NUMBER = "decides no number"
NOT_TOLD: Mapping[str, str] = {
    "name": NO_NUMBER,
    "description": NO_NUMBER,
    "dataset": SECTION,
    "dataset.collection": "in the title of the data set, which is told",
    "dataset.images": "a file of the folder whose name is told",
    "dataset.labels": "a file of the folder whose name is told",
    "dataset.numeric": "a check, which refuses other columns",
    "dataset.encoding": READING,
    "dataset.delimiter": READING,
    "dataset.header": READING,
    "dataset.names": READING,
    "dataset.decimal": READING,
    "dataset.thousands": READING,
    "dataset.max_levels": "which columns are inputs; these are told",
    "optimizer": SECTION,
    "training": SECTION,
    "training.threads": "time alone",
    "training.cuda_graph": "time alone",
    "start.sha256": "a check of the file that is told",
    "diagnostics": NO_NUMBER,
    "device": "told as the environment has it, not as it was asked for",
    "keep": NO_NUMBER,
    "keep.weights": NO_NUMBER,
    "keep.history": NO_NUMBER,
    "keep.state": NO_NUMBER,
    "keep.data": NO_NUMBER,
}

# Of the layers in ``model.layers``, by kind and key: the layer with another value.
CONV = "{layer: conv, channels: 2, kernel_size: 3}"
LAYERS: Mapping[str, tuple[str, str]] = {
    "conv.channels": (CONV, "{layer: conv, channels: 7, kernel_size: 3}"),
    "conv.kernel_size": (CONV, "{layer: conv, channels: 2, kernel_size: 4}"),
    "conv.stride": (CONV, "{layer: conv, channels: 2, kernel_size: 3, stride: 2}"),
    "conv.padding": (CONV, "{layer: conv, channels: 2, kernel_size: 3, padding: same}"),
    "conv.batch_norm": (CONV, "{layer: conv, channels: 2, kernel_size: 3, batch_norm: true}"),
    "conv.activation": (CONV, "{layer: conv, channels: 2, kernel_size: 3, activation: tanh}"),
    "max_pool.layer": ("{layer: max_pool}", "{layer: average_pool}"),
    "max_pool.kernel_size": ("{layer: max_pool}", "{layer: max_pool, kernel_size: 3}"),
    "max_pool.stride": ("{layer: max_pool}", "{layer: max_pool, stride: 1}"),
    "dense.units": ("{layer: dense, units: 2}", "{layer: dense, units: 7}"),
    "dense.batch_norm": ("{layer: dense, units: 2}", "{layer: dense, units: 2, batch_norm: true}"),
    "dense.activation": ("{layer: dense, units: 2}", "{layer: dense, units: 2, activation: maxout}"),
    "dropout.rate": ("{layer: dropout}", "{layer: dropout, rate: 0.23}"),
}
