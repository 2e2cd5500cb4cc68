"""src/python/backstep.py: drives the program, in no more than Python's own library."""

import json
import math
import os
import random
import signal
import subprocess
import threading
import time
import unittest

import backstep


class Talk(unittest.TestCase):
    def setUp(self):
        self.bs = backstep.Session()

    def tearDown(self):
        self.bs.close()

    def test_values_and_gradients(self):
        answer = self.bs.run("a = 2; b = -3; L = a*b + 4; backward L")
        self.assertIn("chain rule", answer.text)
        self.assertEqual([r["name"] for r in answer.of("backward")[0]["rows"][:1]], ["L"])
        self.assertEqual(self.bs["L"], -2.0)
        self.assertEqual(self.bs.grad("a"), -3.0)
        self.assertEqual(self.bs["a*b"], -6.0)
        self.assertEqual(self.bs["[[1, 2], [3, 4]]"], [[1.0, 2.0], [3.0, 4.0]])
        self.assertTrue(math.isinf(self.bs["exp(1000)"]))
        self.assertTrue(math.isnan(self.bs["0*exp(1000)"]))

    def test_numbers_go_in(self):
        self.bs["x"] = 0.1
        self.bs["X"] = [[1, 2.5], [3, -4]]
        self.assertEqual(self.bs["x"], 0.1)
        self.assertEqual(self.bs["X"], [[1.0, 2.5], [3.0, -4.0]])
        self.bs["big"] = 1e300
        self.assertEqual(self.bs["big"], 1e300)

    def test_mistakes_are_exceptions(self):
        with self.assertRaises(backstep.BackstepError) as caught:
            self.bs.run("y = 2\nz = y +* 1\nw = 1")
        e = caught.exception
        self.assertEqual((e.line, e.column), (2, 8))
        self.assertIn("^", str(e))
        self.assertEqual(self.bs["y"], 2.0)
        with self.assertRaises(backstep.BackstepError):
            self.bs["w"]
        self.assertEqual(self.bs.try_run("1 +").end, "failed")

    def test_pictures(self):
        self.bs.run("a = 2; L = a*a")
        self.assertIn(b"<svg", self.bs.picture("L"))
        self.assertEqual(self.bs.picture("L", format="png")[:4], b"\x89PNG")
        self.bs.picture("L", "L.svg")
        self.assertTrue(os.path.exists("L.svg"))
        forms = self.bs.run("graph L", forms=True).bundles[0]
        self.assertIn("<svg", forms["image/svg+xml"])
        self.assertTrue(forms["text/html"].startswith("<img "))

    def test_completion_and_help(self):
        self.bs.run("alpha = 2; L = alpha*alpha")
        self.assertEqual(self.bs.complete("L = 3*al"), (["alpha"], 6, 8))
        self.assertEqual(self.bs.complete("𝒳 = al + 1", 6), (["alpha"], 4, 6))
        self.assertIn("alpha = 2 is a leaf", self.bs.look("explain alpha").text)
        self.assertIsNone(self.bs.look("alpha = 3"))

    def test_a_lesson(self):
        answer = self.bs.run("lesson two-paths")
        self.assertEqual(answer.waits, "answer")
        self.assertTrue(answer.of("question"))

    def test_needs(self):
        written = {}

        def read(path):
            if path != "x.bs":
                raise backstep.NeedRefused("there is only x.bs")
            return b"q = 7"

        with backstep.Session(read=read, write=written.__setitem__) as bs:
            bs.run("load x.bs")
            self.assertEqual(bs["q"], 7.0)
            bs.run("save y.bs")
            self.assertIn("q = 7", written["y.bs"])
            with self.assertRaisesRegex(backstep.BackstepError, "there is only x.bs"):
                bs.run("load z.bs")

    def test_a_failing_need_is_the_callers_exception(self):
        def read(path):
            return {}[path]

        with backstep.Session(read=read) as bs:
            with self.assertRaises(KeyError):
                bs.run("load x.bs")
            self.assertEqual(bs["1+1"], 2.0)

    def test_ctrl_c_interrupts(self):
        self.bs.run("param w = 1; E = (w - 3)**2")
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
        begun = time.monotonic()
        with self.assertRaises(KeyboardInterrupt):
            self.bs.run("train E 1000000000 0.000001")
        self.assertLess(time.monotonic() - begun, 5)
        self.assertGreater(self.bs["w"], 1)

    def test_training_is_seen(self):
        seen = []
        self.bs.run("param w = 1; E = (w - 3)**2")
        threading.Timer(0.8, self.bs.interrupt).start()
        self.bs.run("train E 1000000000 0.000001", on_record=lambda r, a: seen.append(r["kind"]))
        self.assertGreater(seen.count("training"), 2)
        self.assertLess(seen.count("training"), 20)

    def test_its_end(self):
        self.bs.close()
        self.bs.close()
        with self.assertRaises(RuntimeError):
            self.bs.run("1+1")
        with backstep.Session() as bs:
            bs.run("quit")
            with self.assertRaises(RuntimeError):
                bs.run("1+1")

    def test_lines_that_nobody_sends(self):
        codes = ("", "a = 2", "a = 2\x00", "(" * 1000, "for i in range(3):", "explain a", "1 +* 2", "?",
                 "L = a*a; backward L", "\r\n", "predict on", "step L", "\x1b[31m", "undo", "reset",
                 "load x.py", "save y.bs", "lesson two-paths 2 seed 5")
        verbs = ("run", "complete", "look", "needs", "supply", "refuse", "interrupt", "other")
        r, lines = random.Random(5), []
        for i in range(1000):
            request = {"id": r.choice((i, "x", None, 1e300, [1]))} if r.random() < 0.7 else {}
            verb = r.choice(verbs)
            texts = verb in ("run", "complete", "look", "supply", "refuse")
            request[verb] = r.choice(codes if texts else (True, ["read"], ["write", "x"], [], 5, None))
            request["at"] = r.choice((0, 1, -1, 1e9, 1.5, "x"))
            request["forms"] = r.choice((True, False, 1))
            line = json.dumps(request).encode()
            if r.random() < 0.2:
                at = r.randrange(len(line))
                line = line[:at] + bytes([r.randrange(256)]) + line[at + 1:]
            lines.append(line.replace(b"\n", b" "))
        done = subprocess.run([os.environ["BACKSTEP"], "--talk"], input=b"\n".join(lines),
                              capture_output=True, timeout=100)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        kinds = [json.loads(line)["kind"] for line in done.stdout.splitlines()]
        self.assertGreater(kinds.count("done"), 500)

    def test_a_missing_program_is_named(self):
        before = os.environ["BACKSTEP"]
        os.environ["BACKSTEP"] = "/nowhere/backstep"
        try:
            with self.assertRaisesRegex(FileNotFoundError, "/nowhere/backstep"):
                os.environ["PATH"], path = "", os.environ["PATH"]
                try:
                    backstep.find_program()
                finally:
                    os.environ["PATH"] = path
        finally:
            os.environ["BACKSTEP"] = before


if __name__ == "__main__":
    unittest.main()
