"""Tables, sentences and figures, from the files of results alone."""
