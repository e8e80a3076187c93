"""crlf.py FILE: gives it CRLF line ends and a byte order mark. --check: it has both, throughout."""
import sys

MARK = b"\xef\xbb\xbf"
path = sys.argv[-1]
with open(path, "rb") as file:
    data = file.read()
if sys.argv[1] == "--check":
    assert data.startswith(MARK), data[:10]
    assert data.count(MARK) == 1
    assert data.count(b"\n") == data.count(b"\r\n") > 3, data
    assert b"\r\r" not in data, data
else:
    with open(path, "wb") as file:
        file.write(MARK + data.replace(b"\n", b"\r\n"))
