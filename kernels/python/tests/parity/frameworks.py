"""Imports a framework, or skips its tests by its name."""

import importlib
import os

import pytest


def framework(name, *modules):
    """The modules of a framework. Where they are not installed the tests of the file that asks are
    skipped, or fail where PRELU_REQUIRE_FRAMEWORKS names the framework."""
    try:
        found = [importlib.import_module(module) for module in modules]
    except ImportError as error:
        reason = f"{name} is not installed ({error}); scripts/setup.sh --frameworks installs it"
        if name in os.environ.get("PRELU_REQUIRE_FRAMEWORKS", "").split():
            raise RuntimeError(f"{reason}; PRELU_REQUIRE_FRAMEWORKS asks for it") from error
        pytest.skip(reason, allow_module_level=True)
    return found if len(found) > 1 else found[0]
