"""One experiment from config to run folder: prepare, train, evaluate, summarize."""
