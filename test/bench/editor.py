#!/usr/bin/env python3
"""What the checks cost in an editor, beside the stock clangd in the same run: ./dev bench editor

A generated file of 2,000 lines of classes with locks, opened in both servers with the same flags. Then keystrokes, to one server
and the other in turn: each changes a line in the middle of a function and waits for the diagnostics of that text; the preamble is warm.
CPU time of the server over all keystrokes is what is compared (the wall clock of a shared machine says little; its medians
are printed too). Start-up is the CPU and wall time to the answer to `initialize`; memory is the resident size after the keystrokes.

Bars: keystrokes at most 10 % over stock, start-up and memory within 5 %. Exit status 1 where one is missed.

  --keystrokes N   (default 40)    --starts N   (default 15)    --clangd PATH   (default: the release build)
"""
import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test/editor"))
import lsp  # noqa: E402

CLASS = """
class Store{n} {{
public:
  void put(const std::string &key, int value) {{
    std::lock_guard lock(mu_);
    entries_[key] = value;
    ++changes_;
    for (const auto &[name, count] : entries_)
      total_ += static_cast<int>(name.size()) + count;
    ready_.notify_one();
  }}
  std::optional<int> find(const std::string &key) const {{
    std::lock_guard lock(mu_);
    auto it = entries_.find(key);
    if (it == entries_.end())
      return std::nullopt;
    return it->second;
  }}
  void refill(std::vector<std::string> names) {{
    std::sort(names.begin(), names.end());
    std::unique_lock lock(mu_);
    ready_.wait(lock, [this] {{ return changes_ > {n} || closed_; }});
    for (std::size_t i = 0; i < names.size(); ++i) {{
      if (names[i].empty())
        continue;
      entries_[names[i]] = static_cast<int>(i) * 3 + {n};
    }}
    changes_ = 0;
  }}
  void close() {{
    {{
      std::lock_guard lock(mu_);
      closed_ = true;
    }}
    ready_.notify_all();
  }}

private:
  mutable std::mutex mu_;
  std::condition_variable ready_;
  std::map<std::string, int> entries_;
  int changes_ = 0, total_ = 0;
  bool closed_ = false;
}};
"""
INCLUDES = "".join(f"#include <{name}>\n" for name in
                   ("algorithm", "condition_variable", "map", "mutex", "optional", "string", "thread", "vector"))


def generated(lines=2000):
    text, n = INCLUDES, 0
    while text.count("\n") < lines:
        text += CLASS.format(n=n)
        n += 1
    return text


class Measured(lsp.Server):
    def cpu(self):
        """Seconds of all threads, also of those that have ended."""
        # The kernel's name of another process's CPU clock, see clock_getcpuclockid(3).
        return time.clock_gettime(~self.process.pid << 3 | 2)

    def resident(self):
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        return 0.0

    def settle(self):
        """Waits until nothing is done in the background any more."""
        quiet, last = 0, self.cpu()
        while quiet < 4:
            time.sleep(0.25)
            now = self.cpu()
            quiet, last = (quiet + 1 if now - last < 0.02 else 0), now


def start(command, folder, environment):
    begin = time.monotonic()
    server = Measured([*command, "--background-index=false", "-j=2"], folder, environment)
    return server, time.monotonic() - begin


def row(name, stock, ours, unit, bar):
    over = (ours / stock - 1) * 100 if stock else 0.0
    missed = bar is not None and over > bar
    print(f"{name:34} {stock:9.3f} {ours:9.3f} {unit:3} {over:+6.1f} %" + (f"   (bar {bar} %{', missed' if missed else ''})" if bar is not None else ""))
    return missed


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--keystrokes", type=int, default=40)
    parser.add_argument("--starts", type=int, default=15)
    parser.add_argument("--clangd", default=ROOT / "build/release/tool/clangd/runnel-clangd", type=lambda p: Path(p).resolve())
    arguments = parser.parse_args()
    text = generated()
    lines = text.split("\n")
    middle = next(i for i in range(len(lines) // 2, len(lines)) if "changes_ = 0;" in lines[i])
    with tempfile.TemporaryDirectory(prefix="runnel-bench-") as holder:
        folder = Path(holder).resolve()
        (folder / "a.cpp").write_text(text)
        (folder / "compile_flags.txt").write_text("-std=c++20\n")
        # Indexing the standard library takes seconds in the background, at one server's cost or the other's.
        (folder / ".clangd").write_text("Index: {StandardLibrary: No}\n")
        environment = {**os.environ, "XDG_CACHE_HOME": holder, "XDG_CONFIG_HOME": holder}
        commands = {"stock": ["clangd-22"], "ours": [str(arguments.clangd)]}

        wall, cpu = {"stock": [], "ours": []}, {"stock": 0.0, "ours": 0.0}
        for _ in range(arguments.starts):
            for name, command in commands.items():
                server, seconds = start(command, folder, environment)
                wall[name].append(seconds)
                cpu[name] += server.cpu()
                server.close()
        starts_wall = {name: min(values) for name, values in wall.items()}
        starts_cpu = {name: value / arguments.starts for name, value in cpu.items()}

        servers = {name: start(command, folder, environment)[0] for name, command in commands.items()}
        found = {name: len(server.show("a.cpp")) for name, server in servers.items()}
        for server in servers.values():
            server.show("a.cpp", text + "\n")
            server.settle()
        taken, before = {"stock": [], "ours": []}, {name: server.cpu() for name, server in servers.items()}
        for stroke in range(arguments.keystrokes):
            lines[middle] = f"    changes_ = {stroke + 1};"
            changed = "\n".join(lines)
            for name, server in list(servers.items())[::1 if stroke % 2 else -1]:
                begin = time.monotonic()
                server.show("a.cpp", changed)
                taken[name].append(time.monotonic() - begin)
        for server in servers.values():
            server.settle()
        used = {name: (server.cpu() - before[name]) / arguments.keystrokes for name, server in servers.items()}
        resident = {name: server.resident() for name, server in servers.items()}
        for server in servers.values():
            server.close()
    print(f"{text.count(chr(10))} lines; findings: stock {found['stock']}, ours {found['ours']}\n")
    print(f"{'':34} {'stock':>9} {'ours':>9}")
    missed = row("keystroke, CPU", used["stock"] * 1000, used["ours"] * 1000, "ms", 10)
    row("keystroke, wall, median", statistics.median(taken["stock"]) * 1000, statistics.median(taken["ours"]) * 1000, "ms", None)
    missed |= row("resident after the keystrokes", resident["stock"], resident["ours"], "MB", 5)
    row("start-up, CPU", starts_cpu["stock"] * 1000, starts_cpu["ours"] * 1000, "ms", None)
    missed |= row("start-up, wall, best", starts_wall["stock"] * 1000, starts_wall["ours"] * 1000, "ms", 5)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
