"""What several tests share: configs, results and records made for them, commands and processes, what a page says.

A module of tests imports it as ``from making.stacks import ...``; fixtures are imported by the ``conftest.py`` of a folder.
"""
