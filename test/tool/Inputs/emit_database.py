"""emit_database.py FOLDER [FLAG…]: the compile database of ninja.test, with names and flags that shells take apart."""
import json
import os
import sys

folder = os.path.abspath(sys.argv[1])
os.makedirs(folder, exist_ok=True)
with open(os.path.join(folder, "compile_commands.json"), "w") as out:
    json.dump([{"directory": folder, "file": "../" + f,
                "arguments": ["g++", "-std=c++20", '-DQUOTED="it\'s $a b"', *sys.argv[2:], "-c", "../" + f]}
               for f in ("a.cpp", "b ü $.cpp", "c.cpp")], out)
