"""The report of a study, its tables and charts."""
