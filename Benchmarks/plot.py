"""Draws the numbers of a run as bars: plot.py RESULTS.json OUT.svg"""

import html
import json
import pathlib
import sys

PANELS = (
    ("following snapshots", "bytes", "MB stored, following snapshots"),
    ("syncs", "bytes", "MB moved, syncs"),
    ("following snapshots", "cpu", "CPU s, following snapshots"),
    ("syncs", "cpu", "CPU s, syncs"),
)
WIDTH, LABEL, PANEL, BAR, STEP = 980, 110, 205, 9, 14
STYLE = "text{font:11px sans-serif;fill:#444}.t{font-weight:bold}.o{fill:#2a6fb0}.p{fill:#b9c0c8}"


def drawn(whole):
    """The whole picture, as text; each bar is as long as its share of the panel's longest."""
    parts, top = [], 10
    for data in whole["sets"]:
        tools = list(whole["tools"])
        parts.append(text(8, top + 12, f"{data['name']}: {data['about']}", "t"))
        parts += [text(8, top + 44 + index * STEP, tool) for index, tool in enumerate(tools)]
        for column, (job, measure, title) in enumerate(PANELS):
            parts += panel(LABEL + column * (PANEL + 12), top + 28, tools, data["jobs"][job], measure, title)
        top += 52 + len(tools) * STEP
    sky = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}"><style>{STYLE}</style>'
    return "\n".join([sky, f'<rect width="{WIDTH}" height="{top}" fill="#fff"/>', *parts, "</svg>\n"])


def panel(left, top, tools, results, measure, title):
    scale = 1e6 if measure == "bytes" else 1
    values = {tool: costs[measure]["median"] / scale for tool, costs in results.items() if costs}
    longest = max(values.values(), default=0) or 1
    yield text(left, top, title)
    for index, tool in enumerate(tools):
        if tool in values:
            y, length = top + 8 + index * STEP, max(1, round(values[tool] / longest * (PANEL - 50)))
            kind = "o" if tool == "snapctl" else "p"
            yield f'<rect x="{left}" y="{y}" width="{length}" height="{BAR}" class="{kind}"/>'
            yield text(left + length + 4, y + 8, short(values[tool]))


def text(x, y, words, kind=""):
    kind = f' class="{kind}"' if kind else ""
    return f'<text x="{x}" y="{y}"{kind}>{html.escape(words)}</text>'


def short(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


if __name__ == "__main__":
    source, target = map(pathlib.Path, sys.argv[1:])
    target.write_text(drawn(json.loads(source.read_text())))
