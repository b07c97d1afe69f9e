"""What happens in a day, one process a file. The order is in xetho.simulate.day."""
