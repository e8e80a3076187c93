"""A small client of the Language Server Protocol: starts a server, opens files, asks, waits for answers."""

import json
import os
import subprocess
import threading
from pathlib import Path
from urllib.parse import unquote, urlparse

PATIENCE = 120  # seconds for one answer; only a server that hangs needs them


class Server:
    def __init__(self, command, root, environment=None, capabilities=None):
        self.process = subprocess.Popen([str(word) for word in command], cwd=root, env=environment,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.root, self.last_id, self.versions = Path(root), 0, {}
        self.answers, self.published, self.stderr = {}, {}, []
        self.arrived = threading.Condition()
        self.open = True
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=lambda: self.stderr.extend(self.process.stderr), daemon=True).start()
        self.capabilities = self.ask("initialize", {
            "processId": os.getpid(), "rootUri": self.root.as_uri(),
            "capabilities": capabilities if capabilities is not None else {"textDocument": {
                "publishDiagnostics": {"relatedInformation": True, "codeDescriptionSupport": True},
                "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix", "refactor"]}}},
                "hover": {"contentFormat": ["markdown"]}}}})["capabilities"]
        self.tell("initialized", {})

    # The wire.
    def _send(self, message):
        content = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(content), content))
        self.process.stdin.flush()

    def _read(self):
        stream = self.process.stdout
        while True:
            length = None
            while (line := stream.readline()) not in (b"\r\n", b""):
                key, _, value = line.partition(b":")
                if key.lower() == b"content-length":
                    length = int(value)
            content = stream.read(length) if length is not None else b""
            with self.arrived:
                if not content:
                    self.open = False
                    self.arrived.notify_all()
                    return
                message = json.loads(content)
                if "id" in message and "method" not in message:
                    self.answers[message["id"]] = message
                elif message.get("method") == "textDocument/publishDiagnostics":
                    self.published.setdefault(message["params"]["uri"], []).append(message["params"])
                self.arrived.notify_all()

    def _wait(self, ready):
        with self.arrived:
            if not self.arrived.wait_for(lambda: ready() or not self.open, PATIENCE) or not ready():
                raise AssertionError("no answer; the server said\n" + b"".join(self.stderr[-40:]).decode())

    def tell(self, method, params):
        self._send({"method": method, "params": params})

    def ask(self, method, params):
        self.last_id += 1
        this = self.last_id
        self._send({"id": this, "method": method, "params": params})
        self._wait(lambda: this in self.answers)
        answer = self.answers.pop(this)
        if "error" in answer:
            raise AssertionError(f"{method}: {answer['error']}")
        return answer["result"]

    # Files.
    def uri(self, name):
        return (self.root / name).as_uri()

    def show(self, name, text=None):
        """Opens a file, or changes it; returns the diagnostics of this version."""
        text = (self.root / name).read_text() if text is None else text
        self.versions[name] = version = self.versions.get(name, 0) + 1
        uri = self.uri(name)
        if version == 1:
            self.tell("textDocument/didOpen", {"textDocument": {"uri": uri, "languageId": "cpp", "version": version, "text": text}})
        else:
            self.tell("textDocument/didChange", {"textDocument": {"uri": uri, "version": version},
                                                 "contentChanges": [{"text": text}], "wantDiagnostics": True})
        def last():
            return next((p for p in reversed(self.published.get(uri, [])) if p.get("version") == version), None)
        self._wait(last)
        return last()["diagnostics"]

    def actions(self, name, diagnostic):
        return self.ask("textDocument/codeAction", {"textDocument": {"uri": self.uri(name)}, "range": diagnostic["range"],
                                                    "context": {"diagnostics": [diagnostic]}})

    def hover(self, name, line, character):
        return self.ask("textDocument/hover", {"textDocument": {"uri": self.uri(name)},
                                               "position": {"line": line, "character": character}})

    def close(self):
        """The server's exit status."""
        if self.open:
            self.ask("shutdown", None)
            self.tell("exit", None)
        self.process.stdin.close()
        status = self.process.wait(PATIENCE)
        for stream in (self.process.stdout, self.process.stderr):
            stream.close()
        return status


def offset_of(text, position):
    """Of a position in UTF-16 units, in characters."""
    line = text.split("\n")[position["line"]]
    units, at = 0, 0
    while units < position["character"]:
        units += 2 if ord(line[at]) > 0xFFFF else 1
        at += 1
    return sum(len(before) + 1 for before in text.split("\n")[:position["line"]]) + at


def apply(text, edits):
    """The text after a list of TextEdits."""
    placed = sorted(((offset_of(text, e["range"]["start"]), offset_of(text, e["range"]["end"]), e["newText"]) for e in edits),
                    reverse=True)
    for start, end, new in placed:
        text = text[:start] + new + text[end:]
    return text


def path_of(uri):
    return Path(unquote(urlparse(uri).path))
