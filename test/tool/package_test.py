"""The packages, unpacked into a root of their own and used there: nothing of the source tree or the build is left to help.

package_test.py --build BUILD --clang CLANG++: makes both .deb with cpack (or, without dpkg, installs with
cmake --install), unpacks them into a folder, and uses what is there: the checker, its pages and completions, its CMake
function, the clang-tidy plugin, the runtime through CMake and pkg-config.
"""
import argparse
import gzip
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

BAD = """#include <mutex>
struct A { std::mutex mu; int n = 0; };
void f(A &a, A &b) {
  std::lock_guard one(a.mu);
  std::lock_guard two(b.mu);
  ++a.n, ++b.n;
}
"""
PROJECT = {
    "CMakeLists.txt": """cmake_minimum_required(VERSION 3.25)
project(user CXX)
enable_testing()
find_package(runnel REQUIRED)
find_package(runnel-check REQUIRED)
add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/made.h COMMAND ${CMAKE_COMMAND} -E touch ${CMAKE_BINARY_DIR}/made.h)
add_executable(user main.cpp "sub/with space.cpp" ${CMAKE_BINARY_DIR}/made.h extra.h)
target_include_directories(user PRIVATE ${CMAKE_BINARY_DIR})
target_link_libraries(user PRIVATE runnel::runtime)
runnel_check(user TEST LEVEL default)
add_library(neat STATIC clean.cpp)
runnel_check(neat ALL CHECKS "-*,runnel-lock-*")
""",
    "main.cpp": """#include <runnel/runnel.h>
int main() {
  return runnel::run([] {
    runnel::channel<int> c;
    runnel::go([=] { c.send(42); });
    return *c.recv() == 42 ? 0 : 1;
  });
}
""",
    "sub/with space.cpp": "#include \"made.h\"\n" + BAD,
    "extra.h": "#pragma once\n",
    "clean.cpp": "int clean() { return 0; }\n",
}


def run(*words, status=0, **options):
    done = subprocess.run([str(w) for w in words], capture_output=True, text=True, **options)
    if done.returncode != status:
        raise AssertionError(f"{words}: status {done.returncode}, not {status}\n{done.stdout}\n{done.stderr}")
    return done.stdout


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.work = Path(tempfile.mkdtemp(prefix="runnel-package-"))
        cls.root = cls.work / "a root"
        cls.debs = {}
        if shutil.which("dpkg-shlibdeps") and shutil.which("dpkg-deb"):
            out = cls.work / "packages"
            run("cpack", "-G", "DEB", "--config", OPTIONS.build / "CPackConfig.cmake", "-B", out)
            for deb in out.glob("*.deb"):
                cls.debs[run("dpkg-deb", "-f", deb, "Package").strip()] = deb
                run("dpkg-deb", "-x", deb, cls.root)
            cls.prefix = cls.root / "usr"
        else:
            cls.prefix = cls.root
            run("cmake", "--install", OPTIONS.build, "--prefix", cls.prefix)
        cls.runnel = cls.prefix / "bin/runnel"
        cls.project = cls.work / "project"
        for name, text in PROJECT.items():
            (cls.project / name).parent.mkdir(parents=True, exist_ok=True)
            (cls.project / name).write_text(text)
        os.environ["XDG_CACHE_HOME"] = str(cls.work / "cache")

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.work)

    def test_what_the_packages_say(self):
        if not self.debs:
            self.skipTest("no dpkg here")
        self.assertEqual(sorted(self.debs), ["librunnel-dev", "runnel"])
        def field(package, name):
            return run("dpkg-deb", "-f", self.debs[package], name).strip()
        depends = field("runnel", "Depends")
        for needed in ("libclang-common-22-dev", "libclang-cpp22", "libllvm22", "libc6"):
            self.assertIn(needed, depends)
        self.assertRegex(field("runnel", "Description"), r"\A.+\n ")
        self.assertNotIn("libclang", field("librunnel-dev", "Depends"))
        files = run("dpkg-deb", "-c", self.debs["runnel"])
        self.assertRegex(files, r"\./usr/lib/llvm-22/lib/RunnelTidyModule\.so\n")
        self.assertNotIn("/include/", files)

    def test_nothing_points_at_the_build(self):
        for file in self.root.rglob("*"):
            if file.is_file() and file.suffix in (".cmake", ".pc"):
                self.assertNotIn(str(OPTIONS.build), file.read_text(), file)

    def test_the_checker(self):
        source = self.work / "bad.cpp"
        source.write_text("#include <stddef.h>\n" + BAD)
        out = run(self.runnel, "check", "-q", source, "--", "-std=c++20", status=1)
        self.assertIn("[runnel-web-sequential-guards]", out)

    def test_manual_pages(self):
        pages = {p.name for p in (self.prefix / "share/man/man1").iterdir()}
        words = re.findall(r"^  (\w+) ", run(self.runnel, "--help").split("commands:")[1].split("options:")[0], re.M)
        self.assertGreater(len(words), 8)
        for name in ["runnel", *("runnel-" + w for w in words)]:
            found = [p for p in pages if p.startswith(name + ".1")]
            self.assertTrue(found, name)
            data = (self.prefix / "share/man/man1" / found[0]).read_bytes()
            text = (gzip.decompress(data) if found[0].endswith(".gz") else data).decode()
            self.assertTrue(text.startswith(".TH RUNNEL"), name)
            if name != "runnel":
                options = re.findall(r"^ .*?--([\w-]+)", run(self.runnel, name.split("-", 1)[1], "--help").split("options:")[1], re.M)
                for option in options:
                    self.assertIn("\\-\\-" + option.replace("-", "\\-"), text, name)
            if shutil.which("groff"):
                done = subprocess.run(["groff", "-Kutf8", "-man", "-Tutf8", "-ww", "-z"], input=text.encode(), capture_output=True)
                self.assertEqual(done.stderr.decode(), "", name)

    def test_completions(self):
        share = self.prefix / "share"
        files = {"bash": share / "bash-completion/completions/runnel", "zsh": share / "zsh/vendor-completions/_runnel",
                 "fish": share / "fish/vendor_completions.d/runnel.fish"}
        for shell, file in files.items():
            self.assertIn("--emit-ninja" if shell != "fish" else "emit-ninja", file.read_text())
            if shutil.which(shell):
                run(shell, "-n", file)
        out = run("bash", "-c", f'source "{files["bash"]}"; COMP_WORDS=(runnel check --lev); COMP_CWORD=2; _runnel; echo "${{COMPREPLY[@]}}"')
        self.assertEqual(out.strip(), "--level")

    def test_the_plugin(self):
        tidy = shutil.which("clang-tidy-22")
        if not tidy:
            self.skipTest("clang-tidy-22 is not installed")
        source = self.work / "tidy.cpp"
        source.write_text(BAD)
        (plugin,) = self.root.rglob("RunnelTidyModule.so")
        out = run(tidy, "-load", plugin, "-checks=-*,runnel-*", source, "--", "-std=c++20")
        self.assertIn("[runnel-web-sequential-guards]", out)

    def test_cmake(self):
        build = self.work / "cmake"
        run("cmake", "-S", self.project, "-B", build, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={self.prefix}", f"-DCMAKE_CXX_COMPILER={OPTIONS.clang}")
        self.assertIn(f"RUNNEL_EXECUTABLE:FILEPATH={self.runnel}", (build / "CMakeCache.txt").read_text())
        run("cmake", "--build", build)
        run(build / "user")
        checked = subprocess.run(["cmake", "--build", build, "--target", "check-user"], capture_output=True, text=True)
        self.assertNotEqual(checked.returncode, 0)
        self.assertIn("with space.cpp:6:", checked.stdout)
        self.assertIn("[runnel-web-sequential-guards]", checked.stdout)
        run("cmake", "--build", build, "--target", "check-neat")
        tested = subprocess.run(["ctest", "--test-dir", build], capture_output=True, text=True)
        self.assertRegex(tested.stdout, r"runnel\.user \.*\**Failed")
        (self.project / "sub/with space.cpp").write_text("int nothing;\n")
        run("ctest", "--test-dir", build)

    def test_cmake_clang_tidy(self):
        tidy = shutil.which("clang-tidy-22")
        if not tidy:
            self.skipTest("clang-tidy-22 is not installed")
        source = self.work / "with-tidy"
        source.mkdir()
        (source / "CMakeLists.txt").write_text("cmake_minimum_required(VERSION 3.25)\nproject(t CXX)\nadd_library(t STATIC t.cpp)\n")
        (source / "t.cpp").write_text(BAD)
        (plugin,) = self.root.rglob("RunnelTidyModule.so")
        build = self.work / "with-tidy-build"
        run("cmake", "-S", source, "-B", build, "-G", "Ninja", f"-DCMAKE_CXX_COMPILER={OPTIONS.clang}", "-DCMAKE_CXX_STANDARD=20",
            f"-DCMAKE_CXX_CLANG_TIDY={tidy};-load;{plugin};-checks=-*,runnel-*;-warnings-as-errors=*")
        built = subprocess.run(["cmake", "--build", build], capture_output=True, text=True)
        self.assertNotEqual(built.returncode, 0)
        self.assertIn("[runnel-web-sequential-guards", built.stdout)

    def test_pkg_config(self):
        folder = self.prefix / "lib/pkgconfig"
        if not folder.exists():
            (pc,) = self.prefix.rglob("runnel.pc")
            folder = pc.parent
        # Flags with spaces are quoted for a shell.
        flags = run("pkg-config", f"--define-variable=prefix={str(self.prefix).replace(' ', chr(92) + ' ')}", "--cflags", "--libs", "runnel",
                    env={**os.environ, "PKG_CONFIG_PATH": str(folder), "PKG_CONFIG_LIBDIR": str(folder)}).strip()
        run("sh", "-c", f"'{OPTIONS.clang}' -std=c++20 main.cpp {flags} -o '{self.work}/by-pc'", cwd=self.project)
        run(self.work / "by-pc")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--clang", required=True)
    OPTIONS, rest = parser.parse_known_args()
    OPTIONS.build = OPTIONS.build.resolve()
    unittest.main(argv=[sys.argv[0], *rest])
