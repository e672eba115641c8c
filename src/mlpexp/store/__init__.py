"""Run folders: create, append, read, list. Files are the truth; nothing here imports torch."""
