"""How every figure looks: style, scales, marks, names cut to their room, files."""
