"""The promised figures, measured one by one. Started by figures.sh."""
