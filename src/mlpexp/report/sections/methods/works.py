"""How to cite: the works whose data, methods and software a result used, as BibTeX."""

from collections.abc import Iterator, Mapping

from mlpexp.report.sections.methods.computing import uses_numpy, uses_torch
from mlpexp.report.sections.methods.judging import designs_of_intervals
from mlpexp.report.sections.methods.setup import Setup, Setups, name_of
from mlpexp.statistics.new_samples import Folds, Redrawn

YEARS = {"0.1.0": 2026}
"""Of each version of mlpexp the year of its release, or in which it is to be released."""

# By what the config calls them: models, optimizers, initializers, activations, data sets, software.
WORKS: Mapping[str, str] = {
    "adam": "@inproceedings{kingma2015adam, author={Kingma, Diederik P. and Ba, Jimmy}, "
    "title={Adam: A Method for Stochastic Optimization}, booktitle={ICLR}, year={2015}}",
    "adamw": "@inproceedings{loshchilov2019decoupled, author={Loshchilov, Ilya and Hutter, Frank}, "
    "title={Decoupled Weight Decay Regularization}, booktitle={ICLR}, year={2019}}",
    "adagrad": "@article{duchi2011adaptive, author={Duchi, John and Hazan, Elad and Singer, Yoram}, title={Adaptive "
    "Subgradient Methods for Online Learning and Stochastic Optimization}, journal={Journal of Machine Learning "
    "Research}, volume={12}, pages={2121--2159}, year={2011}}",
    "nesterov": "@inproceedings{sutskever2013importance, author={Sutskever, Ilya and Martens, James and Dahl, George and "
    "Hinton, Geoffrey}, title={On the importance of initialization and momentum in deep learning}, booktitle={ICML}, "
    "year={2013}}",
    "xavier": "@inproceedings{glorot2010understanding, author={Glorot, Xavier and Bengio, Yoshua}, "
    "title={Understanding the difficulty of training deep feedforward neural networks}, booktitle={AISTATS}, year={2010}}",
    "he": "@inproceedings{he2015delving, author={He, Kaiming and Zhang, Xiangyu and Ren, Shaoqing and Sun, Jian}, "
    "title={Delving Deep into Rectifiers: Surpassing Human-Level Performance on ImageNet Classification}, "
    "booktitle={ICCV}, year={2015}}",
    "batch_norm": "@inproceedings{ioffe2015batch, author={Ioffe, Sergey and Szegedy, Christian}, title={Batch "
    "Normalization: Accelerating Deep Network Training by Reducing Internal Covariate Shift}, booktitle={ICML}, "
    "year={2015}}",
    "dropout": "@article{srivastava2014dropout, author={Srivastava, Nitish and Hinton, Geoffrey and Krizhevsky, Alex and "
    "Sutskever, Ilya and Salakhutdinov, Ruslan}, title={Dropout: A Simple Way to Prevent Neural Networks from "
    "Overfitting}, journal={Journal of Machine Learning Research}, volume={15}, pages={1929--1958}, year={2014}}",
    "cosine": "@inproceedings{loshchilov2017sgdr, author={Loshchilov, Ilya and Hutter, Frank}, title={{SGDR}: Stochastic "
    "Gradient Descent with Warm Restarts}, booktitle={ICLR}, year={2017}}",
    "lenet5": "@article{lecun1998gradient, author={LeCun, Yann and Bottou, L{\\'e}on and Bengio, Yoshua and Haffner, "
    "Patrick}, title={Gradient-Based Learning Applied to Document Recognition}, journal={Proceedings of the IEEE}, "
    "volume={86}, number={11}, pages={2278--2324}, year={1998}}",
    "som": "@article{kohonen1982self, author={Kohonen, Teuvo}, title={Self-organized formation of topologically correct "
    "feature maps}, journal={Biological Cybernetics}, volume={43}, pages={59--69}, year={1982}}",
    "iris": "@article{fisher1936use, author={Fisher, R. A.}, title={The use of multiple measurements in taxonomic "
    "problems}, journal={Annals of Eugenics}, volume={7}, number={2}, pages={179--188}, year={1936}}",
    "fashion_mnist": "@misc{xiao2017fashion, author={Xiao, Han and Rasul, Kashif and Vollgraf, Roland}, "
    "title={{Fashion-MNIST}: a Novel Image Dataset for Benchmarking Machine Learning Algorithms}, "
    "howpublished={arXiv:1708.07747}, year={2017}}",
    "kmnist": "@misc{clanuwat2018deep, author={Clanuwat, Tarin and Bober-Irizar, Mikel and Kitamoto, Asanobu and Lamb, "
    "Alex and Yamamoto, Kazuaki and Ha, David}, title={Deep Learning for Classical Japanese Literature}, "
    "howpublished={arXiv:1812.01718}, year={2018}}",
    "emnist": "@inproceedings{cohen2017emnist, author={Cohen, Gregory and Afshar, Saeed and Tapson, Jonathan and van "
    "Schaik, Andr{\\'e}}, title={{EMNIST}: Extending {MNIST} to handwritten letters}, booktitle={IJCNN}, year={2017}}",
    "cifar10": "@techreport{krizhevsky2009learning, author={Krizhevsky, Alex}, title={Learning Multiple Layers of "
    "Features from Tiny Images}, institution={University of Toronto}, year={2009}}",
    "usps": "@article{hull1994database, author={Hull, Jonathan J.}, title={A database for handwritten text recognition "
    "research}, journal={IEEE Transactions on Pattern Analysis and Machine Intelligence}, volume={16}, number={5}, "
    "pages={550--554}, year={1994}}",
    "corrected_t": "@article{nadeau2003inference, author={Nadeau, Claude and Bengio, Yoshua}, title={Inference for the "
    "Generalization Error}, journal={Machine Learning}, volume={52}, number={3}, pages={239--281}, year={2003}}",
    "holm": "@article{holm1979simple, author={Holm, Sture}, title={A Simple Sequentially Rejective Multiple Test "
    "Procedure}, journal={Scandinavian Journal of Statistics}, volume={6}, number={2}, pages={65--70}, year={1979}}",
    "torch": "@inproceedings{paszke2019pytorch, author={Paszke, Adam and others}, title={{PyTorch}: An Imperative Style, "
    "High-Performance Deep Learning Library}, booktitle={Advances in Neural Information Processing Systems 32}, "
    "year={2019}}",
    "numpy": "@article{harris2020array, author={Harris, Charles R. and others}, title={Array programming with {NumPy}}, "
    "journal={Nature}, volume={585}, pages={357--362}, year={2020}}",
}  # fmt: skip
OF_INITS: Mapping[str, str] = {
    "xavier_normal": "xavier", "xavier_uniform": "xavier", "he_normal": "he", "he_uniform": "he",
}  # fmt: skip
OF_DATA: Mapping[str, str] = {"mnist": "lenet5"}  # the same article


def works(setups: Setups) -> list[str]:
    """The entries, that of mlpexp first, each once."""
    version = str(setups.material.result.environment.get("mlpexp", ""))
    own = "mlpexp: a laboratory for small neural networks"
    author, year = "{The mlpexp contributors}", f", year={{{YEARS[version]}}}" if version in YEARS else ""
    first = f"@software{{mlpexp, title={{{own}}}, author={{{author}}}, version={{{version}}}{year}}}"
    names = [name for setup in setups.all for name in _of_setup(setup)]
    names += [*_of_tests(setups)]
    names += ["torch"] * uses_torch(setups) + ["numpy"] * uses_numpy(setups)
    return [first, *(WORKS[name] for name in dict.fromkeys(names) if name in WORKS)]


def _of_setup(setup: Setup) -> Iterator[str]:
    """What a setting used, by name."""
    dataset = str(setup.even_varied("dataset.name"))
    yield OF_DATA.get(dataset, dataset)
    yield setup.model
    if setup.is_map:
        return
    if not setup.even_varied("start.result"):
        yield OF_INITS.get(name_of(setup.even_varied("model.init")), "")
    yield str(setup.even_varied("optimizer.name"))
    yield "nesterov" * bool(setup.even_varied("optimizer.nesterov"))
    layers = setup.even_varied("model.layers") or []
    yield "batch_norm" * bool(setup.even_varied("model.batch_norm") or any(layer.get("batch_norm") for layer in layers))
    yield "dropout" * bool(
        setup.even_varied("model.dropout") or any(layer.get("layer") == "dropout" for layer in layers)
    )
    yield str(setup.even_varied("schedule.name"))


def _of_tests(setups: Setups) -> Iterator[str]:
    """What intervals and tests for new samples are by."""
    comparison = setups.material.comparison
    if comparison is None:
        if any(isinstance(design, Redrawn | Folds) for design in designs_of_intervals(setups)):
            yield "corrected_t"
        return
    if (
        not (comparison.new_samples.reason or comparison.new_samples.seeds_are_samples)
        and len(setups.summary.seeds) > 1
    ):
        if any(isinstance(design, Redrawn | Folds) for design in comparison.new_samples.designs):
            yield "corrected_t"
        if comparison.shown.family > 1:
            yield "holm"
