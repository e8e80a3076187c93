#!/usr/bin/env python3
"""What the checker costs, beside the compiler and clang-tidy, in one run: ./dev bench checker

All figures are CPU time (user and system) on one core; medians of interleaved repeats; ratios are what to
quote. The units come from the corpus ($RUNNEL_CORPUS, see test/corpus/corpus.py) if it is there, otherwise
from what the release build of this project recorded. The growth part times linking and passes on generated
programs, for which nothing is parsed.

  --units N      how many translation units (default 30, spread evenly over the projects)
  --repeats N    repeats of the whole (default 3)
  --growth       only the growth part;  --no-growth: not that part
"""
import argparse
import json
import os
import re
import shlex
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RUNNEL = ROOT / "build/release/tool/runnel"
CLANG = "clang++-22"


def measure(command, cwd=None):
    """(CPU seconds, peak MB of the largest process, output) of one command and all it starts."""
    with tempfile.TemporaryFile() as out:
        child = subprocess.Popen(command, cwd=cwd, stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read().decode(errors="replace")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, text


def databases():
    corpus = Path(os.environ.get("RUNNEL_CORPUS", Path.home() / ".cache/runnel-corpus"))
    found = sorted(corpus.glob("*/build-runnel/compile_commands.json"))
    return found or sorted(ROOT.glob("build/release/compile_commands.json"))


def choose(count):
    """Units spread evenly over all databases, always the same ones."""
    per, chosen = databases(), []
    if not per:
        sys.exit("no compile database: fetch the corpus (test/corpus/corpus.py) or run ./dev build release first")
    for database in per:
        entries = [e for e in json.loads(database.read_text()) if not e["file"].endswith(".c")]
        entries.sort(key=lambda e: e["file"])
        share = max(1, count // len(per))
        step = max(1, len(entries) // share)
        chosen += entries[step // 2::step][:share]
    return chosen


def arguments(entry):
    return entry.get("arguments") or shlex.split(entry["command"])


def syntax_only(entry):
    """The entry's command as a parse by the compiler under comparison."""
    out, skip = [CLANG, "-fsyntax-only", "-w"], False
    for word in arguments(entry)[1:]:
        if skip:
            skip = False
        elif word in ("-o", "-MF", "-MT", "-MQ"):
            skip = True
        elif word not in ("-c", "-MD", "-MMD", "-MP") and not word.startswith("-W"):
            out.append(word)
    return out


def by_unit(tool, entries):
    cpu, peak = 0.0, 0.0
    for entry in entries:
        seconds, megabytes, _ = measure(tool(entry), entry["directory"])
        cpu, peak = cpu + seconds, max(peak, megabytes)
    return cpu, peak


def stat(text, name):
    match = re.search(rf"^stats: {re.escape(name)}\s+([\d.]+)", text, re.M)
    return float(match.group(1)) if match else 0.0


def costs(entries, repeats):
    rows = {name: [] for name in ("compile", "tidy", "cold", "passes", "again", "edited", "edited parse",
                                  "worker MB", "compiler MB")}
    with tempfile.TemporaryDirectory() as temporary:
        temporary = Path(temporary)
        (temporary / "compile_commands.json").write_text(json.dumps(entries))
        touched = temporary / "edited.cpp"
        # The edited file is a copy of a unit in its own place in the database.
        victim = entries[len(entries) // 2]
        original = Path(victim["directory"], victim["file"])
        touched.write_bytes(original.read_bytes())
        edited = [e for e in entries if e is not victim]
        words = [str(touched) if w == victim["file"] else w for w in arguments(victim)]
        edited.append({"directory": victim["directory"], "file": str(touched),
                       "arguments": words + ["-I" + str(original.parent)]})
        database = temporary / "edit"
        database.mkdir()
        (database / "compile_commands.json").write_text(json.dumps(edited))

        def check(build, cache):
            return measure([RUNNEL, "check", "-j1", "--quiet", "--stats", "--root=/", f"--cache-dir={cache}",
                            "-p", build], temporary)

        for repeat in range(repeats):
            cache, cache_edit = temporary / f"cache{repeat}", temporary / f"edit{repeat}"
            cpu, peak = by_unit(syntax_only, entries)
            rows["compile"].append(cpu)
            rows["compiler MB"].append(peak)
            cpu, _, text = check(temporary, cache)
            rows["cold"].append(cpu)
            rows["passes"].append(stat(text, "checks") + stat(text, "linking"))
            rows["worker MB"].append(stat(text, "largest worker"))
            rows["again"].append(check(temporary, cache)[0])
            cpu, _ = by_unit(lambda e: ["clang-tidy-22", "-checks=-*,concurrency-*", "--quiet", "-p", temporary,
                                        str(Path(e["directory"], e["file"]))], entries)
            rows["tidy"].append(cpu)
            check(database, cache_edit)
            touched.write_bytes(touched.read_bytes() + b"\n// edited\n")
            rows["edited"].append(check(database, cache_edit)[0])
            rows["edited parse"].append(measure(syntax_only(edited[-1]), victim["directory"])[0])
    middle = {name: statistics.median(values) for name, values in rows.items()}
    base = middle["compile"]
    print(f"{len(entries)} units, {repeats} repeats; CPU seconds on one core, medians\n")
    print(f"{'':44}{'seconds':>9}{'ratio':>8}   aim")

    def row(name, value, to, aim):
        print(f"{name:44}{value:9.2f}{value / to if to else 0:8.3f}   {aim}")

    row(f"{CLANG} -fsyntax-only", base, base, "")
    row("clang-tidy-22 concurrency-*", middle["tidy"], base, "")
    row("runnel check, cold", middle["cold"], base, "<= 0.8 of the compiler")
    row("  of which linking and checks", middle["passes"], middle["cold"], "<= 0.05 of a cold run")
    row("runnel check again, nothing changed", middle["again"], middle["cold"], "<= 0.03 of a cold run")
    row(f"runnel check, one of {len(entries)} edited", middle["edited"], middle["edited parse"],
        "<= that file's parse + 5 % of a cold run")
    print(f"{'largest worker, MB':44}{middle['worker MB']:9.0f}{middle['worker MB'] / middle['compiler MB']:8.3f}"
          f"   <= 1.2 of the compiler's {middle['compiler MB']:.0f}")


def generated(functions):
    """A program in the IR's text form: classes of ten functions that lock, call and block, in chains."""
    out = []
    for number in range(functions // 10):
        record = f"C{number}"
        out.append(f"""struct {record} {{ public: void f0(); void f1(); void f2(); void f3(); void f4(); void f5();
  void f6(); void f7(); void f8(); void f9(); private: std::mutex a_, b_; int x_ = 0; {record if number == 0 else f'C{number - 1}'} *next_; }};
void {record}::f0() {{ std::lock_guard<std::mutex> g(a_); x_++; }}
void {record}::f1() {{ std::lock_guard<std::mutex> g(b_); f0(); }}
void {record}::f2() {{ f1(); x_ = 2; }}
void {record}::f3() {{ std::unique_lock<std::mutex> g(a_); if (x_) g.unlock(); else x_ = 3; }}
void {record}::f4() {{ a_.lock(); x_ = 4; a_.unlock(); }}
void {record}::f5() {{ for (int i = 0; i < 3; ++i) {{ std::lock_guard<std::mutex> g(a_); x_ += i; }} }}
void {record}::f6() {{ std::lock_guard<std::mutex> g(b_); next_->f0(); }}
void {record}::f7() {{ f3(); f4(); f5(); }}
void {record}::f8() {{ std::scoped_lock g(a_, b_); x_ = 8; }}
void {record}::f9() {{ f7(); next_->f2(); }}
""")
    return "#include <mutex>\n" + "".join(out)


def growth():
    print("\ngrowth of linking and checks with the number of functions that lock (generated programs)\n")
    print(f"{'functions':>10}{'linking s':>11}{'checks s':>10}{'us a function':>15}")
    for functions in (1000, 10000, 100000):
        # A unit of 5,000 functions compiles; the program is as many units as it takes.
        units = max(1, functions // 5000)
        with tempfile.TemporaryDirectory() as temporary:
            temporary = Path(temporary)
            entries = []
            for unit in range(units):
                text = generated(functions // units).replace("C", f"U{unit}C")
                (temporary / f"u{unit}.cpp").write_text(text)
                entries.append({"directory": str(temporary), "file": f"u{unit}.cpp",
                                "arguments": [CLANG, "-std=c++20", "-c", f"u{unit}.cpp"]})
            (temporary / "compile_commands.json").write_text(json.dumps(entries))
            _, _, text = measure([RUNNEL, "check", "--quiet", "--stats", "--no-cache", "-p", temporary], temporary)
            link, passes = stat(text, "linking"), stat(text, "checks")
            print(f"{functions:10}{link:11.3f}{passes:10.3f}{(link + passes) / functions * 1e6:15.1f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--units", type=int, default=30)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--growth", action="store_true")
    parser.add_argument("--no-growth", action="store_true")
    options = parser.parse_args()
    if not options.growth:
        costs(choose(options.units), options.repeats)
    if not options.no_growth:
        growth()


if __name__ == "__main__":
    main()
