"""The report of a study, with its tables and charts."""
