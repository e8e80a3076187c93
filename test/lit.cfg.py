# What all tests run by lit share. Values of one build are in lit.site.cfg.py.
import os
import shlex
import sys

import lit.formats

config.name = "runnel"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = []  # each folder says which of its files are tests
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = config.runnel_test_exec_root
config.environment["PATH"] = os.pathsep.join([config.llvm_tools_dir, config.environment["PATH"]])
config.substitutions += [
    ("%runnel", shlex.quote(config.runnel)),
    ("%clang", shlex.quote(config.clang)),
    ("%python", shlex.quote(sys.executable)),
    ("%root", shlex.quote(os.path.dirname(config.test_source_root))),
]
