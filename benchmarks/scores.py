"""One evaluation of all parts of iris (100 members) and digits (1 member): what each further score costs.

Claim: loss and accuracy alone cost what they did; counts (balanced accuracy, F1, Matthews) cost little, sorting more.
"""

from time import perf_counter

import torch

from mlpexp.architectures.build import build_architecture
from mlpexp.config.experiment import Experiment
from mlpexp.config.rules import resolve
from mlpexp.data.catalogue import facts_of, load
from mlpexp.execution.members import members_of, trainer_of
from mlpexp.training.trainer import Trainer
from side_by_side import compare, header

MORE = {"loss and accuracy": [], "+ f1_macro": ["f1_macro"], "+ roc_auc": ["roc_auc"]}
TIMES = 20


def trained(data: str, num_seeds: int, scores: list[str]) -> Trainer:
    """A stack after its first epoch."""
    config = Experiment.model_validate(
        {
            "dataset": {"name": data},
            "model": {"name": "mlp", "hidden_sizes": [16]},
            "optimizer": {"name": "sgd", "learning_rate": 0.1},
            "training": {"batch_size": 16, "epochs": 1},
            "scores": scores,
            "device": "cpu",
        }
    )
    config, dataset = resolve(config, facts_of(config.dataset)), load(config.dataset)
    architecture = build_architecture(config.model, dataset.facts.input_shape, dataset.facts.num_outputs)
    trainer = trainer_of(members_of(config, range(num_seeds)), [architecture] * num_seeds, dataset)
    network = trainer.state.network
    for _ in trainer.run():
        pass
    trainer.state.network = network
    return trainer


def evaluation_us(trainer: Trainer) -> float:
    """Microseconds of one evaluation of all parts."""
    started = perf_counter()
    for _ in range(TIMES):
        trainer.evaluator.scores(trainer.state.network, trainer.parts)
    return 1e6 * (perf_counter() - started) / TIMES


if __name__ == "__main__":
    torch.set_num_threads(1)
    for data, num_seeds in (("iris", 100), ("digits", 1)):
        header(f"One evaluation of {data}, {num_seeds} member{'s' * (num_seeds > 1)}")
        trainers = {name: trained(data, num_seeds, scores) for name, scores in MORE.items()}
        candidates = {name: lambda trainer=trainer: evaluation_us(trainer) for name, trainer in trainers.items()}
        compare(candidates, ours="loss and accuracy", unit="us")
