"""For everyone: what axe finds, everything by keyboard, and pictures of every view to look at."""

import pathlib
import unittest

import made_reports
import settings
from browser import SIZES
from selenium.webdriver.common.keys import Keys
from settings import PageTest
from views_test import CASE, VIEWS


class EveryView(PageTest):
    """Each view, light, dark and narrow: axe finds nothing serious, nothing is cut off; a picture is kept."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        days = [made_reports.usual(seed=day, date=f"2026-01-0{day}T10:00:00+00:00", host_name=f"node-{day}",
                                   speed={"cpu/backward_packed": 1 + day / 10}) for day in range(1, 4)]
        for row in days[1]["benchmarks"]:
            row["prelu"]["code_hash"] = "other"
        cls.pages = {2: cls.page("two", *days[:2]), 3: cls.page("three", *days)}
        cls.page_of = {**dict.fromkeys(VIEWS, cls.pages[3]), "compare": cls.pages[2], "case": cls.pages[3]}

    def look(self, kind):
        self.browser.look(kind)
        for view, page in self.page_of.items():
            with self.subTest(view=view, kind=kind):
                self.browser.open(page, f"view={view}" + (f"&case={CASE}" if view == "case" else ""))
                if view != "case":
                    self.assertIn(VIEWS[view], self.browser.texts("main h2"))
                wide = self.browser.script("return document.documentElement.scrollWidth")
                self.assertLessEqual(wide, SIZES[kind][0], "wider than the screen")
                self.browser.picture(settings.pictures / f"{view}-{kind}.png", kind)
                self.check()

    def check(self):
        axe = pathlib.Path(settings.axe)
        if not axe.is_file():
            return
        self.browser.driver.execute_cdp_cmd("Page.setBypassCSP", {"enabled": True})
        self.browser.driver.execute_cdp_cmd("Runtime.evaluate", {"expression": axe.read_text(encoding="utf-8")})
        found = self.browser.driver.execute_async_script(
            "const done = arguments[0]; axe.run().then(({violations}) => done(violations))")
        told = [f"{one['impact']}: {one['id']}: {one['nodes'][0]['html'][:200]} ({len(one['nodes'])})" for one in found]
        self.assertEqual([line for line in told if line.startswith(("serious", "critical"))], [])
        for line in told:
            print(line)

    def test_light(self):
        self.look("light")

    def test_dark(self):
        self.look("dark")

    def test_narrow(self):
        self.look("narrow")

    def test_axe_is_installed(self):
        if not pathlib.Path(settings.axe).is_file():
            raise unittest.SkipTest("axe is not installed: scripts/setup.sh does")

    def test_axe_finds_what_is_wrong(self):
        """On a page with a fault, so that its silence means something."""
        if not pathlib.Path(settings.axe).is_file():
            raise unittest.SkipTest("axe is not installed: scripts/setup.sh does")
        self.browser.open(self.pages[3])
        self.browser.script("document.querySelector('label[for=q]').remove(); const q = document.getElementById('q');"
                            "q.removeAttribute('placeholder')")
        with self.assertRaisesRegex(AssertionError, "critical: label"):
            self.check()


class Keyboard(PageTest):
    """No mouse is used here."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.one = cls.page("one", made_reports.usual())

    def tab_to(self, wanted, most=80):
        """Presses Tab until the element `wanted` describes has the focus; each stop on the way is visible."""
        for _ in range(most):
            self.browser.keys(Keys.TAB)
            seen = self.browser.script(
                "const one = document.activeElement; const style = getComputedStyle(one);"
                "return [one.matches(arguments[0]), one.outerHTML.slice(0, 120),"
                " style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2]", wanted)
            self.assertTrue(seen[2], "no focus is to be seen on " + seen[1])
            if seen[0]:
                return
        self.fail(f"{wanted} was not reached by {most} tabs")

    def test_the_way_to_a_case_and_its_samples(self):
        self.browser.open(self.one)
        self.browser.keys(Keys.TAB)
        self.assertEqual(self.browser.focused().text, "Skip to the results")
        self.tab_to("#q")
        self.browser.keys("cuda forward")
        self.assertEqual(self.browser.texts("#count"), ["14 of 52 cases"])
        self.assertEqual(self.browser.focused().get_attribute("id"), "q")
        self.tab_to("[data-sort=share]")
        self.browser.keys(Keys.ENTER)
        self.assertEqual(self.browser.hash()["sort"], "-share")
        self.assertEqual(self.browser.focused().get_attribute("data-sort"), "share")
        self.tab_to("tr[data-row='0'] a")
        self.browser.keys(Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.END, Keys.HOME, Keys.ARROW_DOWN)
        self.assertEqual(self.browser.script("return document.activeElement.closest('tr').dataset.row"), "1")
        self.browser.keys(Keys.ENTER)
        self.assertEqual(self.browser.hash()["view"], "case")
        self.tab_to(".picture")
        self.browser.keys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
        self.assertIn("sample 2 of 24", self.browser.texts(".tip")[0])
        self.assertIn("sample 2 of 24", self.browser.texts("#announcer")[0])
        self.browser.keys(Keys.ESCAPE)
        self.assertFalse(self.browser.find(".tip").is_displayed())

    def test_facets_open_choose_and_close(self):
        self.browser.open(self.one)
        self.tab_to("[data-facet=dtype] summary")
        self.browser.keys(Keys.ENTER, Keys.TAB, Keys.SPACE)
        self.assertEqual(len(self.browser.hash()["dtype"]) > 0, True)
        self.browser.keys(Keys.ESCAPE)
        self.assertIsNone(self.browser.find("[data-facet=dtype]").get_attribute("open"))
        self.assertEqual(self.browser.focused().tag_name, "summary")

    def test_charts_and_their_legends(self):
        self.browser.open(self.one)
        self.tab_to("#views a[href*=throughput]")
        self.browser.keys(Keys.ENTER)
        self.assertEqual(self.browser.hash()["view"], "throughput")
        self.tab_to("#by")
        self.browser.keys(Keys.ARROW_DOWN)
        self.assertEqual(self.browser.hash()["by"], "dtype")
        self.tab_to(".picture")
        self.browser.keys(Keys.ARROW_RIGHT, Keys.ARROW_DOWN)
        self.assertIn("GB/s of", self.browser.texts(".tip")[0])
        self.tab_to("[data-series=bf16]")
        self.browser.keys(Keys.SPACE)
        self.assertEqual(self.browser.hash()["off"], "bf16")
        self.assertEqual(self.browser.focused().get_attribute("data-series"), "bf16")
        self.browser.driver.refresh()
        self.browser.settle()
        self.tab_to(".picture")
        self.browser.keys(Keys.ARROW_RIGHT, Keys.ENTER)
        self.assertIn("/f32/", self.browser.hash()["case"])

    def test_the_heat_map_in_both_directions(self):
        self.browser.open(self.one, "view=ceiling&device=cuda")
        self.tab_to(".heatmap tr[data-row='0'] a")
        self.browser.keys(Keys.ARROW_DOWN, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
        self.assertEqual(self.browser.focused().get_attribute("class"), "heat timed")
        self.browser.keys(Keys.ENTER)
        self.assertEqual(self.browser.hash()["case"], "cuda/forward_packed/f32/nchw/per_channel/32x64x256")

    def test_the_function(self):
        self.browser.open(self.one, "view=function")
        self.tab_to("#a")
        self.browser.keys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
        self.assertEqual(float(self.browser.hash()["a"]), 0.35)
        self.tab_to("[name=zero]")
        self.browser.keys(Keys.ARROW_DOWN)
        self.assertEqual(self.browser.hash()["zero"], "alpha")

    def test_the_last_of_many_rows_is_reached(self):
        self.browser.open(self.page("many", made_reports.large(2000, 1)))
        self.tab_to("tr[data-row='0'] a")
        self.browser.keys(Keys.END)
        self.assertEqual(self.browser.script("return document.activeElement.closest('tr').dataset.row"), "1999")
        place = self.browser.script("return document.activeElement.getBoundingClientRect().bottom")
        self.assertLessEqual(place, 900)
        self.browser.keys(Keys.PAGE_UP)
        self.assertLess(int(self.browser.script("return document.activeElement.closest('tr').dataset.row")), 1999)
