# What all tests run by lit share. Values of one build are in lit.site.cfg.py.
import os
import shlex
import sys

import lit.formats

config.name = "runnel"
config.test_format = lit.formats.ShTest(execute_external=False)
config.test_source_config.substitutions += [
    ("%runnel", shlex.quote(config.runnel)),
    ("%clang", shlex.quote(config.clang)),
    ("%python", shlex.quote(sys.executable)),
    ("%root", shlex.quote(os.path.dirname(config.test_source_root))),
]
