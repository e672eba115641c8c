"""The same with fastai: one split, one network."""

from fastai.tabular.all import (
    SGD,
    CategoryBlock,
    Normalize,
    RandomSplitter,
    TabularDataLoaders,
    accuracy,
    tabular_learner,
)  # fmt: skip
from sklearn.datasets import load_iris

iris = load_iris(as_frame=True)
frame = iris.frame.assign(target=iris.target_names[iris.target])
data = TabularDataLoaders.from_df(
    frame,
    procs=[Normalize],
    cont_names=iris.feature_names,
    y_names="target",
    y_block=CategoryBlock(),
    valid_idx=RandomSplitter(0.3, seed=0)(frame)[1],
    bs=16,
)
learner = tabular_learner(
    data,
    layers=[16],
    metrics=accuracy,
    opt_func=SGD,
    lr=0.1,
    config={"use_bn": False, "bn_cont": False},
    wd=0,
    moms=(0, 0, 0),
)
with learner.no_bar(), learner.no_logging():
    learner.fit(100)
print(learner.validate()[1])
