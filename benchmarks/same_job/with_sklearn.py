"""The same with scikit-learn: one split, one network."""

from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

X, y = load_iris(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, stratify=y, random_state=0)
network = MLPClassifier(
    [16], solver="sgd", momentum=0, learning_rate_init=0.1, batch_size=16, max_iter=100, alpha=0, n_iter_no_change=100
)
model = make_pipeline(StandardScaler(), network).fit(X_train, y_train)

print(model.score(X_test, y_test))
