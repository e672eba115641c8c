# ruff: noqa: E501  (messages in full)
"""What a user reads when a config is wrong: every problem, each at its place, in the order of the file."""

from pathlib import Path

import pytest

from mlpexp.config.load import read_source, validated
from mlpexp.config.yaml_source import override_in
from mlpexp.errors import ConfigError

BASE = "dataset: iris\nmodel: mlp\noptimizer: {name: sgd, learning_rate: 0.1}\n"

# The text of c.yaml, the overrides (each written as --set ...), and the whole message, line by line.
BAD: list[tuple[str, tuple[str, ...], list[str]]] = [
    (
        (""),
        (),
        ["c.yaml:1:1: a config is a mapping such as `dataset: iris`, but this is empty"],
    ),
    (
        ("- dataset: iris\n"),
        (),
        ["c.yaml:1:1: a config is a mapping such as `dataset: iris`, but this is a list; remove the `-`"],
    ),
    (
        ("iris\n"),
        (),
        ["c.yaml:1:1: a config is a mapping such as `dataset: iris`, but this is a single value"],
    ),
    (
        ("a: b: c\n"),
        (),
        [
            "c.yaml:1:5: not valid YAML: a second `:` in this line, or a line that begins too far right; put it in a line of its "
            "own, or write `training: {epochs: 5}`"
        ],
    ),
    (
        ("a: [1, 2\n"),
        (),
        ["c.yaml:2:1: not valid YAML: the `[` of line 1 is not closed, or a comma is missing"],
    ),
    (
        ("a: 'x\n"),
        (),
        ["c.yaml:2:1: not valid YAML: a quotation mark of line 1 is not closed"],
    ),
    (
        ("\tdataset: iris\n"),
        (),
        ["c.yaml:1:1: a tab stands here, where YAML needs blanks; write `dataset: iris`"],
    ),
    (
        ("dataset: iris\n"),
        (),
        [
            "c.yaml:1:1: model: missing; for example `model: {name: mlp, hidden_sizes: [16]}`",
            "c.yaml:1:1: optimizer: missing; for example `optimizer: {name: sgd, learning_rate: 0.1}`",
        ],
    ),
    (
        (BASE + "dataset: digits\n"),
        (),
        ["c.yaml:4:1: dataset: duplicate key (first in line 1)"],
    ),
    (
        ("dataset: iris\nmodel: {name: mlp, bias: true, bias: false}\noptimizer: adam\n"),
        (),
        ["c.yaml:2:32: model.bias: duplicate key (first in line 2)"],
    ),
    (
        (BASE + "xyz: 1\n"),
        (),
        [
            "c.yaml:4:1: xyz: unknown key; choose from name, description, dataset, model, loss, start, optimizer, schedule, training, scores, seed, seeds, split_seed, init_seed, order_seed, diagnostics, device, keep, sweep"
        ],
    ),
    (
        (
            "dataset: {name: iris, test_fracton: 0.3}\n"
            "model: {name: mlp, hiden_sizes: [3]}\n"
            "optimizer: {name: adam, momentum: 0.9}\n"
            "schedule: {name: step, every: 3, facter: 0.1}\n"
            "training: {epoch: 3, early_stopping: {patient: 3}}\n"
        ),
        (),
        [
            "c.yaml:1:23: dataset.test_fracton: unknown key for iris; did you mean test_fraction?",
            "c.yaml:2:20: model.hiden_sizes: unknown key for mlp; did you mean hidden_sizes?",
            "c.yaml:3:25: optimizer.momentum: unknown key for adam; choose from learning_rate, l2_penalty, weight_decay, name, beta1, beta2, epsilon",
            "c.yaml:4:34: schedule.facter: unknown key for step; did you mean factor?",
            "c.yaml:5:12: training.epoch: unknown key; did you mean epochs?",
            "c.yaml:5:39: training.early_stopping.patient: unknown key; did you mean patience?",
        ],
    ),
    (
        ("dataset: iriss\nmodel: mpl\noptimizer: adma\nschedule: cosin\n"),
        (),
        [
            "c.yaml:1:10: dataset.name: 'iriss' is not known; did you mean iris?",
            "c.yaml:2:8: model.name: 'mpl' is not known; did you mean mlp?",
            "c.yaml:3:12: optimizer.name: 'adma' is not known; did you mean adam?",
            "c.yaml:4:11: schedule.name: 'cosin' is not known; did you mean cosine?",
        ],
    ),
    (
        ("dataset: {test_fraction: 0.3}\nmodel: {hidden_sizes: [3]}\noptimizer: {learning_rate: 0.1}\n"),
        (),
        ["c.yaml:1:1: dataset.name: missing", "c.yaml:2:1: model.name: missing", "c.yaml:3:1: optimizer.name: missing"],
    ),
    (
        ("dataset: [iris]\nmodel: 3\noptimizer:\n"),
        (),
        [
            "c.yaml:1:10: dataset: should be a mapping of keys to values",
            "c.yaml:2:8: model: should be a mapping of keys to values, not 3",
            "c.yaml:3:11: optimizer: should be a mapping of keys to values, not null",
        ],
    ),
    (
        (BASE + ("loss: crossentropy\ndevice: gpu\n")),
        (),
        [
            "c.yaml:4:7: loss: 'crossentropy' is not known; did you mean cross_entropy?",
            "c.yaml:5:9: device: 'gpu' is not known; did you mean cuda?",
        ],
    ),
    ((BASE + "device: gpu:1\n"), (), ["c.yaml:4:9: device: 'gpu:1' is not known; did you mean cuda:1?"]),
    ((BASE + "device: cuda:00\n"), (), ["c.yaml:4:9: device: 'cuda:00' is not known; did you mean cuda:1?"]),
    ((BASE + "device: cuda:01\n"), (), ["c.yaml:4:9: device: 'cuda:01' is not known; did you mean cuda:1?"]),
    (
        (BASE + "device: here\n"),
        (),
        ["c.yaml:4:9: device: 'here' is not known; choose from auto, cpu, cuda, mps, cuda:1"],
    ),
    (
        (BASE + "loss: off\n"),
        (),
        [
            "c.yaml:4:7: loss: 'off' is not known; choose from cross_entropy, softmax_squared_error, mean_squared_error, "
            "half_sum_squared_error, sum_squared_error, binary_cross_entropy"
        ],
    ),
    (
        (BASE + ("seed: -1\nseeds: 0\n")),
        (),
        ["c.yaml:4:7: seed: should be at least 0, not -1", "c.yaml:5:8: seeds: should be above 0, not 0"],
    ),
    (
        (BASE + "seeds: 1e3\n"),
        (),
        ["c.yaml:4:8: seeds: should be a whole number, not 1000.0"],
    ),
    (
        (BASE + "seeds: 100001\n"),
        (),
        ["c.yaml:4:8: seeds: should be at most 100000, not 100001"],
    ),
    (
        (BASE + "seed: 9223372036854775808\n"),
        (),
        ["c.yaml:4:7: seed: should be below 9223372036854775808, not 9223372036854775808"],
    ),
    (
        (BASE + "seed: true\n"),
        (),
        ["c.yaml:4:7: seed: should be a whole number, not true"],
    ),
    (
        (BASE + 'seed: "3"\n'),
        (),
        ["c.yaml:4:7: seed: should be a whole number, not '3'"],
    ),
    (
        (BASE + "name: a b\n"),
        (),
        [
            "c.yaml:4:7: name: should be up to 64 letters, digits, dots, dashes and underscores, "
            "beginning with a letter or digit, not 'a b'"
        ],
    ),
    (
        (BASE + "name: 12\n"),
        (),
        ["c.yaml:4:7: name: should be text, not 12"],
    ),
    (
        ("dataset: {name: iris, test_fraction: 1.0}\nmodel: mlp\noptimizer: {name: sgd, learning_rate: 0}\n"),
        (),
        [
            "c.yaml:1:38: dataset.test_fraction: should be below 1, not 1.0",
            "c.yaml:3:39: optimizer.learning_rate: should be above 0, not 0",
        ],
    ),
    (
        (
            "dataset: {name: iris, test_fraction: -0.1, validation_fraction: .nan, standardize: yes}\n"
            "model: mlp\n"
            "optimizer: {name: sgd, learning_rate: .inf}\n"
        ),
        (),
        [
            "c.yaml:1:38: dataset.test_fraction: should be at least 0, not -0.1",
            "c.yaml:1:65: dataset.validation_fraction: should be finite, not nan",
            "c.yaml:1:84: dataset.standardize: should be true or false, not 'yes'",
            "c.yaml:3:39: optimizer.learning_rate: should be finite, not inf",
        ],
    ),
    (
        ("dataset: iris\nmodel: mlp\noptimizer: sgd\n"),
        (),
        ["c.yaml:3:1: optimizer.learning_rate: missing; for example `learning_rate: 0.1`"],
    ),
    (
        ("dataset: iris\nmodel: mlp\noptimizer: {name: sgd, learning_rate: fast}\n"),
        (),
        ["c.yaml:3:39: optimizer.learning_rate: should be a number, not 'fast'"],
    ),
    (
        ("dataset: iris\nmodel: mlp\noptimizer: {name: sgd, learning_rate: 0.1, nesterov: true}\n"),
        (),
        ["c.yaml:3:54: optimizer.nesterov: needs a momentum above 0"],
    ),
    (
        ("dataset: iris\nmodel: {name: mlp, hidden_sizes: 16}\noptimizer: adam\n"),
        (),
        ["c.yaml:2:34: model.hidden_sizes: should be a list, not 16; write [16]"],
    ),
    (
        ("dataset: iris\nmodel: {name: mlp, hidden_sizes: [16, 0, 2.5, x]}\noptimizer: adam\n"),
        (),
        [
            "c.yaml:2:39: model.hidden_sizes[1]: should be above 0, not 0",
            "c.yaml:2:42: model.hidden_sizes[2]: should be a whole number, not 2.5",
            "c.yaml:2:47: model.hidden_sizes[3]: should be a whole number, not 'x'",
        ],
    ),
    (
        ("dataset: iris\nmodel: {name: mlp, activation: relo}\noptimizer: adam\n"),
        (),
        ["c.yaml:2:32: model.activation.name: 'relo' is not known; did you mean relu?"],
    ),
    (
        ("dataset: iris\nmodel: {name: mlp, activation: {name: leaky_relu, slope: 0.1}}\noptimizer: adam\n"),
        (),
        ["c.yaml:2:51: model.activation.slope: unknown key for leaky_relu; choose from name, negative_slope"],
    ),
    (
        ("dataset: iris\nmodel: {name: mlp, activation: {name: leaky_relu, negative_slope: -1}}\noptimizer: adam\n"),
        (),
        ["c.yaml:2:67: model.activation.negative_slope: should be at least 0, not -1"],
    ),
    (
        ("dataset: iris\nmodel: {name: mlp, hidden_sizes: [3, 3], activation: [relu]}\noptimizer: adam\n"),
        (),
        ["c.yaml:2:54: model.activation: 1 activations for 2 hidden layers; give one for all or one for each"],
    ),
    (
        ("dataset: iris\nmodel: {name: mlp, hidden_sizes: [3, 3], activation: [relu, tahn]}\noptimizer: adam\n"),
        (),
        ["c.yaml:2:61: model.activation[1].name: 'tahn' is not known; did you mean tanh?"],
    ),
    (
        (
            "dataset: iris\n"
            "model: {name: mlp, hidden_sizes: [3, 3], activation: [relu, {name: maxout, pieces: 1}]}\n"
            "optimizer: adam\n"
        ),
        (),
        ["c.yaml:2:84: model.activation[1].pieces: should be at least 2, not 1"],
    ),
    (
        ("dataset: iris\nmodel: {name: mlp, activation: 3}\noptimizer: adam\n"),
        (),
        ["c.yaml:2:32: model.activation: should be a mapping of keys to values, not 3"],
    ),
    (
        ("dataset: iris\nmodel: {name: mlp, activation: {alpha: 3}}\noptimizer: adam\n"),
        (),
        ["c.yaml:2:20: model.activation.name: missing"],
    ),
    (
        ("dataset: iris\nmodel: {name: mlp, init: he}\noptimizer: adam\n"),
        (),
        ["c.yaml:2:26: model.init.name: 'he' is not known; did you mean he_normal?"],
    ),
    (
        ("dataset: iris\nmodel: {name: mlp, init: {name: uniform, low: 1, high: 0}}\noptimizer: adam\n"),
        (),
        ["c.yaml:2:47: model.init.low: must be below high, but 1 >= 0"],
    ),
    (
        ("dataset: iris\nmodel: {name: mlp, init: {name: xavier_normal, gain: big}}\noptimizer: adam\n"),
        (),
        ["c.yaml:2:54: model.init.gain: should be a number, not 'big'; or: 'big' is not known; choose from activation"],
    ),
    (
        ("dataset: iris\nmodel: {name: mlp, init: {name: xavier_normal, gain: -1}}\noptimizer: adam\n"),
        (),
        ["c.yaml:2:54: model.init.gain: should be above 0, not -1; or: -1 is not known; choose from activation"],
    ),
    (
        ("dataset: iris\nmodel: {name: mlp, init: {name: normal, sd: 1}}\noptimizer: adam\n"),
        (),
        ["c.yaml:2:41: model.init.sd: unknown key for normal; did you mean std?"],
    ),
    (
        ("dataset: mnist\nmodel: {name: cnn, layers: []}\noptimizer: adam\n"),
        (),
        ["c.yaml:2:28: model.layers: should have at least 1 item, not 0"],
    ),
    (
        ("dataset: mnist\nmodel: {name: cnn, layers: [{layer: dropout, rate: 1}]}\noptimizer: adam\n"),
        (),
        ["c.yaml:2:52: model.layers[0].rate: should be below 1, not 1"],
    ),
    (
        ("dataset: iris\nmodel: {name: mlp, hidden_sizes: {a: 1}, activation: [3]}\noptimizer: adam\n"),
        (),
        [
            "c.yaml:2:34: model.hidden_sizes: should be a list",
            "c.yaml:2:55: model.activation[0]: should be a mapping of keys to values, not 3",
        ],
    ),
    (
        (BASE + "sweep: {over: {seed: [1]}, zip: [a], exclude: {b: 1}}\n"),
        (),
        [
            "c.yaml:4:34: sweep.zip[0]: should be a list, not 'a'; write [a]",
            "c.yaml:4:47: sweep.exclude: should be a list",
        ],
    ),
    (
        (BASE + "keep: {weights: some, history: -1, state: maybe, epochs: 3}\n"),
        (),
        [
            "c.yaml:4:17: keep.weights: 'some' is not known; choose from none, best, all",
            "c.yaml:4:32: keep.history: should be at least 0, not -1",
            "c.yaml:4:43: keep.state: should be true or false, not 'maybe'",
            "c.yaml:4:50: keep.epochs: unknown key; did you mean training.epochs? write `training: {epochs: 3}`",
        ],
    ),
    (
        ("dataset: mnist\nmodel: {name: cnn}\noptimizer: adam\n"),
        (),
        ["c.yaml:2:1: model.layers: missing"],
    ),
    (
        (
            "dataset: mnist\n"
            "model:\n"
            "  name: cnn\n"
            "  layers:\n"
            "    - {layer: conv, kernal_size: 3}\n"
            "    - {layer: maxpool}\n"
            "    - {units: 3}\n"
            "    - conv\n"
            "    - {layer: conv, channels: 3, kernel_size: 3, padding: valid}\n"
            "    - {layer: dropout, rate: 1}\n"
            "    - {layer: conv, channels: 3, kernel_size: 3, activation: rleu}\n"
        ),
        (),
        [
            "c.yaml:1:1: optimizer: missing; for example `optimizer: {name: sgd, learning_rate: 0.1}`",
            "c.yaml:5:7: model.layers[0].channels: missing",
            "c.yaml:5:7: model.layers[0].kernel_size: missing",
            "c.yaml:5:21: model.layers[0].kernal_size: unknown key for conv; did you mean kernel_size?",
            "c.yaml:6:15: model.layers[1].layer: 'maxpool' is not known; did you mean max_pool?",
            "c.yaml:7:7: model.layers[2].layer: missing",
            "c.yaml:8:7: model.layers[3]: should be a mapping of keys to values, not 'conv'",
            "c.yaml:9:59: model.layers[4].padding: should be a whole number, not 'valid'; or: 'valid' is not known; choose from same",
            "c.yaml:10:30: model.layers[5].rate: should be below 1, not 1",
            "c.yaml:11:62: model.layers[6].activation.name: 'rleu' is not known; did you mean relu?",
        ],
    ),
    (
        (
            "dataset: mnist\n"
            "model: lenet5\n"
            "optimizer: adam\n"
            "training: {batch_size: all, epochs: 2.0, threads: 0, precision: float16}\n"
        ),
        (),
        [
            "c.yaml:4:24: training.batch_size: should be a whole number, not 'all'; or: 'all' is not known; did you mean full?",
            "c.yaml:4:37: training.epochs: should be a whole number, not 2.0",
            "c.yaml:4:51: training.threads: should be above 0, not 0; or: 0 is not known; choose from auto",
            "c.yaml:4:65: training.precision: 'float16' is not known; did you mean bfloat16?",
        ],
    ),
    (
        ("dataset: {name: mnist, test_fraction: 0.1}\nmodel: lenet5\noptimizer: adam\n"),
        (),
        ["c.yaml:1:24: dataset.test_fraction: unknown key for mnist; did you mean train_fraction?"],
    ),
    (
        ("dataset: {name: mnist, augmentation: {max_shift: 9, rotate: 3}}\nmodel: lenet5\noptimizer: adam\n"),
        (),
        [
            "c.yaml:1:50: dataset.augmentation.max_shift: should be at most 8, not 9",
            "c.yaml:1:53: dataset.augmentation.rotate: unknown key; choose from max_shift, max_rotation",
        ],
    ),
    (
        ("dataset: {name: synthetic}\nmodel: mlp\noptimizer: adam\n"),
        (),
        ["c.yaml:1:1: dataset.kind: missing"],
    ),
    (
        ("dataset: {name: synthetic, kind: xor, function: sine}\nmodel: mlp\noptimizer: adam\n"),
        (),
        ["c.yaml:1:49: dataset.function: means nothing for kind: xor; only for kind: function"],
    ),
    (
        ("dataset: {name: synthetic, kind: moons, classes: 3}\nmodel: mlp\noptimizer: adam\n"),
        (),
        ["c.yaml:1:50: dataset.classes: means nothing for kind: moons; only for blobs and spirals"],
    ),
    (
        ("dataset: {name: synthetic, kind: function, function: sin}\nmodel: mlp\noptimizer: adam\n"),
        (),
        ["c.yaml:1:54: dataset.function: 'sin' is not known; did you mean sine?"],
    ),
    (
        ("dataset: {name: csv, path: '', delimiter: ',,'}\nmodel: mlp\noptimizer: adam\n"),
        (),
        [
            "c.yaml:1:1: dataset.target: missing",
            "c.yaml:1:28: dataset.path: should have at least 1 character, not ''",
            "c.yaml:1:43: dataset.delimiter: should have at most 1 character, not ',,'",
        ],
    ),
    (
        ("? [a, b]\n: 1\n"),
        (),
        ["c.yaml:1:3: a key must be a word"],
    ),
    (
        ("? {a: b}\n: 1\n"),
        (),
        ["c.yaml:1:3: a key must be a word"],
    ),
    (
        ("dataset: *nowhere\n"),
        (),
        [
            "c.yaml:1:10: not valid YAML: the name after this `*` is nowhere after an `&` before it; a word with * needs quotation marks"
        ],
    ),
    (
        ("<<: {dataset: iris}\nmodel: mlp\noptimizer: adam\n"),
        (),
        [
            "c.yaml:1:1: dataset: missing; for example `dataset: iris`",
            "c.yaml:1:1: <<: unknown key; choose from name, description, dataset, model, loss, start, optimizer, schedule, training, scores, seed, seeds, split_seed, init_seed, order_seed, diagnostics, device, keep, sweep",
        ],
    ),
    (
        ("dataset: iris\n---\nmodel: mlp\n"),
        (),
        ["c.yaml:2:1: not valid YAML: a second document begins here; a config is one, so remove the `---`"],
    ),
    (
        ("dataset: iris\nmodel: mlp\noptimizer: {name: adam, learning_rate: 1.2.3}\ntraining: null\n"),
        (),
        [
            "c.yaml:3:40: optimizer.learning_rate: should be a number, not '1.2.3'",
            "c.yaml:4:11: training: should be a mapping of keys to values, not null",
        ],
    ),
    (
        ("dataset: iris\nmodel: mlp\noptimizer: adam\ntraining: fast\nschedule: []\n"),
        (),
        [
            "c.yaml:4:11: training: should be a mapping of keys to values, not 'fast'",
            "c.yaml:5:11: schedule: should be a mapping of keys to values",
        ],
    ),
    (
        ("dataset: iris\nmodel: mlp\noptimizer: adam\ntraining: {early_stopping: true}\n"),
        (),
        ["c.yaml:4:28: training.early_stopping: should be a mapping of keys to values, not true"],
    ),
    (
        (
            "dataset: iris\n"
            "model: mlp\n"
            "optimizer: {name: sgd, learning_rate: 0.1, momentum: 1}\n"
            "training: {gradient_clip: 0, weight_averaging: 1}\n"
            "schedule: {name: step}\n"
        ),
        (),
        [
            "c.yaml:3:54: optimizer.momentum: should be below 1, not 1",
            "c.yaml:4:27: training.gradient_clip: should be above 0, not 0",
            "c.yaml:4:48: training.weight_averaging: should be below 1, not 1",
            "c.yaml:5:1: schedule.every: missing",
        ],
    ),
    (
        (BASE),
        ("seeds",),
        ["--set seeds: expected KEY=VALUE, for example optimizer.learning_rate=1e-3"],
    ),
    (
        (BASE),
        ("=3",),
        ["--set =3: expected KEY=VALUE, for example optimizer.learning_rate=1e-3"],
    ),
    (
        (BASE),
        ("a..b=3",),
        ["--set a..b=3: expected KEY=VALUE, for example optimizer.learning_rate=1e-3"],
    ),
    (
        (BASE),
        ("seed.x=3",),
        ["--set seed.x=3: seed: should be a whole number"],
    ),
    (
        (BASE),
        ("model.hidden_sizes.0=3",),
        ["--set model.hidden_sizes.0=3: model.hidden_sizes: should be a list"],
    ),
    (
        (BASE),
        ("optimizer.learning_rate=x",),
        ["--set optimizer.learning_rate=x: optimizer.learning_rate: should be a number, not 'x'"],
    ),
    (
        (BASE),
        ("optimizer.learning_rat=1",),
        ["--set optimizer.learning_rat=1: optimizer.learning_rat: unknown key for sgd; did you mean learning_rate?"],
    ),
    (
        (BASE),
        ("model.hidden_sizes=[1",),
        ["--set model.hidden_sizes=[1: not valid YAML: the `[` of line 1 is not closed, or a comma is missing"],
    ),
    (
        ("dataset: iris\nmodel: {name: mlp, hidden_sizes: [3, 4]}\noptimizer: adam\n"),
        ("model.hidden_sizes.2=3",),
        ["--set model.hidden_sizes.2=3: model.hidden_sizes[2]: there is nothing below this key"],
    ),
    (
        ("dataset: iris\nmodel: {name: mlp, hidden_sizes: [3, 4]}\noptimizer: adam\n"),
        ("model.hidden_sizes.1=0",),
        ["--set model.hidden_sizes.1=0: model.hidden_sizes[1]: should be above 0, not 0"],
    ),
    (
        ("dataset: iris\nmodel: {name: mlp, hidden_sizes: [3, 4]}\noptimizer: adam\n"),
        ("model.hidden_sizes.x=0",),
        ["--set model.hidden_sizes.x=0: model.hidden_sizes.x: there is nothing below this key"],
    ),
    (
        ("dataset: iris\nmodel: {name: mlp, hidden_sizes: [3, 4]}\noptimizer: adam\n"),
        ("model.hidden_sizes.0.1=0",),
        ["--set model.hidden_sizes.0.1=0: model.hidden_sizes[0].1: there is nothing below this key"],
    ),
    (
        (BASE),
        ("dataset=foo",),
        [
            "--set dataset=foo: dataset.name: 'foo' is not known; choose from iris, digits, three_class_3d, synthetic, mnist, fashion_mnist, kmnist, emnist, cifar10, usps, images, csv"
        ],
    ),
    (
        (BASE),
        ("model.activation=relo",),
        ["--set model.activation=relo: model.activation.name: 'relo' is not known; did you mean relu?"],
    ),
    (
        (BASE),
        ("training={epochs: 0, batch: 3}",),
        [
            "--set training={epochs: 0, batch: 3}: training.epochs: should be above 0, not 0",
            "--set training={epochs: 0, batch: 3}: training.batch: unknown key; did you mean batch_size?",
        ],
    ),
    (
        (BASE),
        ("dataset=!x iris",),
        ["--set dataset=!x iris: the tag !x is not allowed"],
    ),
    (
        (BASE),
        ("training.epochs=",),
        ["--set training.epochs=: training.epochs: should be a whole number, not null"],
    ),
    (
        (BASE),
        ("training.early_stopping.patience=0", "seeds=0"),
        [
            "--set training.early_stopping.patience=0: training.early_stopping.patience: should be above 0, not 0",
            "--set seeds=0: seeds: should be above 0, not 0",
        ],
    ),
]


@pytest.mark.parametrize(("text", "overrides", "expected"), BAD, ids=[expected[0] for _, _, expected in BAD])
def test_the_message(
    text: str, overrides: tuple[str, ...], expected: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("c.yaml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        validated(read_source(Path("c.yaml"), [override_in(each, f"--set {each}") for each in overrides]))
    assert str(caught.value).splitlines() == expected
    assert len(caught.value.problems) == len(expected)


def test_a_long_value_is_shown_in_part(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(BASE + f"description: {'x' * 2001}\n")
    with pytest.raises(
        ConfigError, match=r":4:14: description: should have at most 2000 characters, not 'x{79}\.\.\.$"
    ):
        validated(read_source(tmp_path / "c.yaml"))


def test_every_message_is_free_of_the_words_of_the_libraries() -> None:
    words = ("Input", "pydantic", "instance", "object", "function-", "tagged", "dict", "None", "True", "False")
    assert [line for _, _, lines in BAD for line in lines if any(word in line for word in words)] == []


def test_missing_file(tmp_path: Path) -> None:
    from mlpexp.errors import InputError

    with pytest.raises(InputError, match=r"/absent\.yaml: cannot be read: No such file or directory$"):
        validated(read_source(tmp_path / "absent.yaml"))
    with pytest.raises(InputError, match=r": is a folder, not a file$"):
        validated(read_source(tmp_path))
