"""Which trainings are one program with other numbers, and can therefore be trained as one stack."""

import json
from typing import Any

from mlpexp.config.dump import as_data
from mlpexp.config.experiment import Experiment

NOT_COMPUTED = ("name", "description", "seed", "seeds", "split_seed", "init_seed", "order_seed", "schedule", "keep")
RADII = ("radius", "final_radius", "radius_decay")  # of a self-organizing map
SWITCHES = ("gradient_clip", "weight_averaging", "early_stopping")  # of training: on or off


def program_of(experiment: Experiment) -> str:
    """A text that is equal for two resolved experiments exactly if they can be members of one stack.

    They may differ in seeds, learning rate, schedule, initialization, radii of a map, and in momentum, decay, penalty,
    dropout rate, clipping, averaging and patience as long as each is switched on in both or off in both (0 is off): an
    update with a momentum of 0 is another program than one without. Data, shapes, activation, optimizer kind, batch size,
    number of epochs and scores are the program.
    """
    data = as_data(experiment)
    for key in NOT_COMPUTED:
        data.pop(key, None)
    model, optimizer, training = data["model"], data["optimizer"], data["training"]
    for key in ("init", *RADII):
        model.pop(key, None)
    if "dropout" in model:
        model["dropout"] = model["dropout"] > 0
    data["optimizer"] = {key: _switch(value) for key, value in optimizer.items()}
    if experiment.selected_by is not None:
        data["selected_by"] = experiment.selected_by
    training.update({key: key in training for key in SWITCHES})
    return json.dumps(data, sort_keys=True)


def _switch(value: Any) -> Any:
    return value > 0 if isinstance(value, float) else value
