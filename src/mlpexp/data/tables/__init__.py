"""The user's own tables: the text of a file, its layout, its columns, what they are, and the inputs they become."""
