"""runnel-clangd over the Language Server Protocol, as an editor drives it."""

import shutil
import subprocess
import unittest
from pathlib import Path

import lsp
import support
from support import CIRCLE, LOCKED_BY_HAND, PATHS, Project

MANUAL = "runnel-scope-manual-lock"
CYCLE = "runnel-web-lock-order-cycle"
WARNING, HINT = 2, 4  # severities
FIXED = LOCKED_BY_HAND.replace("mu_.lock();", "std::scoped_lock hold(mu_);").replace("    mu_.unlock();\n", "")


def codes(diagnostics):
    return [d.get("code") for d in diagnostics]


class WithServer(unittest.TestCase):
    def start(self, files, clangd=None, capabilities=None, prepare=None, **more):
        more.setdefault("tidy", None)
        project = Project(files, **more)
        self.addCleanup(project.close)
        if prepare:
            prepare(project)
        server = lsp.Server([clangd or PATHS["clangd"], "--background-index=false"], project.folder, project.environment, capabilities)
        def stop():
            self.assertEqual(server.close(), 0)
        self.addCleanup(stop)
        return project, server


class Typing(WithServer):
    def test_finding_and_fix_with_nothing_configured(self):
        project, server = self.start({"a.cpp": LOCKED_BY_HAND})
        diagnostic, = server.show("a.cpp")
        self.assertEqual(diagnostic["code"], MANUAL)
        self.assertEqual(diagnostic["range"]["start"], {"line": 8, "character": 4})
        self.assertIn("if 'std::vector::push_back' throws here, it stays locked",
                      [r["message"][0].lower() + r["message"][1:] for r in diagnostic["relatedInformation"]])
        action, = [a for a in server.actions("a.cpp", diagnostic) if a["kind"] == "quickfix"]
        self.assertEqual(action["title"], "use a std::scoped_lock")
        fixed = lsp.apply(LOCKED_BY_HAND, action["edit"]["changes"][server.uri("a.cpp")])
        self.assertEqual(fixed, FIXED)
        self.assertEqual(server.show("a.cpp", fixed), [])
        self.assertEqual(codes(server.show("a.cpp", LOCKED_BY_HAND)), [MANUAL])

    def test_text_that_is_not_saved_counts(self):
        project, server = self.start({"a.cpp": FIXED})
        self.assertEqual(server.show("a.cpp"), [])
        moved = "// a line\n" + LOCKED_BY_HAND + "// ünïcödé 🙂\n"
        diagnostic, = server.show("a.cpp", moved)
        self.assertEqual(diagnostic["range"]["start"]["line"], 9)
        action, = server.actions("a.cpp", diagnostic)
        self.assertIn("std::scoped_lock hold(mu_);\n    all_.push_back(name);\n  }\n",
                      lsp.apply(moved, action["edit"]["changes"][server.uri("a.cpp")]))

    def test_half_typed_code(self):
        text = "".join(CIRCLE["bank.h"].splitlines(True)[2:]) + "".join(CIRCLE["bank.cpp"].splitlines(True)[1:]) + LOCKED_BY_HAND
        text = "#include <mutex>\n#include <vector>\n" + text.replace("#include", "// ")
        project, server = self.start({"a.cpp": text})
        server.show("a.cpp")
        for end in range(len(text) - 1, 40, -23):
            server.show("a.cpp", text[:end])
        self.assertEqual(codes(server.show("a.cpp", text + "\n")), [MANUAL])

    def test_several_files_at_once(self):
        files = {f"f{i}.cpp": LOCKED_BY_HAND.replace("Names", f"Names{i}") for i in range(4)}
        project, server = self.start(files)
        for round in range(3):
            for name, text in files.items():
                self.assertEqual(codes(server.show(name, text + f"// {round}\n")), [MANUAL])

    def test_suppressed(self):
        text = LOCKED_BY_HAND.replace("mu_.lock();", f"mu_.lock(); // NOLINT({MANUAL})")
        project, server = self.start({"a.cpp": text})
        self.assertEqual(server.show("a.cpp"), [])


class Configured(WithServer):
    RECURSIVE = LOCKED_BY_HAND.replace("std::mutex", "std::recursive_mutex")

    def found(self, text, **more):
        project, server = self.start({"a.cpp": text}, **more)
        return [code for code in codes(server.show("a.cpp")) if (code or "").startswith("runnel-")]

    def test_switched_off(self):
        for tidy in (f"Checks: '-*,runnel-*,-{MANUAL}'", f"Checks: '-{MANUAL}'", "Checks: '-*,-runnel-*'"):
            self.assertEqual(self.found(LOCKED_BY_HAND, tidy=tidy + "\n"), [], tidy)

    def test_a_list_that_speaks_of_other_checks_leaves_ours_on(self):
        self.assertEqual(self.found(LOCKED_BY_HAND, tidy="Checks: '-*,bugprone-*'\n"), [MANUAL])

    def test_clangds_own_configuration(self):
        def remove(project):
            project.write(".clangd", "Diagnostics: {ClangTidy: {Remove: 'runnel-scope-*'}}\n")
        self.assertEqual(self.found(LOCKED_BY_HAND, prepare=remove), [])

    def test_level_and_exclude(self):
        other = "runnel-web-recursive-mutex"
        self.assertNotIn(other, self.found(self.RECURSIVE))
        self.assertIn(other, self.found(self.RECURSIVE, prepare=lambda p: p.write(".runnel.yaml", "level: advice\n")))
        self.assertEqual(self.found(self.RECURSIVE, prepare=lambda p: p.write(".runnel.yaml", "exclude: ['*.cpp']\n")), [])

    def test_vocabulary(self):
        text = (LOCKED_BY_HAND.replace("#include <mutex>", "struct Latch { void acquire(); void release(); };")
                .replace("std::mutex", "Latch").replace("unlock()", "release()").replace("lock()", "acquire()"))
        self.assertEqual(self.found(text), [])
        def own(project):
            project.write(".runnel.yaml", "vocabulary: {types: [{name: Latch, is: lock, methods: {acquire: lock, release: unlock}}]}\n")
        self.assertEqual(self.found(text, prepare=own), [MANUAL])

    def test_known_findings_are_hints(self):
        def know(project):
            project.write(".runnel.yaml", "baseline: known.json\n")
            project.run(PATHS["runnel"], "baseline", "-p", ".", status=0)
        project, server = self.start({"a.cpp": LOCKED_BY_HAND}, prepare=know)
        diagnostic, = server.show("a.cpp")
        self.assertEqual((diagnostic["code"], diagnostic["severity"]), (MANUAL, HINT))
        action, = [a for a in server.actions("a.cpp", diagnostic) if a["kind"] == "quickfix"]
        self.assertEqual(lsp.apply(LOCKED_BY_HAND, action["edit"]["changes"][server.uri("a.cpp")]), FIXED)
        both = server.show("a.cpp", LOCKED_BY_HAND + LOCKED_BY_HAND.replace("Names", "Others"))
        self.assertEqual([d["severity"] for d in both], [HINT, WARNING])
        # A baseline that changes counts from the next keystroke on.
        project.write("known.json", '{"version": 1, "findings": []}')
        self.assertEqual([d["severity"] for d in server.show("a.cpp", LOCKED_BY_HAND + "\n")], [WARNING])

    def test_changed_while_it_runs(self):
        project, server = self.start({"a.cpp": LOCKED_BY_HAND})
        self.assertEqual(codes(server.show("a.cpp")), [MANUAL])
        project.write(".runnel.yaml", "exclude: [a.cpp]\n")
        self.assertEqual(codes(server.show("a.cpp", LOCKED_BY_HAND + "\n")), [])


class WholeProgram(WithServer):
    def test_findings_of_the_last_run(self):
        project, server = self.start(CIRCLE)
        self.assertEqual(server.show("bank.cpp"), [])
        found = [f for f in support.findings(project.check().stdout) if f[2] == CYCLE]
        (home, line, _, message), = found
        other = {"bank.cpp": "audit.cpp", "audit.cpp": "bank.cpp"}[home]
        diagnostic, = server.show(home, CIRCLE[home] + "\n")
        self.assertEqual((diagnostic["code"], diagnostic["message"], diagnostic["range"]["start"]["line"]), (CYCLE, message, line - 1))
        touched, = server.show(other, CIRCLE[other] + "\n")
        self.assertEqual(touched["message"], message)
        first = touched["relatedInformation"][0]["location"]
        self.assertEqual((lsp.path_of(first["uri"]).name, first["range"]["start"]["line"]), (home, line - 1))
        # It follows its lines while one types, and goes with them.
        diagnostic, = server.show(home, "// above\n" + CIRCLE[home])
        self.assertEqual(diagnostic["range"]["start"]["line"], line)
        lines = CIRCLE[home].splitlines()
        del lines[line - 1]
        self.assertEqual(server.show(home, "\n".join(lines)), [])

    def test_code_in_headers(self):
        # clangd leaves the bodies of headers out; the index knows them.
        files = {"clock.h": "#pragma once\n#include <chrono>\n#include <thread>\ninline void nap() {\n"
                            "  std::this_thread::sleep_for(std::chrono::seconds(1));\n}\n",
                 "a.cpp": '#include "clock.h"\n#include <mutex>\nclass Bed {\n  std::mutex mu_;\n  int n_ = 0;\n\npublic:\n'
                          "  void lie() {\n    std::lock_guard lock(mu_);\n    ++n_;\n    nap();\n  }\n};\n"}
        project, server = self.start(files)
        self.assertIn("runnel-scope-blocking-call", project.check().stdout)
        self.assertEqual(codes(server.show("a.cpp")), ["runnel-scope-blocking-call"])


class Help(WithServer):
    def page_of(self, check):
        return subprocess.run([PATHS["runnel"], "explain", check], capture_output=True, text=True, check=True).stdout

    def test_hover_gives_the_page(self):
        project, server = self.start({"a.cpp": LOCKED_BY_HAND})
        server.show("a.cpp")
        over = server.hover("a.cpp", 8, 5)["contents"]
        self.assertEqual(over["kind"], "markdown")
        self.assertTrue(over["value"].startswith(f"# {MANUAL}\n"))
        for heading in ("## Why it hurts", "## Instead"):
            self.assertIn(heading, over["value"])
        self.assertIn("mu_", over["value"].split("\n---\n")[-1], "clangd's own text is there too")
        elsewhere = server.hover("a.cpp", 4, 20)["contents"]["value"]
        self.assertNotIn(MANUAL, elsewhere)
        self.assertIn("all_", elsewhere)
        self.assertIsNone(server.hover("a.cpp", 5, 0))
        server.show("a.cpp", FIXED)
        self.assertNotIn(MANUAL, server.hover("a.cpp", 8, 22)["contents"]["value"])

    def test_hover_for_editors_without_markdown(self):
        project, server = self.start({"a.cpp": LOCKED_BY_HAND}, capabilities={})
        server.show("a.cpp")
        over = server.hover("a.cpp", 8, 14)["contents"]
        self.assertEqual(over["kind"], "plaintext")
        self.assertIn("Why it hurts", over["value"])

    def test_links_lead_to_the_installed_page(self):
        project, server = self.start({"a.cpp": LOCKED_BY_HAND})
        self.assertNotIn("codeDescription", server.show("a.cpp")[0])
        prefix = Path(project.holder.name) / "prefix dir"
        pages = prefix / "share/doc/runnel/checks"
        (prefix / "bin").mkdir(parents=True)
        pages.mkdir(parents=True)
        shutil.copy(PATHS["clangd"], prefix / "bin/runnel-clangd")
        (pages / "scope-manual-lock.md").write_text("a page\n")
        project, server = self.start({"a.cpp": LOCKED_BY_HAND}, clangd=prefix / "bin/runnel-clangd")
        link = server.show("a.cpp")[0]["codeDescription"]["href"]
        self.assertEqual(lsp.path_of(link).read_text(), "a page\n")


class DropIn(WithServer):
    def test_the_rest_is_clangds(self):
        project, server = self.start({"a.cpp": LOCKED_BY_HAND + "Names names;\nvoid go() { names.add(1); }\nint bad = nothing;\n"})
        self.assertIn("undeclared_var_use", codes(server.show("a.cpp")))
        place = {"textDocument": {"uri": server.uri("a.cpp")}, "position": {"line": 14, "character": 19}}
        target, = server.ask("textDocument/definition", place)
        self.assertEqual(target["range"]["start"]["line"], 7)
        items = server.ask("textDocument/completion", place)["items"]
        self.assertIn("add", [i["filterText"] for i in items])
        stock = lsp.Server(["clangd-22"], project.folder, project.environment)
        self.assertEqual(server.capabilities, stock.capabilities)
        stock.close()

    def test_an_editor_that_dies(self):
        for command in (["clangd-22"], [PATHS["clangd"]]):
            project = Project({"a.cpp": ""})
            self.addCleanup(project.close)
            server = lsp.Server(command, project.folder, project.environment)
            server.process.stdin.close()
            self.assertEqual(server.process.wait(lsp.PATIENCE), 1, command)
            server.process.stdout.close()
            server.process.stderr.close()

    def test_text_for_a_terminal(self):
        for word in ("--version", "--help", "--check=a.cpp"):
            project = Project({"a.cpp": "int a;\n"})
            self.addCleanup(project.close)
            ours = project.run(PATHS["clangd"], word, status=0)
            stock = project.run("clangd-22", word, status=0)
            self.assertEqual(ours.stdout.replace("runnel-clangd", "clangd-22"), stock.stdout, word)


if __name__ == "__main__":
    support.main()
