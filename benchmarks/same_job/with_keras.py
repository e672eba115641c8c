"""The same with Keras: one split, one network."""

import keras
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split

X, y = load_iris(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, stratify=y, random_state=0)
scale = keras.layers.Normalization()
scale.adapt(X_train)
model = keras.Sequential([scale, keras.layers.Dense(16, "relu"), keras.layers.Dense(3, "softmax")])
model.compile(keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(X_train, y_train, batch_size=16, epochs=100, verbose=0)
print(model.evaluate(X_test, y_test, verbose=0)[1])
