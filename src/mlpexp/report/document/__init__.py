"""A report before it is written: sections of blocks, which know no file format."""
