"""Chromium without a screen, and what every test asks of it."""

import json
import pathlib
import re
import shutil
import sys
import time

SKIPPED = 77  # what CTest takes for a skipped test

try:
    from selenium import webdriver
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.action_chains import ActionChains
except ImportError as error:
    print(f"skipped: Selenium is not installed (python3-selenium): {error}")
    sys.exit(SKIPPED)

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
if not CHROMIUM or not DRIVER:
    print("skipped: Chromium or its driver is not installed (chromium, chromium-driver)")
    sys.exit(SKIPPED)

SIZES = {"light": (1280, 900), "dark": (1280, 900), "narrow": (390, 844)}


class Browser:
    def __init__(self, folder):
        options = Options()
        options.binary_location = CHROMIUM
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                         "--disable-dev-shm-usage", "--disable-component-update", "--no-first-run",
                         f"--user-data-dir={folder}/profile"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(service=Service(DRIVER), options=options)
        self.driver.set_script_timeout(60)
        self.driver.get("about:blank")
        self.complaints()  # Chromium's own start page is none of ours
        self.look("light")

    def quit(self):
        self.driver.quit()

    def look(self, kind):
        """light, dark or narrow."""
        width, height = SIZES[kind]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [
            {"name": "prefers-color-scheme", "value": "dark" if kind == "dark" else "light"}]})
        self.resize(width, height, kind == "narrow")

    def resize(self, width, height, mobile=False):
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile})

    def open(self, page, place=""):
        self.driver.get("about:blank")
        self.driver.get(pathlib.Path(page).as_uri() + (f"#{place}" if place else ""))
        self.settle()

    def go(self, place):
        """To another place of the page that is open."""
        self.script("location.hash = arguments[0]", place)
        self.settle()

    def settle(self):
        """Until what was asked for is drawn."""
        self.driver.execute_async_script(
            "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done()))")

    def script(self, text, *arguments):
        return self.driver.execute_script(text, *arguments)

    def find(self, selector):
        return self.driver.find_element("css selector", selector)

    def all(self, selector):
        return self.driver.find_elements("css selector", selector)

    def texts(self, selector):
        return self.script(
            "return [...document.querySelectorAll(arguments[0])].map((node) => node.innerText.trim())", selector)

    def click(self, selector):
        self.find(selector).click()
        self.settle()

    def keys(self, *keys):
        ActionChains(self.driver).send_keys(*keys).perform()
        self.settle()

    def focused(self):
        return self.driver.switch_to.active_element

    def hash(self):
        return self.script("return Object.fromEntries(new URLSearchParams(location.hash.slice(1)))")

    def picture(self, path, kind):
        """Of the whole page, down to what anyone would scroll to."""
        width, height = SIZES[kind]
        whole = self.script("return Math.min(document.documentElement.scrollHeight, 1800)")
        self.resize(width, max(height, whole), kind == "narrow")
        self.settle()
        self.driver.save_screenshot(str(path))
        self.resize(width, height, kind == "narrow")
        self.settle()

    def complaints(self):
        """What stands on the console, and each request for something else than a page of ours that the
        policy did not block."""
        found = [entry["message"] for entry in self.driver.get_log("browser")
                 if entry["level"] in ("SEVERE", "WARNING")]
        requests, blocked = {}, set()
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                requests[message["params"]["requestId"]] = message["params"]["request"]["url"]
            elif message["method"] == "Network.loadingFailed" and message["params"].get("blockedReason") == "csp":
                blocked.add(message["params"]["requestId"])
        ours = re.compile(r"(about|blob|data):|file:[^#]*\.html(#|$)", re.S)
        return found + ["a request: " + url for key, url in requests.items()
                        if key not in blocked and not ours.match(url)]

    def wait_for(self, condition, what, seconds=20):
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                raise AssertionError(f"{what} did not happen in {seconds} s")
            time.sleep(0.05)
