"""Reads the documentation out of the runtime's public headers: what is declared, and the `///` above it.

The headers are formatted by clang-format, so a small scanner is enough; a compiler's front end would
bring a dependency and macro-expanded names. Function bodies, private members, `detail` namespaces,
forward declarations and plain `//` comments are skipped. Members that a class has from a base in
`detail` (a channel's send and recv) are shown as its own.
"""

import re
from dataclasses import dataclass, field

TAGS = {"RUNNEL_BLOCKING": "blocks", "RUNNEL_SUSPENDS": None}


@dataclass
class Item:
    kind: str  # class, enum, function, alias, constant
    head: str  # the declaration as a reader should see it
    name: str
    doc: list = field(default_factory=list)
    blocks: bool = False
    bases: list = field(default_factory=list)
    members: list = field(default_factory=list)
    gap: bool = True  # a blank line stands before it; without one it shares the last comment
    data_only: bool = False  # a struct shown with its fields, verbatim
    source: str = ""


class Scanner:
    def __init__(self, text):
        self.text, self.at = text, 0
        self.details = {}  # class name -> Item, for bases in detail

    def intro(self):
        lines = []
        for line in self.text.splitlines():
            if not line.startswith("//"):
                break
            lines.append(line[2:].removeprefix(" "))
        return lines

    def skip_space(self):
        """Past white space; true if it held a blank line."""
        start = self.at
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1
        return self.text.count("\n", start, self.at) > 1

    def line(self):
        end = self.text.find("\n", self.at)
        end = len(self.text) if end < 0 else end
        got, self.at = self.text[self.at:end], end
        return got

    def match_brace(self):
        """Past the brace that closes the one at the cursor."""
        depth = 0
        while True:
            step = re.compile(r'//[^\n]*|"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])\'|[{}]').search(self.text, self.at)
            self.at = step.end()
            depth += {"{": 1, "}": -1}.get(step.group(), 0)
            if depth == 0:
                return

    def declaration(self):
        """The text up to its `;` or `{`, and which of them; comments dropped."""
        out, depth = [], 0
        token = re.compile(r'//[^\n]*|"(?:\\.|[^"\\])*"|.', re.S)
        while self.at < len(self.text):
            piece = token.match(self.text, self.at)
            word = piece.group()
            if depth == 0 and word in ";{":
                if word == "{" and not self.opens_body("".join(out)):
                    start = self.at
                    self.match_brace()
                    out.append(self.text[start:self.at])
                    continue
                return "".join(out).strip(), word
            self.at = piece.end()
            if word.startswith("//"):
                continue
            depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(word, 0)
            out.append(word)
        return "".join(out).strip(), ""

    @staticmethod
    def opens_body(head):
        """False for a braced initializer: of a variable, or of a member in a constructor's list."""
        head = head.strip()
        if re.match(r"(template\s*<.*>\s*)?(requires.*\s)?(inline\s+)?(namespace|class|struct|enum|union|extern)\b", head, re.S):
            return True
        if "(" not in head:
            return "operator" in head
        initializers = re.search(r"\)[^()]*[^:]:(?!:)(.*)$", head, re.S)
        return not (initializers and re.search(r"[\w>]$", head) and not re.search(r"(noexcept|const|override)$", head)
                    and not initializers.group(1).strip().endswith(")"))

    def items(self, in_class=None, access="public", hidden=False):
        found, doc, gap = [], [], True
        while True:
            gap |= self.skip_space()
            if self.at >= len(self.text):
                return found
            rest = self.text[self.at:self.at + 4]
            if rest.startswith("///<"):
                self.line()
            elif rest.startswith("///"):
                doc.append(self.line()[3:].removeprefix(" "))
            elif rest.startswith("//"):
                self.line()
            elif rest.startswith("#"):
                while self.line().endswith("\\"):
                    self.at += 1
                doc = []
            elif rest.startswith("}"):
                self.at += 1
                return found
            elif rest.startswith(";"):
                self.at += 1
            elif in_class and (label := re.compile(r"(public|protected|private):").match(self.text, self.at)):
                access, self.at, doc = label.group(1), label.end(), []
            else:
                start = self.at
                head, end = self.declaration()
                if not end and not head:
                    return found
                item = self.item(head, end, start, doc, in_class, hidden)
                if isinstance(item, list):
                    found += item
                elif item and access == "public":
                    item.gap = gap
                    found.append(item)
                doc, gap = [], False

    def item(self, head, end, start, doc, in_class, hidden):
        namespace = re.match(r"(?:inline\s+)?namespace\s*([\w:]*)$", head)
        if namespace and end == "{":
            self.at += 1
            inner = self.items(hidden=hidden or "detail" in namespace.group(1))
            if "detail" in namespace.group(1) or not namespace.group(1):
                return []
            if namespace.group(1) not in ("runnel", "std"):
                for i in inner:
                    i.name = f"{namespace.group(1).removeprefix('runnel::')}::{i.name}"
            return inner
        kind = re.match(r"(?:template\s*<(?P<args>.*?)>\s*(?:requires [^{]*?)?)?(?P<kind>class|struct|enum class|enum|union)\s+(?:\[\[\w+\]\]\s*)?(?:alignas\(.*?\)\s*)?(?P<name>[\w:]+)(?P<special>\s*<)?", head, re.S)
        if kind and not (end == ";" and "(" in head):
            return self.type_item(kind, head, end, start, doc, hidden)
        return self.other_item(head, end, doc, in_class)

    def type_item(self, kind, head, end, start, doc, hidden):
        if end == ";":
            return None  # a forward declaration, or an explicit instantiation
        body = self.at
        name, what = kind["name"], kind["kind"]
        if what.startswith("enum"):
            self.match_brace()
            return Item("enum", tidy(self.text[start:self.at]), name, doc)
        self.at += 1
        members = self.items(in_class=name, access="private" if what == "class" else "public", hidden=hidden)
        bases = re.findall(r"public\s+(?:detail::)?(\w+)", head.split(":", 1)[1]) if re.search(r"[^:]:[^:]", head) else []
        item = Item("class", tidy(head), name, doc, bases=bases, members=members, source=self.text[start:self.at])
        item.data_only = bool(self.text[body:self.at].count(";")) and not any(m.kind == "function" for m in members)
        self.details.setdefault(name, item)
        if kind["special"] or "::" in name:
            return None  # a specialization says what its primary says
        return item

    def other_item(self, head, end, doc, in_class):
        if end == "{":
            self.match_brace()
        blocks = "RUNNEL_BLOCKING" in head
        for tag in TAGS:
            head = re.sub(rf"\b{tag}\s*", "", head)
        head = drop_initializers(head)
        # What takes or gives one of detail's types is there for the library itself.
        # So are overloads that exist to refuse a call with a message.
        refusal = re.match(r"template <class T, class\.\.\. \w> void on_\w+\(", head)
        internal = refusal or re.search(r"detail::(?!body|argument|received|no_handler|is_case|case_base)", head) or "handle_type" in head
        head = tidy(head)
        if not head or re.match(r"(friend|static_assert|extern|RUNNEL_)\b", head) or "= delete" in head:
            return None
        if re.match(r"(using|typedef)\b", head):
            alias = re.match(r"using (\w+) =", head)
            return Item("alias", head, alias.group(1), doc) if alias and not in_class else None
        if re.search(r">?::(operator\b|~)|\w>::\w+\(", head) or re.match(r"template\s*<>", head):
            return None  # a member defined outside its class
        plain = re.sub(r"requires\s*\((?:[^()]|\([^()]*\))*\)\s*", "", head)
        name = re.search(r"(operator\s*(?:\(\)|[^\s(]+|\s\w[^(]*)|~?\w+)\s*\(", plain)
        if name:
            if internal:
                return None
            # A qualified definition, `void mutex::lock()`, documents nothing new.
            if re.search(rf"\w::{re.escape(name.group(1))}\s*\($", plain[:name.end()]):
                return None
            return Item("function", head, re.sub(r"\s+", " ", name.group(1)), doc, blocks=blocks)
        constant = re.search(r"(\w+)\s*(=.*)?$", head)
        return Item("constant", head, constant.group(1), doc) if constant and not in_class else None


def drop_initializers(head):
    """A constructor without its member initializers."""
    depth = 0
    for i, c in enumerate(head):
        depth += {"(": 1, "<": 1, "[": 1, ")": -1, ">": -1, "]": -1}.get(c, 0)
        if c == ":" and depth == 0 and head[i - 1] != ":" and head[i + 1:i + 2] != ":" and ")" in head[:i]:
            return head[:i]
    return head


def tidy(head):
    head = re.sub(r"//+<?[^\n]*", "", head)
    head = re.sub(r",?\s*std::source_location \w+( = std::source_location::current\(\))?", "", head)
    head = re.sub(r"(?<=[(<\s,])detail::(?:body|argument)(\.\.\.)? ", r"class\1 ", head)
    head = re.sub(r"\bdetail::(?=\w)", "", head)
    return re.sub(r"\s+", " ", head).strip()


def read(path, details=None):
    """(intro lines, items) of one header; `details` collects classes by name for bases."""
    scanner = Scanner(path.read_text())
    intro = scanner.intro()
    items = scanner.items()
    if details is not None:
        details.update({k: v for k, v in scanner.details.items() if k not in details})
    return intro, items


def examples(doc):
    """The indented blocks of a documentation comment."""
    block, out = [], []
    for line in doc + ["x"]:
        if line.startswith("    ") or (not line.strip() and block):
            block.append(line[4:])
        elif block:
            out.append("\n".join(block).rstrip())
            block = []
    return [b for b in out if b.strip()]
