"""The report's page in a real browser: both themes, mouse, keyboard, without a script, and accessibility.

browser_test.py --runnel RUNNEL [--keep FOLDER]: needs chromium and chromedriver (Debian: chromium-driver); with npm at
hand, axe-core judges accessibility. Skips (status 77) where there is no chromedriver. --keep leaves the screenshots.
"""
import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from webdriver import Browser  # noqa: E402

ROOT = Path(__file__).resolve().parents[4]
EXAMPLE = ROOT / "docs/tour/example"
DOWN, UP, ENTER, LEFT = "\ue015", "\ue013", "\ue007", "\ue012"


def make_page(runnel, folder):
    entries = [{"directory": str(EXAMPLE), "file": str(f), "arguments": ["c++", "-std=c++20", "-c", str(f)]}
               for f in sorted(EXAMPLE.glob("*.cpp"))]
    (folder / "compile_commands.json").write_text(json.dumps(entries))
    subprocess.run([runnel, "check", "-q", "--no-cache", "-p", folder, "--root", EXAMPLE, f"--format=html:{folder}/page.html"],
                   check=False)


class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="runnel-page-"))
        make_page(OPTIONS.runnel, cls.folder)
        cls.browser = Browser()
        cls.shots = Path(OPTIONS.keep or cls.folder)
        cls.shots.mkdir(parents=True, exist_ok=True)

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        shutil.rmtree(cls.folder)

    def setUp(self):
        b = self.browser
        b.size(1280, 900)
        b.scheme("light")
        b.open(f"file://{self.folder}/page.html")
        b.run("localStorage.clear()")
        b.open("about:blank")
        b.open(f"file://{self.folder}/page.html")
        b.run("document.documentElement.style.scrollBehavior = 'auto'")

    def tearDown(self):
        self.assertEqual([e["message"] for e in self.browser.log()], [], "the console is silent")

    def shown(self):
        return self.browser.run("return [...document.querySelectorAll('.finding')].filter(f => f.offsetParent).map(f => f.dataset.check)")

    def focus(self):
        return self.browser.run("const e = document.activeElement; return e.closest('.finding, .order, tr')?.id || e.id || e.tagName")

    def view_box(self):
        return [float(n) for n in self.browser.run("return document.querySelector('#picture svg').getAttribute('viewBox')").split()]

    def test_it_loads_nothing(self):
        self.assertEqual(self.browser.run("return performance.getEntriesByType('resource').length"), 0)

    def test_themes(self):
        """Light and dark follow the system, the button overrules it, and the pictures differ."""
        b = self.browser
        ground = "return getComputedStyle(document.body).backgroundColor"
        light = b.run(ground)
        for part, script in (("findings", "document.querySelector('.finding').open = true"),
                             ("locks", "location.hash = '#order-0'"), ("checks", "document.querySelector('.check').open = true; document.getElementById('checks').scrollIntoView()")):
            for scheme in ("light", "dark"):
                b.scheme(scheme)
                b.run(script)
                b.screenshot(self.shots / f"{part}-{scheme}.png")
        dark = b.run(ground)
        self.assertNotEqual(light, dark)
        b.run("document.getElementById('theme').click()")
        self.assertEqual(b.run(ground), light, "the button's first step is light")
        b.run("document.getElementById('theme').click()")
        b.scheme("light")
        self.assertEqual(b.run(ground), dark, "and its second dark, whatever the system says")

    def test_choosing_findings(self):
        b = self.browser
        everything = self.shown()
        self.assertGreaterEqual(len(everything), 4)
        b.run("const s = document.getElementById('search'); s.value = 'fsync'; s.dispatchEvent(new Event('input', {bubbles: true}))")
        self.assertEqual(self.shown(), ["runnel-scope-blocking-call"])
        self.assertIn("1 of", b.run("return document.getElementById('shown').textContent"))
        b.run("const s = document.getElementById('search'); s.value = ''; s.dispatchEvent(new Event('input', {bubbles: true}))")
        b.run("document.querySelector('input[name=check][value=runnel-lock-exposed]').click()")
        self.assertNotIn("runnel-lock-exposed", self.shown())
        b.run("document.getElementById('none').click()")
        self.assertEqual(self.shown(), [])
        b.run("document.getElementById('all').click()")
        self.assertEqual(sorted(self.shown()), sorted(everything))
        b.run("document.querySelector('input[name=group][value=check]').click()")
        self.assertEqual(b.run("return [...document.querySelectorAll('.group h3')].map(h => h.firstChild.data.trim())"), sorted(set(everything)))

    def test_keyboard(self):
        b = self.browser
        b.keys("jj")
        second = b.run("return document.querySelectorAll('.finding')[1].id")
        self.assertEqual(self.focus(), second)
        b.keys(ENTER)
        self.assertTrue(b.run("return document.querySelectorAll('.finding')[1].open"))
        b.keys("k")
        self.assertNotEqual(self.focus(), second)
        b.keys("/")
        self.assertEqual(self.focus(), "search")
        b.keys("jk")
        self.assertEqual(b.run("return document.getElementById('search').value"), "jk", "letters typed into a field are letters")
        b.run("document.activeElement.blur()")
        b.keys("?")
        self.assertTrue(b.run("return document.getElementById('help').open"))
        b.run("document.getElementById('letters').click()")
        b.keys("\ue00c")
        self.assertFalse(b.run("return document.getElementById('help').open"))
        b.run("document.activeElement.blur()")
        b.keys("j")
        self.assertEqual(self.focus(), "keys" if self.focus() == "keys" else "BODY", "shortcuts can be turned off")

    def test_the_picture_moves_and_zooms(self):
        b = self.browser
        b.run("document.getElementById('locks').scrollIntoView()")
        fitted = self.view_box()
        b.run("document.getElementById('picture').focus()")
        b.keys("+")
        self.assertLess(self.view_box()[2], fitted[2])
        b.keys("0")
        for was, now in zip(fitted, self.view_box()):
            self.assertAlmostEqual(was, now, places=3)
        b.keys(LEFT)
        self.assertLess(self.view_box()[0], fitted[0])
        b.keys("0")
        x, y = b.run("const r = document.querySelector('#picture svg').getBoundingClientRect(); return [r.left + 30, r.top + 30]")
        b.pointer((x, y), "down", (x + 60, y + 20), (x + 120, y + 40), "up")
        self.assertLess(self.view_box()[0], fitted[0] - 1, "what is drawn follows the hand")
        self.assertEqual(b.run("return location.hash"), "")
        b.run("document.querySelector('[data-zoom=in]').click()")
        self.assertLess(self.view_box()[2], fitted[2])
        b.run("document.querySelector('#picture svg').dispatchEvent(new WheelEvent('wheel', {deltaY: 400, clientX: 200, clientY: 300, cancelable: true, bubbles: true}))")
        zoomed = self.view_box()
        b.run("document.querySelector('[data-zoom=fit]').click()")
        self.assertNotAlmostEqual(zoomed[2], self.view_box()[2])

    def test_the_picture_leads_to_the_code(self):
        b = self.browser
        b.run("document.getElementById('locks').scrollIntoView()")
        x, y = b.run("const r = document.querySelector('#drawn-lock-1 text').getBoundingClientRect(); return [r.left + r.width / 2, r.top + r.height / 2]")
        b.pointer((x, y), "down", "up")
        self.assertEqual(b.run("return location.hash"), "#lock-1")
        self.assertEqual(self.focus(), "lock-1")
        link = b.run("const e = document.querySelector('details.order.cycle'); document.querySelector('#drawn-' + e.id + ' a').focus(); return e.id")
        b.keys(ENTER)
        self.assertEqual(b.run("return location.hash"), "#" + link)
        self.assertTrue(b.run("const e = document.getElementById(arguments[0]); return e.open && e.querySelectorAll('.code .hit').length >= 2", link))
        self.assertTrue(b.run("return document.getElementById('drawn-' + arguments[0]).classList.contains('chosen')", link))
        names = b.run("return [...document.querySelectorAll('#picture svg a')].map(a => a.getAttribute('aria-label'))")
        self.assertTrue(names and all(n and n.strip(" ,") for n in names), names)

    def test_a_link_to_a_finding_unfolds_it(self):
        b = self.browser
        identity = b.run("return document.querySelectorAll('.finding')[2].id")
        b.open(f"file://{self.folder}/page.html#{identity}")
        b.open("about:blank")
        b.open(f"file://{self.folder}/page.html#{identity}")
        b.run_later("requestAnimationFrame(() => setTimeout(arguments[0]))")
        self.assertTrue(b.run("return document.getElementById(arguments[0]).open", identity))
        self.assertEqual(self.focus(), identity)

    def test_lines_are_one_below_the_other(self):
        heights = self.browser.run("""document.querySelector('.finding').open = true;
            const lines = [...document.querySelector('.finding .code').querySelectorAll('.l')].map(l => l.getBoundingClientRect());
            return lines.slice(1).map((r, i) => r.top - lines[i].bottom)""")
        self.assertTrue(heights and all(abs(gap) < 1 for gap in heights), heights)

    def test_nothing_is_wider_than_a_phone(self):
        b = self.browser
        b.size(380, 800)
        b.open(f"file://{self.folder}/page.html")
        b.run("document.querySelectorAll('details').forEach(d => { d.open = true; })")
        self.assertLessEqual(b.run("return document.documentElement.scrollWidth"), 380)
        b.screenshot(self.shots / "phone.png")

    def test_without_a_script(self):
        b = self.browser
        b.devtools("Emulation.setScriptExecutionDisabled", value=True)
        try:
            b.open(f"file://{self.folder}/page.html")
            shown = b.devtools("DOM.getDocument", depth=1)
            root = shown["root"]["nodeId"]
            def count(selector):
                return len(b.devtools("DOM.querySelectorAll", nodeId=root, selector=selector)["nodeIds"])
            self.assertEqual(count("html.still"), 1)
            self.assertGreaterEqual(count("details.finding summary"), 4)
            self.assertGreaterEqual(count("#picture svg a[*|href^='#order-']"), 2)
            b.screenshot(self.shots / "no-script.png")
        finally:
            b.devtools("Emulation.setScriptExecutionDisabled", value=False)

    def test_accessibility(self):
        if not shutil.which("npm"):
            self.skipTest("npm is not installed: axe-core was not run")
        got = subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--prefix", self.folder, "axe-core@4"],
                             capture_output=True, text=True, check=False)
        if got.returncode:
            self.skipTest("npm could not fetch axe-core: " + got.stderr[-300:])
        axe = (self.folder / "node_modules/axe-core/axe.min.js").read_text()
        b = self.browser
        for scheme in ("light", "dark"):
            b.scheme(scheme)
            b.run("document.querySelectorAll('details').forEach(d => { d.open = true; })")
            b.run("const s = document.createElement('script'); s.textContent = arguments[0]; document.head.append(s)", axe)
            found = b.run_later("const done = arguments[arguments.length - 1]; axe.run().then(r => done(r.violations.map(v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160) + ' ' + n.failureSummary).join(' | '))), e => done([String(e)]))")
            self.assertEqual(found, [], scheme)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runnel", required=True)
    parser.add_argument("--keep")
    OPTIONS, rest = parser.parse_known_args()
    if not shutil.which("chromedriver"):
        print("chromedriver is not installed (Debian: chromium-driver); the page was not tried in a browser")
        sys.exit(77)
    unittest.main(argv=[sys.argv[0], *rest])
