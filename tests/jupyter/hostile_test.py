"""10,000 messages that no client sends: the kernel drops them or answers, and lives. $KERNEL is the
program, made with the sanitizers; $BACKSTEP_SEED chooses other messages."""

import hashlib
import hmac
import json
import os
import random
import signal
import socket
import subprocess
import tempfile
import time
import unittest

import counted
import zmq

KEY = b"a key"
KERNEL = os.environ["KERNEL"]
MESSAGES = int(os.environ.get("BACKSTEP_MESSAGES", "10000"))
NAMES = ("shell_port", "control_port", "stdin_port", "hb_port", "iopub_port")
TYPES = ("kernel_info_request", "execute_request", "complete_request", "inspect_request",
         "is_complete_request", "history_request", "comm_info_request", "comm_open", "comm_msg",
         "interrupt_request", "input_reply", "debug_request", "", "x" * 100, "status")
CODES = ("", "a = 2", "a = 2\x00", "(" * 1000, "𝒳" * 50, "for i in range(3):", "backw", "explain a",
         "L = a*a; backward L", "\r\n\t", "lesson two-paths", "99", "1 +* 2", "help", "∂L/∂a", "?",
         "notes x.md", "predict on", "step L", "\x1b[31m", "undo", "precision 17", "print('x')")
NUMBERS = (0, 1, -1, 7, 2**31, -2**63, 2**64, 1e308, -1e308, 0.5, True, None, "3", [], {})


def sign(parts, key=KEY):
    return hmac.new(key, b"".join(parts), hashlib.sha256).hexdigest().encode()


def junk(r, n):
    return bytes(r.randrange(256) for _ in range(r.randrange(n)))


def content(r):
    c = {"code": r.choice(CODES)}
    for name in ("cursor_pos", "n", "start", "stop", "session", "detail_level"):
        if r.random() < 0.5:
            c[name] = r.choice(NUMBERS)
    for name in ("silent", "store_history", "output", "unique", "stop_on_error"):
        if r.random() < 0.3:
            c[name] = r.choice((True, False, None, 1, "true"))
    c["hist_access_type"] = r.choice(("tail", "range", "search", "other", 3))
    c["pattern"] = r.choice(("*", "*a*a*a*a*a*a*a*b", "?", "", 5))
    c["comm_id"] = r.choice(("x", 1, None))
    if r.random() < 0.1:
        del c["code"]
    return c


def damage(r, frames):
    """One of the ways in which a message is none."""
    how = r.randrange(12)
    i = r.randrange(len(frames))
    if how == 0:
        frames[i] = junk(r, 200)
    elif how == 1:
        del frames[i]
    elif how == 2:
        frames.insert(i, junk(r, 50))
    elif how == 3 and frames[i]:
        frames[i] = frames[i][:r.randrange(len(frames[i]))]
    elif how == 4:
        frames *= 3
    elif how == 5:
        frames[:] = [junk(r, 20) for _ in range(r.randrange(1, 300))]
    elif how == 6:
        frames[:0] = [junk(r, 10) for _ in range(r.randrange(40))]
    elif how == 7:
        frames.extend(junk(r, 1000) for _ in range(r.randrange(5)))
    return frames


def message(r):
    header = {"msg_id": str(r.random()), "session": "s", "username": "u", "date": "",
              "msg_type": r.choice(TYPES), "version": "5.3"}
    parts = [json.dumps(header).encode(), b"{}", b"{}", json.dumps(content(r)).encode()]
    how = r.randrange(10)
    if how == 0:
        parts[r.randrange(4)] = r.choice((b"[]", b"", b"{", b"null", b'{"a":1,}', b"\xff\xfe",
                                          b"[" * 5000, b'{"msg_type":"execute_request\\u0000"}',
                                          b'{"msg_type":"execute_request","msg_type":3}'))
    elif how == 1:
        i = r.randrange(4)
        at = r.randrange(len(parts[i]))
        parts[i] = parts[i][:at] + bytes([r.randrange(256)]) + parts[i][at + 1:]
    signature = sign(parts, KEY if r.random() < 0.9 else b"another key")
    frames = [b"<IDS|MSG>", signature] + parts
    return damage(r, frames) if r.random() < 0.4 else frames


class Hostile(unittest.TestCase):
    def setUp(self):
        held = [socket.socket() for _ in NAMES]
        for s in held:
            s.bind(("127.0.0.1", 0))
        self.ports = {n: s.getsockname()[1] for n, s in zip(NAMES, held)}
        for s in held:
            s.close()
        self.file = tempfile.mktemp(suffix=".json")
        with open(self.file, "w") as f:
            json.dump(dict(self.ports, ip="127.0.0.1", transport="tcp", key=KEY.decode(),
                           signature_scheme="hmac-sha256"), f)
        self.kernel = subprocess.Popen([KERNEL, self.file], stderr=subprocess.PIPE, text=True)
        self.context = zmq.Context()

    def tearDown(self):
        self.context.destroy(linger=0)
        self.kernel.kill()
        self.kernel.wait()
        self.kernel.stderr.close()

    def connect(self, kind, name):
        s = self.context.socket(kind)
        s.setsockopt(zmq.SNDHWM, 0)
        s.setsockopt(zmq.RCVHWM, 0)
        s.connect("tcp://127.0.0.1:%d" % self.ports[name])
        return s

    def ask(self, s, type_, content_, seconds=60):
        parts = [json.dumps({"msg_id": "real", "session": "s", "msg_type": type_}).encode(), b"{}",
                 b"{}", json.dumps(content_).encode()]
        s.send_multipart([b"<IDS|MSG>", sign(parts)] + parts)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if s.poll(1000):
                frames = s.recv_multipart()
                at = frames.index(b"<IDS|MSG>")
                self.assertEqual(frames[at + 1], sign(frames[at + 2:at + 6]))
                if json.loads(frames[at + 3]).get("msg_id") == "real":
                    return json.loads(frames[at + 5])
        self.fail("no answer to %s; the kernel said %s" % (type_, self.end()))

    def run_one(self, shell):
        """Runs a cell behind all that waits; after an error just before it is aborted at first."""
        for _ in range(20):
            request = {"code": "print(1)", "silent": True, "stop_on_error": False}
            status = self.ask(shell, "execute_request", request)["status"]
            if status != "aborted":
                break
            time.sleep(0.2)
        return status

    def end(self):
        self.kernel.kill()
        return self.kernel.stderr.read()[-4000:]

    def test_ten_thousand_messages(self):
        r = random.Random(int(os.environ.get("BACKSTEP_SEED", "1")))
        shell, control, stdin = (self.connect(zmq.DEALER, n) for n in NAMES[:3])
        heart = self.connect(zmq.DEALER, "hb_port")
        listener = self.connect(zmq.SUB, "iopub_port")
        listener.subscribe(b"")
        for i in range(MESSAGES):
            s = r.choices((shell, control, stdin, heart), (70, 15, 10, 5))[0]
            s.send_multipart(message(r) or [b""])
            if i % 500 == 499:
                self.assertEqual(self.run_one(shell), "ok")
            for quiet in (shell, control, stdin, heart, listener):
                while quiet.poll(0):
                    quiet.recv_multipart()
        self.assertIsNone(self.kernel.poll(), "the kernel has ended")
        # Bytes that are no ZeroMQ at all.
        for port in self.ports.values():
            with socket.create_connection(("127.0.0.1", port)) as raw:
                raw.sendall(b"GET / HTTP/1.1\r\n\r\n" + junk(r, 5000))
        self.assertEqual(self.ask(control, "kernel_info_request", {})["implementation"], "backstep")
        self.assertEqual(self.ask(control, "shutdown_request", {"restart": False})["status"], "ok")
        self.assertEqual(self.kernel.wait(20), 0, self.kernel.stderr.read())
        self.assertEqual(self.kernel.stderr.read(), "")


if __name__ == "__main__":
    counted.main()
