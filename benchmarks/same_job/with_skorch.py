"""The same with skorch: one split, one network."""

import torch
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from skorch import NeuralNetClassifier

X, y = load_iris(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X.astype("float32"), y, test_size=0.3, stratify=y, random_state=0)
module = torch.nn.Sequential(torch.nn.Linear(4, 16), torch.nn.ReLU(), torch.nn.Linear(16, 3))
network = NeuralNetClassifier(
    module,
    criterion=torch.nn.CrossEntropyLoss,
    lr=0.1,
    batch_size=16,
    max_epochs=100,
    iterator_train__shuffle=True,
    train_split=None,
    verbose=0,
)
model = make_pipeline(StandardScaler(), network).fit(X_train, y_train)
print(model.score(X_test, y_test))
