"""Where things are: filled in by page_test.py. And what all tests of the page begin with."""

import pathlib
import subprocess
import tempfile
import unittest

import made_reports
from browser import Browser

report = axe = ""
out = pictures = pathlib.Path()


def render(*arguments, status=0):
    """prelu-report render; returns what it printed."""
    done = subprocess.run([report, "render", *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode != status:
        raise AssertionError(f"render ended with {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout + done.stderr


class PageTest(unittest.TestCase):
    """A browser for the class; no test may leave a complaint on the console, or ask for anything else."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(dir=out)
        cls.path = pathlib.Path(cls.folder.name)
        cls.browser = Browser(cls.folder.name)

    @classmethod
    def tearDownClass(cls):
        cls.browser.quit()
        cls.folder.cleanup()

    def tearDown(self):
        self.assertEqual(self.browser.complaints(), [])

    @classmethod
    def page(cls, name, *reports):
        """A page of these reports."""
        files = [made_reports.write(cls.path / f"{name}{i}.json", one) for i, one in enumerate(reports)]
        page = cls.path / f"{name}.html"
        render(*files, "-o", page)
        return page
