"""The page in a real browser: what it shows, what it forbids, and how fast it is.

page_test.py --report PRELU_REPORT --axe AXE_JS --out FOLDER --pictures FOLDER TEST...
"""

import argparse
import pathlib
import sys
import unittest

import browser
import settings

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--report", required=True)
    parser.add_argument("--axe", required=True)
    parser.add_argument("--out", required=True, type=pathlib.Path)
    parser.add_argument("--pictures", required=True, type=pathlib.Path)
    parser.add_argument("tests", nargs="+")
    arguments = parser.parse_args()
    settings.report, settings.axe = arguments.report, arguments.axe
    settings.out, settings.pictures = arguments.out, arguments.pictures
    settings.out.mkdir(parents=True, exist_ok=True)
    settings.pictures.mkdir(parents=True, exist_ok=True)
    suite = unittest.defaultTestLoader.loadTestsFromNames(arguments.tests)
    result = unittest.TextTestRunner(verbosity=2).run(suite)
    if result.skipped and not result.failures and not result.errors:
        sys.exit(browser.SKIPPED)
    sys.exit(0 if result.wasSuccessful() else 1)
