"""damage.py FOLDER: flips a byte in the middle of every file below it."""
import os
import sys

for folder, _, files in os.walk(sys.argv[1]):
    for name in files:
        path = os.path.join(folder, name)
        with open(path, "r+b") as file:
            data = file.read()
            if data:
                file.seek(len(data) // 2)
                file.write(bytes([data[len(data) // 2] ^ 1]))
