"""runnel-clangd in a real Neovim, set up with the lines of its page in the documentation."""

import os
import re
import shutil
import subprocess
import unittest
from pathlib import Path

import support
from support import LOCKED_BY_HAND, PATHS, ROOT, Project

PAGE = ROOT / "docs/how-to/editors/neovim.md"


class Neovim(unittest.TestCase):
    def test_see_fix_save(self):
        project = Project({"a.cpp": LOCKED_BY_HAND}, tidy=None)
        self.addCleanup(project.close)
        # The user's file, with nothing but what the page says; runnel-clangd is in the PATH.
        (project.folder / "init.lua").write_text(re.findall(r"^```lua\n(.*?)^```", PAGE.read_text(), re.M | re.S)[-1])
        environment = {**project.environment, "PATH": f"{Path(PATHS['clangd']).parent}:{os.environ['PATH']}",
                       "XDG_DATA_HOME": project.holder.name, "XDG_STATE_HOME": project.holder.name}
        result = subprocess.run(["nvim", "--headless", "-u", "init.lua", "-i", "NONE", "a.cpp", "-S",
                                 str(ROOT / "test/editor/neovim.lua")],
                                cwd=project.folder, env=environment, capture_output=True, text=True, timeout=500)
        self.assertEqual(result.returncode, 0, result.stderr + result.stdout)
        self.assertEqual(project.read("a.cpp"), LOCKED_BY_HAND.replace("mu_.lock();", "std::scoped_lock hold(mu_);")
                         .replace("    mu_.unlock();\n", ""))


if __name__ == "__main__":
    if not shutil.which("nvim"):
        raise SystemExit("nvim is not installed (./dev install-packages installs it)")
    support.main()
