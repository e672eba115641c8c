"""Short trainings that are written nowhere, judged on samples held out of the training part."""
