"""The methods paragraph: each fact of a result as a sentence in English and one in Chinese, a file for each concept."""
