"""Each view is opened, filtered, sorted and linked to; and what it says is what the Markdown says."""

import json

import made_reports
from browser import ActionChains
from settings import PageTest, render

CASE = "cuda/forward_packed/f32/nchw/per_channel/32x64x256"
DATA = '<script type="application/json" id="data">'
VIEWS = {
    "cases": "Cases", "throughput": "Throughput against bytes", "ceiling": "Share of the ceiling",
    "compare": "What changed", "trend": "From report to report", "devices": "Machine beside machine",
    "function": "The function"}


class Views(PageTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.report = made_reports.usual()
        cls.one = cls.page("one", cls.report)

    def shown(self):
        return self.browser.script(
            "return [...document.querySelectorAll('tr[data-row]')].map((row) => "
            "[...row.cells].map((cell) => cell.innerText.trim()))")

    def test_the_banner_says_what_is_right_and_what_is_not(self):
        self.browser.open(self.one)
        self.assertEqual(self.browser.texts(".verdict .words"), ["✗ 2 cases are wrong"])
        self.assertEqual(self.browser.texts(".count"),
                         ["✓ 48 passed, 48 timed", "✗ 2 failed", "– 2 skipped"])
        self.assertIn("y[3]: expected 0.25, got 0.5 (2)", self.browser.texts(".verdict li"))
        self.assertTrue(any("throttled" in doubt for doubt in self.browser.texts(".doubts li")))
        self.assertTrue(any("suspect" in doubt for doubt in self.browser.texts(".doubts li")))
        self.browser.click(".count.failed")
        self.assertEqual([row[0] for row in self.shown()], ["✗ failed"] * 2)

    def test_numbers_are_those_of_the_markdown(self):
        self.browser.open(self.one)
        self.browser.resize(1280, 4000)
        self.browser.settle()
        markdown = render(self.path / "one0.json").split("## Every timed case")[1].split("\n\n")[1]
        wanted = {}
        for line in markdown.splitlines()[2:]:
            name, time, interval, rate, share, hot, _ = [
                cell.strip(" `").replace(" us", " µs") for cell in line.strip("|").split(" | ")]
            wanted[name] = (time.replace(" (throttled)", ""), interval, rate, share.replace(" (suspect)", ""), hot)
        seen = {}
        for status, problem, variant, *numbers in self.shown():
            if status == "✓ passed":
                words = [cell.split("\n")[0] for cell in numbers]
                words[0], words[3] = words[0].replace(" T", ""), words[3].split(" %")[0] + " %"
                seen[variant + "/" + problem.split("/", 1)[1]] = tuple(words)
        self.assertEqual(seen, wanted)
        self.browser.look("light")

    def test_failed_and_skipped_cases_stand_in_the_table_with_their_reasons(self):
        self.browser.open(self.one, "view=cases&dtype=f16")
        self.assertEqual([(row[0], row[3]) for row in self.shown()],
                         [("✗ failed", "y[3]: expected 0.25, got 0.5")] * 2 +
                         [("– skipped", "the budget was used up")] * 2)

    def test_text_and_facets_filter_and_a_link_shows_the_same(self):
        self.browser.open(self.one)
        self.browser.find("#q").send_keys("packed -bf16")
        self.browser.settle()
        self.assertEqual(self.browser.texts("#count"), ["14 of 52 cases"])
        self.browser.click("[data-facet=device] summary")
        self.browser.click("[data-facet=device] input[value=cpu]")
        self.assertEqual(self.browser.texts("#count"), ["7 of 52 cases"])
        self.assertEqual(self.browser.hash(), {"q": "packed -bf16", "device": "cpu"})
        before = self.shown()
        self.browser.open(self.one, "q=packed+-bf16&device=cpu")
        self.assertEqual(self.shown(), before)
        self.browser.click("#filters > button")
        self.assertEqual(self.browser.texts("#count"), ["52 cases"])

    def test_every_facet_filters(self):
        for place, count in {"status=skipped": 2, "device=cuda": 26, "direction=backward": 24, "dtype=f32,f16": 28,
                             "layout=nhwc": 4, "alpha=shared": 4, "variant=cpu%2Fforward_naive": 7,
                             "network=iresnet100": 8}.items():
            self.browser.open(self.one, place)
            self.assertEqual(self.browser.texts("#count"), [f"{count} of 52 cases"], place)

    def test_a_click_on_a_column_sorts_by_it(self):
        self.browser.open(self.one, "status=passed")
        units = {"ns": 1e-3, "µs": 1, "ms": 1e3, "s": 1e6}

        def times():
            words = [row[3].split() for row in self.shown()]
            return [float(number) * units[unit] for number, unit, *_ in words]

        self.browser.click("[data-sort=time]")
        self.assert_falling(times())
        self.assertEqual(self.browser.find("th.time").get_attribute("aria-sort"), "descending")
        self.browser.click("[data-sort=time]")
        self.assert_falling(times()[::-1])
        self.assertEqual(self.browser.hash()["sort"], "time")
        for key in ("status", "problem", "variant", "interval", "bandwidth", "share", "hot"):
            self.browser.click(f"[data-sort={key}]")
            self.assertIn(self.browser.find(f"th.{key}").get_attribute("aria-sort"), ("ascending", "descending"))

    def assert_falling(self, numbers):
        """Within what the digits shown leave open."""
        self.assertGreater(numbers[0], 100 * numbers[-1])
        for before, after in zip(numbers, numbers[1:]):
            self.assertGreaterEqual(before, after * 0.98)

    def test_a_row_opens_its_case_and_back_leads_back(self):
        self.browser.open(self.one, "q=packed")
        self.browser.click("tr[data-row='3'] td.time")
        self.assertEqual(self.browser.hash()["view"], "case")
        self.assertEqual(len(self.browser.all(".histogram .bin")) > 0, True)
        self.browser.driver.back()
        self.browser.settle()
        self.assertEqual(self.browser.texts("#count"), ["26 of 52 cases"])

    def test_a_case_shows_its_samples_exactly(self):
        self.browser.open(self.one, "view=case&case=" + CASE)
        samples = [sample for row in self.report["benchmarks"] if row["name"] == CASE
                   for sample in row["prelu"]["samples_us"]]
        marks = self.browser.all(".chart .mark")
        self.assertEqual(len(marks), len(samples))
        ActionChains(self.browser.driver).move_to_element(marks[10]).perform()
        self.browser.settle()
        self.assertEqual(self.browser.texts(".tip"), [f"{samples[10]} µs\nsample 11 of 24\nblock 2, number 3 in it"])
        self.assertIn("32 a thread", self.browser.texts(".case dd"))

    def test_a_failed_case_says_how_to_run_it_again(self):
        self.browser.open(self.one, "view=case&case=cpu/forward_packed/f16/nhwc/shared/7x5x3")
        self.assertIn("prelu-bench --case cpu/forward_packed/f16/nhwc/shared/7x5x3", self.browser.texts(".case code"))
        self.browser.open(self.one, "view=case&case=no/such/case")
        self.assertIn("This report holds no case no/such/case", self.browser.texts("main")[0])

    def test_throughput_draws_ceilings_caches_and_series_that_toggle(self):
        self.browser.open(self.one, "view=throughput&device=cuda")
        labels = self.browser.script("return [...document.querySelectorAll('.guide-label')].map((one) => one.textContent)")
        for label in ("ceiling: 1 read, 1 write", "ceiling: 2 reads, 1 write", "cuda L2 50 MiB"):
            self.assertIn(label, labels)
        self.assertEqual(len(self.browser.all(".series")), 4)
        self.assertEqual(len(self.browser.all(".interval-band")), 8)
        self.browser.click("[data-series='cuda/forward_naive']")
        self.assertEqual(len(self.browser.all(".series")), 3)
        self.assertEqual(self.browser.find("[data-series='cuda/forward_naive']").get_attribute("aria-pressed"), "false")
        self.browser.driver.refresh()
        self.browser.settle()
        self.assertEqual(len(self.browser.all(".series")), 3)
        self.browser.script("const by = document.getElementById('by'); by.value = 'dtype'; by.dispatchEvent(new Event('change'))")
        self.browser.settle()
        self.assertEqual(len(self.browser.all(".series")), 2)

    def test_the_share_of_the_ceiling_is_a_table_of_problems_by_variants(self):
        self.browser.open(self.one, "view=ceiling&q=32x64x4096 bf16 cpu/forward")
        problem, best, naive, packed = self.browser.texts(".heatmap tbody tr td")
        self.assertEqual(problem, "bf16/nchw/per_channel/32x64x4096")
        self.assertRegex(naive, r"^(79|80|81) %$")
        self.assertRegex(packed, r"^1[12]\d % !\nsuspect$")
        self.assertTrue(packed.startswith(best))
        self.browser.click(".heatmap a.timed")
        self.assertEqual(self.browser.hash()["case"], "cpu/forward_naive/bf16/nchw/per_channel/32x64x4096")

    def test_two_reports_are_compared(self):
        slow = made_reports.usual(seed=2, speed={"cpu/forward_packed": 1.2, "cuda/forward_naive": 0.8},
                                  date="2026-01-02T10:00:00+00:00", git={"sha": "b" * 40, "dirty": False})
        for row in slow["benchmarks"]:
            row["prelu"]["code_hash"] = "other"
        gone = "cuda/backward_naive/f32/nchw/per_channel/32x64x16"
        page = self.page("two", self.report, made_reports.without(slow, gone))
        self.browser.open(page)
        self.assertEqual(self.browser.texts("h2")[-1], "What changed")
        verdicts = [(row[0], row[2]) for row in self.shown()]
        self.assertIn(("▲ slower", "cpu/forward_packed"), verdicts)
        self.assertIn(("▼ faster", "cuda/forward_naive"), verdicts)
        self.assertTrue(any(verdict.startswith("? missing") for verdict, _ in verdicts))
        self.browser.open(page, "q=slower")
        self.assertEqual({row[2] for row in self.shown()}, {"cpu/forward_packed"})
        self.assertEqual(len(self.browser.all(".forest")), 6)
        self.browser.click("tr[data-row='0'] td.change")
        self.assertEqual(self.browser.hash()["view"], "case")
        self.assertIn("The same case in the other reports", self.browser.texts("h3"))

    def test_many_reports_show_a_trend_and_machines(self):
        days = [made_reports.usual(seed=day, date=f"2026-01-0{day}T10:00:00+00:00", host_name=f"node-{day % 2}",
                                   speed={"cpu/backward_packed": 1 + day / 10}) for day in range(1, 5)]
        page = self.page("days", *days)
        self.browser.open(page, "view=trend")
        first = self.shown()[0]
        self.assertEqual(first[1], "cpu/backward_packed")
        self.assertRegex(first[-1], r"^2\d(\.\d)? % slower$")
        self.browser.click("tr[data-row='0'] td.change")
        self.assertEqual(len(self.browser.all(".chart .line")), 1)
        self.browser.open(page, "view=devices")
        self.assertEqual(len(self.browser.all(".strips tbody tr")), 2)
        self.browser.open(page, "view=devices&q=backward_packed cpu")
        self.assertEqual(self.browser.texts(".strips tbody td:nth-child(2)"), ["×0.96", "×1.04"])

    def test_a_merged_report_has_a_strip_for_each_of_its_devices(self):
        """As the page's data would hold it: of a report in which each result names its device."""
        page = self.page("merged", self.report)
        html = page.read_text(encoding="utf-8")
        begin = html.index(DATA) + len(DATA)
        data = json.loads(html[begin:html.index("</script>", begin)])
        inner, single = data["reports"][0]["report"], self.report["benchmarks"]
        rows, summaries = [], []
        for machine in range(3):
            for row in single:
                rows.append({"=": {**row, "prelu": {**row["prelu"], "device_index": machine}}})
            summaries += [[(1 + machine / 10) * median, low, high, *rest]
                          for median, low, high, *rest in data["reports"][0]["summaries"]]
        inner["benchmarks"], data["reports"][0]["summaries"] = rows, summaries
        inner["context"]["prelu"]["not_timed"] = []
        inner["context"]["prelu"]["devices"] = [
            {**made_reports.device("cuda", "Example GPU", 1, f"GPU-{i}"), "host": f"node-{i}"} for i in range(3)]
        page.write_text(html[:begin] + json.dumps(data) + html[html.index("</script>", begin):], encoding="utf-8")
        self.browser.open(page, "view=devices")
        self.assertEqual(self.browser.texts(".strips tbody td:nth-child(2)"), ["×0.91", "×1.00", "×1.09"])
        self.assertIn("node-2, Example GPU, GPU-2", self.browser.texts(".strips tbody th")[2])
        self.browser.open(page, "view=cases")
        self.assertEqual(self.browser.texts("#count"), ["144 cases"])
        self.browser.open(page, "view=case&case=" + CASE + " on 2")
        self.assertIn("cuda/forward_packed", self.browser.texts("main h2")[0])

    def test_a_history_is_drawn_with_its_changes(self):
        name = CASE
        points = [{"commit": f"{i}" * 40, "time": 1_800_000_000 + 86_400 * i, "median_us": 10.0 + (i > 3),
                   "low_us": 9.9 + (i > 3), "high_us": 10.1 + (i > 3), "reports": 2} for i in range(8)]
        trend = {"schema": "prelu-trend/1", "series": [{
            "name": name, "environment_key": "k", "device": "d", "noise": 0.01, "points": points, "changes": [
                {"last_before": 3, "first_after": 4, "before_us": 10.0, "after_us": 11.0, "ratio": 1.1}]}]}
        file, page = self.path / "trend.json", self.path / "history.html"
        file.write_text(json.dumps(trend), encoding="utf-8")
        render(self.path / "one0.json", "--trend", file, "-o", page)
        self.browser.open(page, "view=trend")
        self.assertEqual([row[-1] for row in self.shown()], ["10 % slower"])
        self.assertEqual(len(self.browser.all(".spark .guide")), 1)
        self.browser.click("tr[data-row='0'] td.change")
        self.assertIn("From commit to commit", self.browser.texts("h3"))
        file.write_text("{}", encoding="utf-8")
        self.assertIn("is none that prelu-report trend --json wrote",
                      render(self.path / "one0.json", "--trend", file, "-o", page, status=2))

    def test_the_function_moves_with_alpha_and_its_slope_at_zero(self):
        self.browser.open(self.one, "view=function&a=0.5&zero=alpha")
        self.assertIn("the gradient there is 0.5·dy", self.browser.texts("main [role=status]")[0])
        self.browser.click("input[value=zero]")
        self.assertIn("the gradient there is 0·dy", self.browser.texts("main [role=status]")[0])
        self.assertEqual(self.browser.hash()["zero"], "zero")

    def test_a_print_holds_every_row(self):
        self.browser.open(self.page("many", made_reports.large(600, 1)))
        self.assertLess(len(self.browser.all("tr[data-row]")), 200)
        self.browser.script("dispatchEvent(new Event('beforeprint'))")
        self.assertEqual(len(self.browser.all("tr[data-row]")), 600)
        self.browser.script("dispatchEvent(new Event('afterprint'))")
        self.assertLess(len(self.browser.all("tr[data-row]")), 200)
