"""The history of the tables, run from the program itself (:mod:`desk.storage.schema`)."""
