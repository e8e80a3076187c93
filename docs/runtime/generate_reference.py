#!/usr/bin/env python3
"""Writes the runtime's reference, one page a public header, from the headers' own comments.

    generate_reference.py            write docs/runtime/reference/
    generate_reference.py --check    exit 1 and say which pages are out of date
    generate_reference.py --examples FILE.cpp
                                     write a program that runs every example in the comments
"""

import argparse
import sys
from pathlib import Path

sys.dont_write_bytecode = True
import header_docs

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
INCLUDE = ROOT / "runtime" / "include" / "runnel"
PAGES = HERE / "reference"
NOTE = "<!-- Generated from the header by docs/runtime/generate_reference.py; edit the header. -->"


def prose(doc):
    """A comment as Markdown: indented blocks are code, the rest is text."""
    out, code = [], []

    def flush():
        while code and not code[-1].strip():
            code.pop()
        if code:
            out.extend(["```cpp", *code, "```"])
            code.clear()

    for line in doc:
        if line.startswith("    ") or (code and not line.strip()):
            code.append(line[4:])
            continue
        blank = bool(code)
        flush()
        out.extend([""] if blank and line.strip() else [])
        # Text that states a property of its own starts a line of its own.
        if line.startswith(("Thread safety:", "Cost:", "Memory order:", "Who may block:")) and out and out[-1]:
            out.append("")
        out.append(line)
    flush()
    return out


def wrapped(head, width=100):
    """A long declaration over several lines, broken after commas and templates."""
    if head.startswith("template"):
        depth, end = 0, head.index("<")
        for end in range(end, len(head)):
            depth += {"<": 1, ">": -1}.get(head[end], 0)
            if depth == 0:
                break
        return [head[:end + 1], *wrapped(head[end + 1:].strip(), width)]
    if len(head) <= width or "(" not in head:
        return [head]
    lines, indent, line = [], " " * 4, ""
    for piece in head.replace(", ", ",\0 ").split("\0"):
        if line and len(line) + len(piece) > width:
            lines.append(line.rstrip())
            line = indent + piece.lstrip()
        else:
            line += piece
    return [*lines, line]


def declarations(items):
    out = ["```cpp"]
    for item in items:
        lines = wrapped(item.head)
        lines[-1] += ";" + ("  // blocks" if item.blocks else "")
        out += lines
    return out + ["```"]


def runs(items):
    """Declarations that share a comment: one, and those that follow it without a blank line."""
    groups = []
    for item in items:
        if groups and not item.doc and not item.gap and item.kind == groups[-1][0].kind:
            groups[-1].append(item)
        else:
            groups.append([item])
    return groups


def inherited(item, details):
    """What a class has from the bases in detail/ that carry public operations."""
    for base in item.bases:
        if base in details and base.endswith(("_ops", "_facts")):
            yield from details[base].members


def render(item, details):
    out = [f"## {item.name}", ""]
    if item.kind == "enum":
        return out + ["```cpp", *wrapped(item.head), "```", "", *prose(item.doc), ""]
    if item.data_only:
        return out + ["```cpp", *item.source.splitlines(), "```", "", *prose(item.doc), ""]
    head = header_docs.re.split(r"(?<!:):(?!:)", item.head)[0].strip()
    out += ["```cpp", *wrapped(head + ";"), "```", "", *prose(item.doc), ""]
    members = [m for m in [*item.members, *inherited(item, details)]
               if m.kind == "function" and m.head not in ("", item.name)]
    for group in runs(members):
        out += [*declarations(group), "", *prose(group[0].doc), ""]
    return out


def page(name, intro, items, details):
    out = [f"# `<runnel/{name}>`", "", NOTE, "", *prose(intro), ""]
    free = []

    def flush():
        if free:
            names = dict.fromkeys(i.name for i in free)
            out.extend([f"## {', '.join(names)}", "", *declarations(free), "", *prose(free[0].doc), ""])
            free.clear()

    for item in items:
        if item.kind in ("class", "enum"):
            flush()
            out.extend(render(item, details))
        else:
            if free and (item.doc or item.gap or item.kind != free[0].kind):
                flush()
            free.append(item)
    flush()
    text = "\n".join(out)
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text.rstrip() + "\n"


def read_all():
    details, read = {}, {}
    for path in sorted(INCLUDE.glob("detail/*.h")):
        _, found = header_docs.read(path, details)
        read[path] = ([], found)
    for path in sorted(INCLUDE.glob("*.h")):
        read[path] = header_docs.read(path, details)
    return details, read


def pages():
    details, read = read_all()
    written = {}
    index = ["# Reference", "", NOTE, "", "One page a header of `<runnel/…>`; `// blocks` marks what may block its caller.",
             "See [the concepts](../concepts.md) first.", "", "| header | what |", "| --- | --- |"]
    for path, (intro, items) in read.items():
        if path.parent.name == "detail":
            continue
        # A type that a public header takes from detail/ but that is in namespace runnel is documented
        # with the header that leads there: recv_result and the two status enumerations.
        if path.name == "channel.h":
            items = items + [i for p, (_, found) in read.items() if p.name == "chan_handle.h" for i in found]
        written[path.stem + ".md"] = page(path.name, intro, items, details)
        index.append(f"| [`{path.name}`]({path.stem}.md) | {intro[0] if intro else ''} |")
    written["README.md"] = "\n".join(index) + "\n"
    return written


def example_program():
    """Each example a function of its own; a whole program's main is renamed and called."""
    _, read = read_all()
    functions, calls = [], []
    for path, (_, items) in read.items():
        documented = [i for item in items for i in [item, *item.members]]
        for number, code in enumerate(c for i in documented for c in header_docs.examples(i.doc)):
            name = f"{path.stem}_{number}"
            if "int main()" in code:
                body = code.replace("int main()", f"static int {name}()")
                calls.append(f'  run("{name}", [] {{ if ({name}() != 0) std::abort(); }});')
            else:
                lines = "\n".join("  " + line if line else "" for line in code.splitlines())
                body = f"static void {name}() {{\n{lines}\n}}"
                calls.append(f'  run("{name}", [] {{ runnel::run({name}); }});')
            functions.append(f"// {path.name}\n{body}\n")
    headers = "".join(f"#include <runnel/{p.name}>\n" for p in read if p.parent.name != "detail")
    standard = "".join(f"#include <{h}>\n" for h in
                       ("atomic", "cassert", "chrono", "cstdio", "cstdlib", "mutex", "shared_mutex", "stdexcept", "string", "thread", "vector"))
    return (f"// Generated: every example of the runtime's headers.\n#undef NDEBUG\n{headers}\n{standard}\n"
            "using namespace std::chrono_literals;\n\n" + "\n".join(functions) +
            "\nstatic void run(const char* name, void (*example)()) {\n  std::printf(\"%s\\n\", name);\n"
            "  std::fflush(stdout);\n  example();\n}\n\nint main() {\n" + "\n".join(calls) + "\n}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--examples", type=Path)
    options = parser.parse_args()
    if options.examples:
        text = example_program()
        if not options.examples.exists() or options.examples.read_text() != text:
            options.examples.write_text(text)
        return 0
    new = pages()
    old = {p.name: p.read_text() for p in PAGES.glob("*.md")}
    if options.check:
        stale = sorted(name for name in new.keys() | old.keys() if new.get(name) != old.get(name))
        for name in stale:
            print(f"docs/runtime/reference/{name} is out of date: run docs/runtime/generate_reference.py", file=sys.stderr)
        return 1 if stale else 0
    PAGES.mkdir(exist_ok=True)
    for name in old.keys() - new.keys():
        (PAGES / name).unlink()
    for name, text in new.items():
        (PAGES / name).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
