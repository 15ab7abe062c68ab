"""compare_frameworks.py: what it proves, what it says of a wrong peer, what it writes."""

import argparse
import json
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(SCRIPTS))

torch = pytest.importorskip("torch")

from compare import comparison, memory, peers, session, table, tensors  # noqa: E402
from compare.problem import Problem  # noqa: E402

VERSION = torch.__version__.split("+")[0]
BENCH = os.environ["PRELU_BENCH"]
SMALL = Problem("forward", "f32", "nchw", "per_channel", 2, 3, 5)
BACKWARD = Problem("backward", "bf16", "nhwc", "per_channel", 64, 3, 50)


def results_of(tensor):
    """The reference, and a right result."""
    expected = tensors.Reference(tensor)
    if tensor.problem.direction == "forward":
        return expected, expected.output.clone()
    dalpha = expected.sums["exact"].to(tensor.x.dtype)
    return expected, (expected.output.clone(), dalpha)


def test_a_problem_is_named_as_everywhere():
    name = "backward/bf16/nhwc/per_channel/64x3x50"
    assert Problem.parse(name) == BACKWARD
    assert str(BACKWARD) == name
    assert Problem.parse("forward/f32/nchw/broadcast/2x3x5x7/alpha_shape=1x3x1x7") is None
    assert Problem.parse("forward/f32/nchw/shared/2x3x5/zero=alpha") is None


def test_a_batch_is_cut_to_fit():
    assert SMALL.within(60) == Problem("forward", "f32", "nchw", "per_channel", 1, 3, 5)
    assert SMALL.within(120) == SMALL
    assert SMALL.within(0).n == 1


def test_minimal_bytes_are_those_of_the_library():
    assert SMALL.minimal_bytes == 4 * (2 * 30 + 3)
    assert BACKWARD.minimal_bytes == 2 * (3 * 9600 + 2 * 3)


def test_a_right_result_passes():
    for problem in (SMALL, BACKWARD):
        expected, result = results_of(tensors.draw(problem, "cpu", seed=1))
        verdict = expected.verify(result, "exact")
        assert verdict.wrong == ""
        assert verdict.checked == problem.elements + (3 if problem is BACKWARD else 0)


def test_one_bit_is_enough_to_fail():
    expected, y = results_of(tensors.draw(SMALL, "cpu", seed=1))
    y.view(torch.int32)[1, 2, 3] ^= 1
    assert expected.verify(y, "exact").wrong.startswith("y[1, 2, 3] is ")


def test_what_was_not_written_fails():
    expected, (dx, dalpha) = results_of(tensors.draw(BACKWARD, "cpu", seed=1))
    dalpha[1] = math.nan
    assert expected.verify((dx, dalpha), "exact").wrong.startswith("dalpha[1] is nan")
    dx[5, 4, 1] = math.nan
    assert expected.verify((dx, dalpha), "exact").wrong.startswith("dx[5, 4, 1] is nan")


def test_a_lost_term_fails():
    data = tensors.draw(Problem("backward", "f32", "nchw", "shared", 2, 3, 5), "cpu", seed=1)
    expected, (dx, dalpha) = results_of(data)
    lost = (data.x * data.dy)[data.x < 0][0]
    assert "dalpha[0]" in expected.verify((dx, dalpha - lost), "exact").wrong


def test_another_shape_or_dtype_fails():
    expected, y = results_of(tensors.draw(SMALL, "cpu", seed=1))
    assert "torch.float64" in expected.verify(y.double(), "exact").wrong


def result(variant, problem, *samples_us):
    return session.Result(variant, problem, samples_us=list(samples_us))


def test_the_table_says_how_many_times_as_long_a_peer_takes():
    other = Problem("forward", "f32", "nchw", "per_channel", 4, 3, 5)
    results = [
        result("prelu/python", SMALL, 1, 2, 9),
        result("prelu/torch", SMALL, 3),
        result("peer/x-1/y", SMALL, 4),
        result("prelu/python", other, 1),
        result("peer/x-1/y", other, 8),
    ]
    assert dict(table.ratios(results)["peer/x-1/y"]) == {"forward": [2, 8]}
    assert "| `peer/x-1/y` | 4.00 | 2.00 | 2 | - | - | 0 |" in table.summary(results)
    assert "| `forward/f32/nchw/per_channel/2x3x5` | 2.0 us | 3.0 us | 4.0 us |" in (
        table.layers(results)
    )


def arguments_for(out):
    return argparse.Namespace(
        suite=["smoke"],
        filter="_naive/f32/nchw/per_channel/2x3x5$",
        dtype=None,
        device="cpu",
        frameworks=["fake"],
        threads=1,
        budget=10,
        tensor_mib=1,
        no_memory=True,
        out=out,
        bench=Path(BENCH),
    )


def compare_with(monkeypatch, out, *fakes):
    monkeypatch.setattr(peers, "load", lambda *_: (list(fakes), {}))
    status = comparison.compare(arguments_for(out))
    return status, json.loads((out / "report.json").read_text())


def right(data):
    _, answer = results_of(data)
    return lambda: answer


def test_a_wrong_peer_is_not_timed(monkeypatch, tmp_path):
    wrong = peers.Peer("peer/wrong-1/y", lambda data: lambda: data.x)
    broken = peers.Peer("peer/broken-1/y", lambda data: 1 / 0)
    fine = peers.Peer("peer/fine-1/y", right)
    status, report = compare_with(monkeypatch, tmp_path, wrong, broken, fine)
    assert status == 3
    timed = {row["prelu"]["variant"] for row in report["benchmarks"]}
    assert timed == {"peer/fine-1/y/forward", "peer/fine-1/y/backward"}
    reasons = [untimed["reason"] for untimed in report["context"]["prelu"]["not_timed"]]
    assert "ZeroDivisionError: division by zero" in reasons
    assert any("expected exactly" in reason for reason in reasons)


def test_an_interrupted_run_leaves_a_report(monkeypatch, tmp_path):
    def interrupt(data):
        if data.problem.direction == "backward":
            raise KeyboardInterrupt
        return right(data)

    status, report = compare_with(monkeypatch, tmp_path, peers.Peer("peer/slow-1/y", interrupt))
    assert status == 130
    assert report["context"]["prelu"]["partial"]
    assert len(report["benchmarks"]) == 1
    assert [u["reason"] for u in report["context"]["prelu"]["not_timed"]] == ["interrupted"]


def run_script(*arguments):
    script = [sys.executable, SCRIPTS / "compare_frameworks.py", "--bench", BENCH, *arguments]
    return subprocess.run(list(map(str, script)), text=True, capture_output=True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--frameworks", "nope"], "'nope' is none of: prelu, torch"),
        (["--suite", "nope"], "suite 'nope' is neither a file nor one of"),
        (["--budget", "0"], "are above 0"),
        (["--bench", "/nowhere"], "there is no /nowhere"),
    ],
)
def test_bad_usage_is_explained(arguments, message):
    ended = run_script(*arguments)
    assert ended.returncode == 2
    assert message in ended.stderr


def test_frameworks_side_by_side(tmp_path):
    """Those that are installed. CTest gives the report to the schema and to prelu-report."""
    out = Path(os.environ.get("PRELU_COMPARE_OUT", tmp_path))
    ended = run_script(
        "--suite=smoke",
        "--filter=_naive/f32/nhwc/.*/4x16x196$",
        "--budget=60",
        "--frameworks=prelu,torch,onnxruntime",
        "--no-memory",
        f"--out={out}",
    )
    assert ended.returncode == 0, ended.stderr
    assert "| `peer/torch-" in ended.stdout
    report = json.loads((out / "report.json").read_text())
    timed = {row["prelu"]["variant"] for row in report["benchmarks"]}
    ways = ("forward", "backward")
    assert {f"prelu/{api}/{way}" for api in ("python", "torch") for way in ways} <= timed


def test_the_peak_memory_of_a_forward_holds_its_output():
    problem = Problem("forward", "f32", "nchw", "per_channel", 64, 64, 1024)
    peak = memory.peak("torch", f"peer/torch-{VERSION}/eager", problem, "cpu", threads=1)
    # Some of it lies in pages that were there before.
    assert 14 * 2**20 <= peak < 24 * 2**20
