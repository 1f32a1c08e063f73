"""Time and memory against zone size, as SVG: two panels, both scales logarithmic."""

import math
from dataclasses import dataclass
from html import escape
from statistics import median

from .contest import BIND, CHANGED, FULL, KASPAR, KNOT, LIMIT, RE_SIGNING
from .figures import megabytes, seconds


@dataclass(frozen=True)
class Line:
    program: str
    work: str
    words: str
    colour: str
    dashes: str = "none"


LINES = [
    Line(KASPAR, FULL, "Kaspar, full sign", "#1b6ca8"),
    Line(KASPAR, CHANGED, "Kaspar, 0.1 % of names changed", "#1b6ca8", "7 4"),
    Line(BIND, FULL, "dnssec-signzone -P, full sign", "#c0392b"),
    Line(BIND, RE_SIGNING, "dnssec-signzone -P, re-signing its output", "#c0392b", "7 4"),
    Line(KNOT, FULL, "kzonesign, full sign", "#2e8b57"),
    Line(LIMIT, FULL, "the library's signatures alone", "#777777", "2 4"),
]

WIDTH, HEIGHT = 1120, 580
PANEL_WIDTH, PANEL_HEIGHT, PANEL_TOP = 440, 360, 60
TEXT = "#222222"


class Scale:
    """A logarithmic scale over whole decades."""

    def __init__(self, values, start, end):
        self.low = math.floor(math.log10(min(values)))
        self.high = max(math.ceil(math.log10(max(values))), self.low + 1)
        self.start, self.end = start, end

    def at(self, value):
        share = (math.log10(value) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def decades(self):
        return [10.0**exponent for exponent in range(self.low, self.high + 1)]


def element(name, content="", **attributes):
    words = "".join(f' {key.replace("_", "-")}="{value}"' for key, value in attributes.items())
    return f"<{name}{words}>{content}</{name}>"


def label(x, y, words, anchor="middle", size=13, weight="normal"):
    return element(
        "text", escape(words), x=f"{x:.1f}", y=f"{y:.1f}", text_anchor=anchor, font_size=size,
        font_weight=weight, fill=TEXT,
    )  # fmt: skip


def stroke(x1, y1, x2, y2, colour, width=1):
    places = {"x1": x1, "y1": y1, "x2": x2, "y2": y2}
    places = {key: f"{value:.1f}" for key, value in places.items()}
    return element("line", **places, stroke=colour, stroke_width=width)


def short(value):
    """1000 as 1k, a million as 1M."""
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"


class Panel:
    def __init__(self, title, unit, series, left):
        """series: for each line, points (names, least, median, most)."""
        self.title, self.unit, self.series, self.left = title, unit, series, left
        points = [point for _, line in series for point in line]
        self.x = Scale([point[0] for point in points], left, left + PANEL_WIDTH)
        bottom = PANEL_TOP + PANEL_HEIGHT
        self.y = Scale([value for point in points for value in point[1:]], bottom, PANEL_TOP)

    def svg(self):
        lines = (part for line in self.series for part in self._line(*line))
        return [self._frame(), *self._grid(), *lines]

    def _frame(self):
        title = label(self.left, PANEL_TOP - 18, self.title, "start", 16, "bold")
        below = PANEL_TOP + PANEL_HEIGHT + 42
        return title + label(self.left + PANEL_WIDTH / 2, below, "names in the zone")

    def _grid(self):
        right, bottom = self.left + PANEL_WIDTH, PANEL_TOP + PANEL_HEIGHT
        for names in self.x.decades():
            x = self.x.at(names)
            yield stroke(x, PANEL_TOP, x, bottom, "#dddddd")
            yield label(x, bottom + 20, short(names))
        for value in self.y.decades():
            y = self.y.at(value)
            yield stroke(self.left, y, right, y, "#dddddd")
            yield label(self.left - 8, y + 4, f"{short(value)} {self.unit}", "end")

    def _line(self, line, points):
        places = [(self.x.at(names), self.y.at(middle)) for names, _, middle, _ in points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        yield element(
            "polyline", points=path, fill="none", stroke=line.colour, stroke_width=2.2,
            stroke_dasharray=line.dashes,
        )  # fmt: skip
        for (x, y), (_, least, _, most) in zip(places, points):
            yield stroke(x, self.y.at(least), x, self.y.at(most), line.colour, 1.5)
            yield element("circle", cx=f"{x:.1f}", cy=f"{y:.1f}", r=3.4, fill=line.colour)


def points(contests, line, values):
    """Nothing for a line that has no such values: the library alone has no memory of its own."""
    found = []
    for contest in sorted(contests, key=lambda contest: contest.names):
        numbers = values(contest.runs[line.program, line.work])
        if numbers and min(numbers) > 0:
            found.append((contest.names, min(numbers), median(numbers), max(numbers)))
    return found


def series(contests, values):
    all_lines = [(line, points(contests, line, values)) for line in LINES]
    return [(line, found) for line, found in all_lines if found]


def legend():
    for place, line in enumerate(LINES):
        x, y = 80 + place % 3 * 345, PANEL_TOP + PANEL_HEIGHT + 80 + place // 3 * 26
        yield element(
            "path", d=f"M{x} {y}h34", stroke=line.colour, stroke_width=2.4,
            stroke_dasharray=line.dashes,
        )  # fmt: skip
        yield label(x + 42, y + 4, line.words, "start")


def svg(contests, machine):
    panels = [
        Panel("Time", "s", series(contests, seconds), 90),
        Panel("Peak memory", "MB", series(contests, megabytes), 640),
    ]
    cores = machine["cores"].split()[0]
    footer = f"Delegations, P-256, NSEC, {cores} cores; medians, with least and most. "
    footer += f"{machine['processor']}; {machine['dnssec-signzone']}; {machine['kzonesign']}."
    parts = [element("rect", width=WIDTH, height=HEIGHT, fill="#ffffff")]
    parts += [part for panel in panels for part in panel.svg()]
    parts += [*legend(), label(80, HEIGHT - 16, footer, "start", 11)]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
    head += f'width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif">'
    return "\n".join([head, *parts, "</svg>", ""])
