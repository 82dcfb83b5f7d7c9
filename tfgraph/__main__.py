"""`python -m tfgraph` is the command `tfgraph`."""

from tfgraph.cli.main import main

main()
