"""Says which paths Docker's rules leave out, by the patterns of the package `docker`.

A JSON line each on stdin: {"rules": text of a .dockerignore, "paths": [path]}; on stdout the list of those that are left out.
Run it with the python that venv.sh prints.

What is asked of the package is what a pattern means: how it is cleaned, and what it matches. Which of several decides is
said here, as the builder does it: the last that matches the path, or a directory above it. The package itself looks only at the
directory with as many levels as the pattern has; where no pattern has `**` that comes to the same, and is checked.

Known to be otherwise in the package than in Docker, and not asked: upper case (it does not tell it from lower), `\\` (no
escape there), sets that are inverted (`!` there, `^` in Docker), a `..` that leads out of the context, `#` behind a space.
"""

import json
import sys

from docker.utils.build import Pattern, PatternMatcher


def patterns(rules):
    lines = (line.strip() for line in rules.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def above(path):
    """The path and the directories above it."""
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]


def is_left_out(path, rules):
    last = next((rule for rule in reversed(rules) if any(rule.match(part) for part in above(path))), None)
    return last is not None and not last.exclusion


def left_out(rules, paths):
    lines = patterns(rules)
    parsed = [Pattern(line) for line in lines]
    found = [path for path in paths if is_left_out(path, parsed)]
    if "**" not in rules:
        matcher = PatternMatcher(lines)
        whole = [path for path in paths if matcher.matches(path)]
        if whole != found:
            sys.exit(f"the package does not agree with itself on {rules!r}: {sorted(set(whole) ^ set(found))}")
    return found


for line in sys.stdin:
    case = json.loads(line)
    print(json.dumps(left_out(case["rules"], case["paths"])))
