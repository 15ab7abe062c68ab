"""Strings of a report stay strings, the page asks for nothing, and gives back the report that went in."""

import copy
import json
import re

import made_reports
from settings import PageTest, render


class Hostile(PageTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.report = made_reports.hostile()
        later = copy.deepcopy(cls.report)
        later["context"]["date"] = "<b>later"
        third = copy.deepcopy(later)
        third["context"]["host_name"] = "<i>third"
        cls.one, cls.two = cls.page("one", cls.report), cls.page("two", cls.report, later)
        cls.three = cls.page("three", cls.report, later, third)

    def assert_harmless(self):
        self.assertEqual(self.browser.script(
            "return [window.harmed ?? null, document.querySelectorAll('img, #harmed, b#harmed, iframe, object').length,"
            " document.scripts.length]"), [None, 0, 2])

    def test_every_view_shows_text(self):
        for page in (self.one, self.two, self.three):
            for view in ("cases", "throughput", "ceiling", "compare", "trend", "devices", "function"):
                self.browser.open(page, "view=" + view)
                for closed in self.browser.all("details:not([open])"):
                    self.browser.script("arguments[0].open = true", closed)
                self.assert_harmless()
        self.browser.open(self.one)
        self.assertIn(made_reports.HOSTILE[0], self.browser.script("return document.body.textContent"))

    def test_every_case_opens(self):
        self.browser.open(self.one)
        for text in made_reports.HOSTILE:
            for variant in ("v/" + text, "w/" + text):
                name = variant + "/" + text
                self.browser.script("location.hash = '#' + new URLSearchParams({view: 'case', case: arguments[0]})", name)
                self.browser.settle()
                self.assert_harmless()
                if "\0" not in text:
                    self.assertIn(variant, self.browser.script(
                        "return document.querySelector('main h2').textContent"))

    def test_a_facet_of_any_value_filters(self):
        self.browser.open(self.one)
        boxes = self.browser.script("return document.querySelectorAll('[data-facet=variant] input').length")
        for i in range(0, boxes, 5):
            self.browser.script("const box = document.querySelectorAll('[data-facet=variant] input')[arguments[0]];"
                                "box.checked = true; box.dispatchEvent(new Event('change'))", i)
        self.browser.settle()
        self.assertEqual(self.browser.texts("#count"), [f"{(boxes + 4) // 5} of {boxes} cases"])

    def test_any_hash_is_taken(self):
        for place in ("view=__proto__", "view=constructor&sort=constructor", "report=-1", "report=length",
                      "dtype=%FF,%", "a=NaN&view=function&zero=__proto__", "view=case", "sort=-", "q=%00%E2%80%AE",
                      "view=throughput&by=constructor&off=%"):
            self.browser.open(self.one, place)
            self.assertTrue(self.browser.texts("h1")[0].startswith("PReLU on"), place)
            self.assertTrue(self.browser.texts("main")[0], place)

    def test_what_cannot_be_shown_is_refused(self):
        path = self.path / "refused.json"
        text = json.dumps(made_reports.usual())
        path.write_text(text.replace('"real_time": ', '"real_time": NaN, "was": ', 1), encoding="utf-8")
        self.assertIn("not valid JSON", render(path, "-o", self.path / "refused.html", status=2))
        many = made_reports.usual()
        many["context"]["prelu"]["not_timed"] = [
            made_reports.untimed(i + 100, f"v/{i}", "forward/x", "cpu", "skipped", "") for i in range(100_000)]
        made_reports.write(path, many)
        self.assertIn("holds 100048 cases; a page takes 100000", render(path, "-o", self.path / "refused.html", status=2))
        self.assertFalse((self.path / "refused.html").exists())


class Policy(PageTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.report = made_reports.usual()
        cls.one = cls.page("one", cls.report)

    def test_nothing_is_fetched_and_no_other_code_runs(self):
        self.browser.open(self.one)
        blocked = self.browser.driver.execute_async_script("""
            const done = arguments[0];
            const seen = [];
            addEventListener('securitypolicyviolation', (event) => seen.push(event.effectiveDirective));
            const add = (tag, attributes) => document.body.append(
                Object.assign(document.createElement(tag), attributes));
            fetch('https://example.invalid/').catch(() => {});
            add('img', {src: 'https://example.invalid/x.png'});
            add('script', {textContent: 'window.harmed = 5'});
            add('style', {textContent: 'body { display: none }'});
            add('iframe', {src: 'https://example.invalid/'});
            setTimeout(() => done(seen.sort()), 500);""")
        for directive in ("connect-src", "frame-src", "img-src", "script-src-elem", "style-src-elem"):
            self.assertIn(directive, blocked)
        self.assertIsNone(self.browser.script("return window.harmed ?? null"))
        complaints = self.browser.complaints()  # takes them, so that tearDown finds none
        self.assertTrue(complaints)
        self.assertFalse([one for one in complaints if one.startswith("a request: ")])

    def test_the_page_without_its_data_is_small(self):
        html = self.one.read_text(encoding="utf-8")
        data = re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.S).group(1)
        size = len(html.encode()) - len(data.encode())
        print(f"{size} bytes without data")
        self.assertLess(size, 500_000)
        self.assertNotIn("http-equiv=\"refresh\"", html)
        self.assertIn("Redistribution and use in source and binary forms", html)

    def test_the_report_comes_out_as_it_went_in(self):
        folder = self.path / "saved"
        folder.mkdir()
        self.browser.driver.execute_cdp_cmd("Browser.setDownloadBehavior", {
            "behavior": "allow", "downloadPath": str(folder)})
        for name, report in (("usual", self.report), ("hostile", made_reports.hostile())):
            page = self.page(name, report)
            self.browser.open(page)
            self.browser.click("#json")
            saved = folder / "report.json"
            self.browser.wait_for(saved.exists, "the download of report.json")
            self.assertEqual(json.loads(saved.read_text(encoding="utf-8")), report)
            saved.unlink()
        # And prelu-report reads it.
        self.browser.open(self.one)
        self.browser.click("#json")
        self.browser.wait_for(saved.exists, "the download of report.json")
        self.assertEqual(render(saved), render(self.path / "one0.json"))

    def test_the_rows_shown_are_saved_as_csv(self):
        folder = self.path / "csv"
        folder.mkdir()
        self.browser.driver.execute_cdp_cmd("Browser.setDownloadBehavior", {
            "behavior": "allow", "downloadPath": str(folder)})
        self.browser.open(self.one, "q=cpu backward f32 -bf16&sort=time")
        self.browser.click("#csv")
        saved = folder / "cases.csv"
        self.browser.wait_for(saved.exists, "the download of cases.csv")
        names = [line.split(",")[0].strip('"') for line in saved.read_text(encoding="utf-8").splitlines()[1:]]
        self.assertEqual(names, [f"cpu/backward_{flavour}/f32/nchw/per_channel/32x64x{size}" for flavour, size in (
            ("packed", 16), ("naive", 16), ("packed", 256), ("naive", 256), ("packed", 4096), ("naive", 4096))])
