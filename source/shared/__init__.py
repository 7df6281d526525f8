"""What two or more models do the same way. Imports no model folder."""
