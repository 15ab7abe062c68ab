"""What the README and the examples promise."""

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import prelu
import pytest

PYTHON = Path(__file__).parents[1]


def test_readme_runs_as_written(tmp_path):
    pytest.importorskip("torch")
    text = (PYTHON / "README.md").read_text()
    example = re.search(r"<!-- example:begin -->\n```python\n(.*?)```", text, re.DOTALL)[1]
    lines = [line for line in example.splitlines() if line]
    assert len(lines) == 10
    (tmp_path / "example.py").write_text(example)
    ran = subprocess.run(
        [sys.executable, "example.py"], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines() == [
        "[-0.4401  0.2288]",
        "(array([0.5, 1. ], dtype=float32), array(-0.8802, dtype=float32))",
        "torch.Size([64])",
    ]


def test_alpha_is_learnt(capsys):
    runpy.run_path(str(PYTHON / "examples/learn_alpha.py"), run_name="__main__")
    lines = capsys.readouterr().out.splitlines()
    slopes = [float(re.search(r"alpha = (\S+)", line)[1]) for line in lines[:-1]]
    assert slopes[0] == 0.25 and len(slopes) == 11
    assert abs(slopes[-1] / 0.1 - 1) <= 0.01


def test_learning_with_a_wrong_gradient_is_noticed(monkeypatch):
    backward = prelu.backward
    monkeypatch.setattr(prelu, "backward", lambda *a: (None, 0.1 * backward(*a)[1]))
    with pytest.raises(SystemExit, match="not found within 1 %"):
        runpy.run_path(str(PYTHON / "examples/learn_alpha.py"), run_name="__main__")


def test_plot_draws_what_the_library_computes(tmp_path):
    figure = pytest.importorskip("matplotlib.figure", reason="matplotlib is not installed").Figure
    saved = {}
    savefig = figure.savefig

    def noted(self, path, **choices):
        saved["lines"] = self.axes[0].get_lines()
        savefig(self, path, **choices)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(figure, "savefig", noted)
        prelu.plot(tmp_path / "prelu.png", alpha=0.25, slope_at_zero="zero")
    assert (tmp_path / "prelu.png").read_bytes().startswith(b"\x89PNG")
    function, left, right, middle = (line.get_xydata() for line in saved["lines"])
    assert all(y == (x if x > 0 else 0.25 * x) for x, y in function) and len(function) == 601
    assert set(left[:, 1]) == {0.25} and set(right[:, 1]) == {1} and middle.tolist() == [[0, 0]]


@pytest.mark.parametrize("choices, message", [({"samples": 4}, "samples is 4"), ({"reach": 0}, "reach is 0")])
def test_plot_refuses(tmp_path, choices, message):
    with pytest.raises(ValueError, match=message):
        prelu.plot(tmp_path / "prelu.png", **choices)


def test_a_missing_library_is_explained():
    ran = subprocess.run(
        [sys.executable, "-c", "import prelu"],
        env={**os.environ, "PRELU_LIBRARY": "/nowhere/libprelu.so"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.returncode == 1
    assert "ImportError: prelu: its library does not load: /nowhere/libprelu.so" in ran.stderr
