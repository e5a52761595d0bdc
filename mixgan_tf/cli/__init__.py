"""The `mixgan` command: one file for each subcommand."""
