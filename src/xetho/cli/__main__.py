"""`python -m xetho.cli` is `xetho`."""

from xetho.cli.verbs import main

main()
