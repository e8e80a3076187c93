"""html_page.py PAGE [WORD…]: checks that a report's page is well formed, complete in itself, and names every WORD.

Elements close in order, ids are unique, links lead to ids that exist, nothing is loaded from anywhere, every control
has a name, and headings do not skip a level.
"""
import re
import sys
from html.parser import HTMLParser
from urllib.parse import unquote

VOID = {"meta", "input", "br", "link", "img", "hr", "source", "wbr"}
NAMED = {"button", "a", "summary", "legend", "label", "h1", "h2", "h3", "h4"}


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.ids, self.links, self.faults, self.text = [], [], [], [], []
        self.headings, self.named, self.inputs, self.labels = [], [], [], set()
        self.feed(text)
        self.close()
        if self.open:
            self.faults.append(f"not closed: {self.open}")

    def handle_starttag(self, tag, attributes):
        a = dict(attributes)
        line = self.getpos()[0]
        if len(a) != len(attributes):
            self.faults.append(f"line {line}: <{tag}> has an attribute twice")
        if "id" in a:
            self.ids.append(a["id"])
        for key in ("href", "xlink:href"):
            if key in a:
                self.links.append(a[key])
        for key in ("src", "srcset", "action", "data", "poster", "background"):
            if a.get(key):
                self.faults.append(f"line {line}: <{tag} {key}> loads something")
        if tag in ("link", "iframe", "object", "embed", "base", "img"):
            self.faults.append(f"line {line}: <{tag}>")
        if tag == "label" and "for" in a:
            self.labels.add(a["for"])
        if tag == "input":
            self.inputs.append((a.get("id"), "label" in [t for t, _ in self.open], line))
        if re.fullmatch("h[1-6]", tag):
            self.headings.append((int(tag[1]), line))
        if tag not in VOID:
            self.open.append((tag, line))
            if tag in NAMED:
                self.named.append([tag, line, a.get("aria-label") or a.get("xlink:title") or a.get("id") in ("theme",) and "by script" or "", len(self.open)])

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open[-1][0] != tag:
            self.faults.append(f"line {self.getpos()[0]}: </{tag}> closes {self.open[-1:]}")
            return
        for entry in self.named:
            if entry[3] == len(self.open) and entry[0] == tag and not entry[2].strip():
                self.faults.append(f"line {entry[1]}: <{tag}> has no name")
        self.named = [entry for entry in self.named if entry[3] < len(self.open)]
        self.open.pop()

    def handle_data(self, data):
        if self.open and self.open[-1][0] in ("script", "style"):
            if re.search(r"url\(|@import|https?:(?!//www\.w3\.org/1999/xlink)|\bfetch\(|XMLHttpRequest|\bimport\b", data):
                self.faults.append(f"<{self.open[-1][0]}> loads something")
            return
        self.text.append(data)
        for entry in self.named:
            entry[2] += data


text = open(sys.argv[1], encoding="utf-8").read()
assert text.startswith("<!doctype html>\n<html lang=en")
page = Page(text)
faults = page.faults
faults += [f"the id {i} is there twice" for i in set(page.ids) if page.ids.count(i) > 1]
for link in page.links:
    if not link.startswith("#"):
        faults.append(f"a link leads out of the page: {link}")
    elif unquote(link[1:]) not in page.ids:
        faults.append(f"a link leads nowhere: {link}")
for identity, inside, line in page.inputs:
    if not inside and identity not in page.labels:
        faults.append(f"line {line}: an input without a label")
level = 0
for this, line in page.headings:
    if this > level + 1:
        faults.append(f"line {line}: h{this} after h{level}")
    level = this
shown = " ".join("".join(page.text).split())
faults += [f"'{word}' is not on the page" for word in sys.argv[2:] if word not in shown]
if faults:
    sys.exit("\n".join(faults))
