"""The comparison as Markdown: how many times as long each peer takes, and every layer's times."""

import math
from collections import defaultdict

from compare.peers import OURS


def _times(results):
    """problem -> variant -> median, of what was timed."""
    times = defaultdict(dict)
    for result in results:
        if result.samples_us:
            times[result.problem][result.variant] = result.median_us
    return times


def _of_ours(variant):
    return variant.startswith(f"{OURS}/")


def _ours(timed):
    return min((us for variant, us in timed.items() if _of_ours(variant)), default=None)


def ratios(results):
    """variant -> direction -> how many times as long as ours it takes, layer by layer."""
    found = defaultdict(lambda: defaultdict(list))
    for problem, timed in _times(results).items():
        ours = _ours(timed)
        if ours is None:
            continue
        for variant, us in timed.items():
            if not _of_ours(variant):
                found[variant][problem.direction].append(us / ours)
    return found


def geometric_mean(values):
    return math.exp(sum(map(math.log, values)) / len(values))


def summary(results):
    lines = [
        "| peer | forward: times as long as ours | least | layers | backward | least | layers |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for variant, directions in ratios(results).items():
        cells = [f"`{variant}`"]
        for direction in ("forward", "backward"):
            values = directions.get(direction)
            if values:
                cells += [f"{geometric_mean(values):.2f}", f"{min(values):.2f}", str(len(values))]
            else:
                cells += ["-", "-", "0"]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _time(us):
    if us is None:
        return "-"
    return f"{us:.1f} us" if us < 1000 else f"{us / 1000:.2f} ms"


def layers(results):
    variants = list(dict.fromkeys(result.variant for result in results))
    lines = ["| problem | " + " | ".join(f"`{v}`" for v in variants) + " |"]
    lines.append("|---|" + "---:|" * len(variants))
    for problem, timed in _times(results).items():
        cells = " | ".join(_time(timed.get(variant)) for variant in variants)
        lines.append(f"| `{problem}` | {cells} |")
    return "\n".join(lines)


def memory(peak_memory):
    if not peak_memory:
        return ""
    lines = ["| variant | problem | peak memory beyond x, dy and alpha |", "|---|---|---:|"]
    for peak in peak_memory:
        mib = peak["bytes"] / 2**20
        lines.append(f"| `{peak['variant']}` | `{peak['problem']}` | {mib:.1f} MiB |")
    return "\n".join(lines)
