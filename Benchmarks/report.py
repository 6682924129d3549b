"""What a run found: as numbers to keep, and as Markdown with every loss in words.

report.py RESULTS.json prints the short tables of a run that is over.
"""

import json
import pathlib
import statistics
import sys

MEASURES = ("cpu", "seconds", "bytes", "rss")
LOSSES = (("cpu", "CPU time"), ("bytes", "bytes"), ("rss", "memory"))
MORE_IS_MORE_WORK = ("check of the store", "check of a copy")  # there, bytes are no cost


def jobs(results):
    """job -> tool -> measure -> {median, min}, from tool -> job -> costs; None for what a tool does not do."""
    names = [job for rounds in results.values() for job in rounds]
    return {
        job: {tool: numbers(rounds[job]) for tool, rounds in results.items()}
        for job in dict.fromkeys(names)}


def numbers(costs):
    if None in costs:
        return None
    values = {measure: [getattr(cost, measure) for cost in costs] for measure in MEASURES}
    return {
        measure: {"median": round(statistics.median(each), 4), "min": round(min(each), 4)}
        for measure, each in values.items()}


def head(whole):
    tools = ", ".join(dict.fromkeys(version for tool, version in whole["tools"].items() if tool != "snapctl"))
    return (f"Machine: {whole['machine']}; one SHA-256 stream: {whole['sha256BytesPerCPUSecond'] / 1e9:.2f} GB per CPU "
            f"second. Seed {whole['seed']}. Beside snapctl: {tools}.")


def table(data):
    sizes = ", ".join(f"{version['bytes'] / 1e6:,.1f}" for version in data["versions"])
    lines = [
        f"\n## {data['name']}\n", f"{data['about'][0].upper()}{data['about'][1:]}. "
        f"{data['versions'][0]['files']:,} files; MB of each version: {sizes}. {data['rounds']} rounds.\n",
        "| job | tool | CPU s, median | CPU s, min | s, median | bytes stored or moved | peak MiB |",
        "|---|---|--:|--:|--:|--:|--:|"]
    for job, tools in data["jobs"].items():
        lines += [row(job, tool, costs) for tool, costs in tools.items() if costs]
    found = [text for job, tools in data["jobs"].items() for text in losses(job, tools)]
    return "\n".join([*lines, "\nWhere snapctl loses (more than 5 %):\n", *(found or ["- nowhere in this table"]), ""])


def row(job, tool, costs):
    return (f"| {job} | {tool} | {costs['cpu']['median']:.3f} | {costs['cpu']['min']:.3f} "
            f"| {costs['seconds']['median']:.3f} | {costs['bytes']['median']:,.0f} "
            f"| {costs['rss']['median'] / (1 << 20):.0f} |")


def losses(job, tools):
    """Where snapctl is behind a peer: said plainly, not left to the reader."""
    mine = tools["snapctl"]
    for measure, what in LOSSES:
        if not mine or (measure == "bytes" and job in MORE_IS_MORE_WORK):
            continue
        own = mine[measure]["median"]
        ahead = [
            f"{own / costs[measure]['median']:.2f} × {tool}" for tool, costs in tools.items()
            if costs and tool != "snapctl" and own > 1.05 * costs[measure]["median"] > 0]
        if ahead:
            yield f"- {job}, {what}: {'; '.join(ahead)}"


def summary(data):
    """One line per job, a column per tool, for the README: MB and CPU seconds, medians."""
    tools = list(next(iter(data["jobs"].values())))
    lines = ["| MB, CPU s | " + " | ".join(tools) + " |", "|---|" + "--:|" * len(tools)]
    for job, results in data["jobs"].items():
        lines.append(f"| {job} | " + " | ".join(cell(job, results[tool]) for tool in tools) + " |")
    return "\n".join(lines)


def cell(job, costs):
    if not costs:
        return "–"
    seconds = f"{costs['cpu']['median']:.2f} s"
    return seconds if job in MORE_IS_MORE_WORK else f"{costs['bytes']['median'] / 1e6:,.1f}, {seconds}"


if __name__ == "__main__":
    for each in json.loads(pathlib.Path(sys.argv[1]).read_text())["sets"]:
        print(f"{each['name']}: {each['about']}\n\n{summary(each)}\n")
