"""The user's own pictures: folders, IDX files and ``.npz`` files."""
