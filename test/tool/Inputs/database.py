"""database.py FOLDER [--shuffle N] FILE...: writes FOLDER/compile_commands.json.

A FILE may bring flags: 'a.cpp -DX'. With --shuffle the entries come in another
order, the same for the same N.
"""
import json
import os
import random
import sys

folder, arguments = os.path.abspath(sys.argv[1]), sys.argv[2:]
seed = None
if arguments[0] == "--shuffle":
    seed, arguments = int(arguments[1]), arguments[2:]
entries = []
for argument in arguments:
    file, *flags = argument.split()
    entries.append({"directory": folder, "file": file,
                    "arguments": ["g++", "-std=c++20", *flags, "-c", file, "-o", file + ".o"]})
if seed is not None:
    random.Random(seed).shuffle(entries)
os.makedirs(folder, exist_ok=True)
with open(os.path.join(folder, "compile_commands.json"), "w") as out:
    json.dump(entries, out, indent=1)
