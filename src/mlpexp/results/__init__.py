"""From the files of a result to what is asked of them: frames, comparisons, evaluations of kept weights."""
