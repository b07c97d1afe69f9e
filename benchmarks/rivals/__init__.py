"""The same models written with other tools, one file a tool, as their users would write them."""
