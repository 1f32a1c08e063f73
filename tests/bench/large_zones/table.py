"""The figures as text."""

from itertools import groupby
from statistics import median

HEADINGS = ["work", "Kaspar", "against", "", "ratio", "processor", "reach", ""]


def number(value):
    """Three digits that count."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.{1 if value >= 10 else 2 if value >= 1 else 3}f}"


def spread(values, unit):
    """The median, and the least and the most."""
    return f"{number(median(values))} {unit} ({number(min(values))}–{number(max(values))})"


def verdict(figure):
    if not figure.judged:
        return "not judged"
    return "good" if figure.good else "BEYOND"


def cells(figure):
    return [
        figure.work,
        spread(figure.ours, figure.unit),
        figure.against,
        spread(figure.theirs, figure.unit) if figure.theirs else "",
        number(figure.value) if figure.theirs else "",
        number(figure.processor_ratio) if figure.processor_ratio else "",
        f"≤ {figure.reach:g}",
        verdict(figure),
    ]


def in_columns(rows):
    widths = [max(len(cell) for cell in column) for column in zip(*rows)]
    for row in rows:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths))
        yield line.rstrip()


def text(figures):
    """One table a zone. "ratio" is of the times by the clock, "processor" of the processor time."""
    parts = []
    for zone, group in groupby(figures, key=lambda figure: figure.zone):
        rows = [HEADINGS, *(cells(figure) for figure in group)]
        parts.append("\n".join([f"\n{zone}", *in_columns(rows)]))
    return "\n".join(parts)
