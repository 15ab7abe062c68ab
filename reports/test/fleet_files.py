"""fleet_files.py TEMPLATE FOLDER [options]: the reports of a fleet that does not exist, for tests and for
measuring how long merging takes.

Each device gives one report a shard, with the cases of that shard as prelu-bench deals them out. Times
are drawn from a seed: 1 % between devices, 0.5 % between samples; device 0 may be made slower.
"""
import argparse
import copy
import json
import pathlib
import random
import shutil


def fnv1a(text):
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("template", help="a report whose rows are copied")
    parser.add_argument("folder")
    for name, default in (("devices", 4), ("shards", 2), ("cases", 12), ("repetitions", 3), ("samples", 5)):
        parser.add_argument("--" + name, type=int, default=default)
    parser.add_argument("--slower", type=float, default=0, help="how much slower device 0 is, 0.1 for 10 %%")
    parser.add_argument("--indent", type=int, default=1, help="of the JSON; prelu-bench writes 1")
    return parser.parse_args()


def context_of(template, device, shard, shards):
    context = copy.deepcopy(template["context"])
    context.update(host_name=f"node{device // 8}", date=f"2026-03-01T12:{shard:02}:{device % 60:02}+00:00")
    ours = context["prelu"]
    gpu = next(one for one in ours["devices"] if one["kind"] == "cuda")
    gpu["uuid"] = f"GPU-{device:08x}"
    ours.update(devices=[gpu], not_timed=[], partial=False, environment_key="00000000000000f1")
    ours["git"].update(dirty=False)
    ours["protocol"].pop("shard", None)
    if shards > 1:
        ours["protocol"]["shard"] = {"index": shard, "count": shards}
    return context


def rows_of(template_row, name, index, speed, given, draw):
    base = 100 + fnv1a(name) % 1000
    for repetition in range(given.repetitions):
        row = copy.copy(template_row)
        samples = [round(base * speed * (1 + 0.005 * draw.gauss(0, 1)), 6) for _ in range(given.samples)]
        problem = name.split("/", 2)[2]
        row.update(name=name, run_name=name, repetitions=given.repetitions, repetition_index=repetition,
                   iterations=given.samples, real_time=sorted(samples)[given.samples // 2])
        row["prelu"] = {**template_row["prelu"], "index": index, "problem": f"forward/{problem}",
                        "variant": "cuda/forward_packed", "samples_us": samples}
        yield row


def main():
    given = options()
    template = json.loads(pathlib.Path(given.template).read_text(encoding="utf-8"))
    template_row = next(row for row in template["benchmarks"] if row["prelu"]["device"] == "cuda")
    names = [f"cuda/forward_packed/f32/nchw/per_channel/{1 + i // 50}x64x{1000 + i}" for i in range(given.cases)]
    folder = pathlib.Path(given.folder)
    shutil.rmtree(folder, ignore_errors=True)
    draw = random.Random(1)
    for device in range(given.devices):
        speed = 1 + 0.01 * draw.gauss(0, 1) + (given.slower if device == 0 else 0)
        for shard in range(1, given.shards + 1):
            mine = [name for name in names if fnv1a(name) % given.shards + 1 == shard]
            rows = [row for index, name in enumerate(mine)
                    for row in rows_of(template_row, name, index, speed, given, draw)]
            document = {"context": context_of(template, device, shard, given.shards), "benchmarks": rows}
            place = folder / f"device{device:04}" / f"shard{shard}"
            place.mkdir(parents=True)
            text = json.dumps(document, indent=given.indent or None)
            (place / "report.json").write_text(text, encoding="utf-8")


main()
