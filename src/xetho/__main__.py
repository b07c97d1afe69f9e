"""`python -m xetho` is `xetho`."""

from xetho.cli.verbs import main

main()
