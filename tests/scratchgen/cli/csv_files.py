"""Tables as CSV files, written for a command or by one."""

import csv


def write_rows(path, header, rows):
    """Write a header and rows of cells; return the path."""
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def read_rows(path):
    """The rows of a file, each a dictionary from the names of the columns to the cells."""
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
