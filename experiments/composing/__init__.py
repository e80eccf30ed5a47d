"""From YAML files and a command line to one checked question."""
