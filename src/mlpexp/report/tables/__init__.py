"""Tables and sentences as text: terminal, Markdown, LaTeX, CSV, JSON."""
