"""What every room uses: errors, hooks, files, units, settings and the specification of a model."""
