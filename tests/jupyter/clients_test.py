"""backstep-jupyter under Debian's clients: jupyter_kernel_test, nbclient, nbconvert, a plain client
that interrupts, and jupyter-console. $JUPYTER_DATA_DIR has the kernel; $KERNEL is the program."""

import json
import os
import queue
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

import counted
import jupyter_client
import jupyter_kernel_test
import nbformat
import pexpect
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbconvert import HTMLExporter, MarkdownExporter
from traitlets.config import Config

from twenty import CELLS

TIMEOUT = 30
KERNEL = os.environ["KERNEL"]


class Protocol(jupyter_kernel_test.KernelTests):
    kernel_name = "backstep"
    language_name = "backstep"
    file_extension = ".bs"
    code_hello_world = 'print("hello, world")'
    code_stderr = "w1 = 2; w2 = w1*3; w1 = 4"
    completion_samples = [{"text": "backw", "matches": {"backward"}},
                          {"text": "x = tan", "matches": {"tan", "tanh"}}]
    complete_code_samples = ["1", "a = 2; L = a*a", "print(2)", ""]
    incomplete_code_samples = ["L = (1 +", "for i in range(3):", "def f(x):\n    y = x"]
    invalid_code_samples = ["a = §", "1 § 2"]
    code_generate_error = "1 +* 2"
    code_execute_result = [{"code": "1+1", "result": "1+1 = 2"}, {"code": "2*3", "result": "2*3 = 6"}]
    code_display_data = [{"code": "q1 = 2; q2 = q1*q1; graph q2", "mime": "image/svg+xml"},
                         {"code": "derive x**2", "mime": "text/latex"},
                         {"code": "vars", "mime": "text/html"}]
    code_history_pattern = "1?1*"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "tanh"


def notebook(cells):
    nb = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "backstep", "language": "backstep",
                                                           "display_name": "backstep"}})
    nb.cells = [nbformat.v4.new_code_cell(c) for c in cells]
    return nb


def run(cells, **options):
    nb = notebook(cells)
    client = NotebookClient(nb, timeout=TIMEOUT, kernel_name="backstep", **options)
    try:
        client.execute()
    except CellExecutionError as e:
        return nb, e
    return nb, None


def forms(cell):
    found = set()
    for o in cell.outputs:
        found |= set(o.get("data", {}))
    return found


def said(cell):
    return "".join(o.get("text", "") or o.get("data", {}).get("text/plain", "") for o in cell.outputs)


class Notebooks(unittest.TestCase):
    def test_twenty_cells(self):
        nb, error = run(CELLS)
        self.assertIsNone(error)
        nbformat.validate(nb)
        by = dict(zip(CELLS, nb.cells))
        self.assertEqual([c.execution_count for c in nb.cells], list(range(1, 21)))
        self.assertEqual(said(by["L = d*f"]), "L = -8\n")
        self.assertIn("text/html", forms(by["backward L"]))
        self.assertEqual(by["a.grad"].outputs[0].output_type, "execute_result")
        self.assertIn("6", said(by["a.grad"]))
        self.assertIn("image/svg+xml", forms(by["graph L"]))
        self.assertIn("text/latex", forms(by["derive tanh(x)**2"]))
        self.assertEqual(said(by["for i in range(3):\n    print(i)"]), "0\n1\n2\n")
        self.assertIn("9", said(by["square2(3)"]))
        self.assertIn("image/svg+xml", forms(by["plot history"]))
        self.assertIn("text/markdown", forms(by["lesson two-paths"]))
        self.assertIn("Not", said(by["12345"]))

        # The same, run and written by nbconvert: no picture is empty, nothing is coloured by codes.
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "twenty.ipynb")
            nbformat.write(notebook(CELLS), path)
            subprocess.run([sys.executable, "-m", "nbconvert", "--execute", "--to", "html", path],
                           check=True, capture_output=True, cwd=folder)
            with open(os.path.join(folder, "twenty.html"), encoding="utf-8") as f:
                html = f.read()
        self.assertEqual((html.count('alt="The graph"'), html.count('alt="The plot"')), (1, 1))
        self.assertNotIn("<svg></svg>", html.replace(" ", ""))
        self.assertIn("<table", html)
        self.assertIn(r"\tanh", html)
        markdown, _ = MarkdownExporter().from_notebook_node(nb)
        self.assertNotIn("\x1b", markdown)

    def test_an_error_stops_with_its_place(self):
        nb, error = run(["a = 2\nb = a +* 2\nc = 1", "d = 1"])
        self.assertIn("line 2", str(error))
        self.assertIn("b = a +* 2\n       ^", str(error))
        self.assertEqual([c.execution_count for c in nb.cells], [1, None])

    def test_errors_may_be_allowed(self):
        nb, error = run(["1 +* 2", "1+1", "nothing", "2+2"], allow_errors=True)
        self.assertIsNone(error)
        self.assertEqual([c.outputs[0].output_type for c in nb.cells],
                         ["error", "execute_result", "error", "execute_result"])

    def test_a_player_is_in_a_frame_that_runs_scripts_alone(self):
        nb, error = run(["a = 2; L = a*a", "graph L walk.html"], resources={"metadata": {
            "path": tempfile.mkdtemp()}})
        self.assertIsNone(error)
        html = nb.cells[1].outputs[-1].data["text/html"]
        self.assertTrue(html.startswith('<iframe sandbox="allow-scripts" '))
        self.assertNotIn('"', html[html.index('srcdoc="') + 8:-len('"></iframe>')])

    def test_a_training_leaves_no_bar(self):
        nb, error = run(["param w = 1; E = (w - 3)**2\ntrain E 3000000 0.000001"])
        self.assertIsNone(error)
        self.assertNotIn("<progress", str(nb))
        self.assertIn("3000000 steps", said(nb.cells[0]))


    def test_a_pinned_lesson_runs_twice_alike(self):
        cells = ["lesson two-paths 1 seed 7", "2", "lesson two-paths 2 seed 3", "999"]
        first, error = run(cells)
        self.assertIsNone(error)
        second, _ = run(cells)
        self.assertEqual([said(c) for c in first.cells], [said(c) for c in second.cells])
        self.assertIn("Right", said(first.cells[1]))

    def test_a_lesson_written_as_a_notebook_runs(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "lesson.ipynb")
            subprocess.run([os.environ["BACKSTEP"], "notebook", "two-paths", path], check=True,
                           capture_output=True)
            nb = nbformat.read(path, 4)
        nbformat.validate(nb)
        questions = [i for i, c in enumerate(nb.cells) if c.source.startswith("lesson two-paths ")]
        self.assertEqual(len(questions), 7)
        nb.cells[questions[0] + 1].source = "2"
        NotebookClient(nb, timeout=TIMEOUT, kernel_name="backstep").execute()
        self.assertIn("Right", said(nb.cells[questions[0] + 1]))


class Client(unittest.TestCase):
    """A client that looks at single messages."""

    def setUp(self):
        self.km = jupyter_client.KernelManager(kernel_name="backstep")
        self.km.start_kernel(stderr=subprocess.DEVNULL)
        self.kc = self.km.client()
        self.kc.start_channels()
        self.kc.wait_for_ready(timeout=TIMEOUT)

    def tearDown(self):
        self.kc.stop_channels()
        if self.km.has_kernel:
            self.km.shutdown_kernel(now=True)

    def reply(self, msg_id):
        while True:
            m = self.kc.get_shell_msg(timeout=TIMEOUT)
            if m["parent_header"].get("msg_id") == msg_id:
                return m["content"]

    def run_cell(self, code, **options):
        return self.reply(self.kc.execute(code, **options))

    def wait_for(self, kind):
        """The next message of this kind that all listeners get."""
        while True:
            m = self.kc.get_iopub_msg(timeout=TIMEOUT)
            if m["msg_type"] == kind:
                return m["content"]

    def interrupt_by_message(self):
        control = self.kc.session.msg("interrupt_request", {})
        self.kc.control_channel.send(control)

    def test_both_interrupts_end_a_training(self):
        self.run_cell("param w = 1; E = (w - 3)**2")
        for way in (self.km.interrupt_kernel, self.interrupt_by_message):
            w = self.run_cell("0")
            self.kc.get_iopub_msg(timeout=TIMEOUT)
            msg_id = self.kc.execute("train E 1000000000 0.0000001")
            self.wait_for("display_data")
            begun = time.monotonic()
            way()
            w = self.reply(msg_id)
            self.assertLess(time.monotonic() - begun, 1)
            self.assertEqual(w["status"], "ok")

    def test_both_interrupts_end_a_question(self):
        self.run_cell("a = 2; L = a*a; predict on")
        for way in (self.km.interrupt_kernel, self.interrupt_by_message):
            msg_id = self.kc.execute("step L", allow_stdin=True)
            asked = self.kc.get_stdin_msg(timeout=TIMEOUT)
            self.assertEqual(asked["msg_type"], "input_request")
            way()
            self.assertEqual(self.reply(msg_id)["status"], "error")
            time.sleep(0.15)

    def test_an_interrupt_ends_a_loop(self):
        msg_id = self.kc.execute("s = 0\nrepeat 1000000000 { s = s + 1 }")
        time.sleep(0.3)
        self.interrupt_by_message()
        r = self.reply(msg_id)
        self.assertEqual((r["status"], r["evalue"]), ("error", "interrupted"))

    def test_an_interrupt_while_nothing_runs_is_forgotten(self):
        self.km.interrupt_kernel()
        time.sleep(0.1)
        self.assertEqual(self.run_cell("1+1")["status"], "ok")

    def test_a_guess_is_typed_into_a_field(self):
        self.run_cell("a = 3; L = a*a; predict on")
        msg_id = self.kc.execute("step L", allow_stdin=True)
        self.kc.get_stdin_msg(timeout=TIMEOUT)
        self.kc.input("9")
        self.assertEqual(self.reply(msg_id)["status"], "ok")
        texts = ""
        while "right" not in texts:
            texts += self.wait_for("stream")["text"]
        # Without a field the next cell is the guess.
        self.run_cell("forward; step L", allow_stdin=False)

    def test_control_is_answered_while_a_cell_runs(self):
        self.run_cell("param w = 1; E = (w - 3)**2")
        msg_id = self.kc.execute("train E 1000000000 0.0000001")
        self.wait_for("display_data")
        request = self.kc.session.msg("kernel_info_request", {})
        begun = time.monotonic()
        self.kc.control_channel.send(request)
        reply = self.kc.get_control_msg(timeout=TIMEOUT)
        self.assertLess(time.monotonic() - begun, 1)
        self.assertEqual(reply["content"]["implementation"], "backstep")
        self.interrupt_by_message()
        self.reply(msg_id)

    def test_what_follows_an_error_at_once_is_not_run(self):
        ids = [self.kc.execute(c) for c in ("1 +* 2", "a = 1", "b = 2")]
        self.assertEqual([self.reply(i)["status"] for i in ids], ["error", "aborted", "aborted"])
        time.sleep(0.15)
        self.assertEqual(self.run_cell("1+1")["status"], "ok")
        ids = [self.kc.execute(c, stop_on_error=False) for c in ("1 +* 2", "a = 1")]
        self.assertEqual([self.reply(i)["status"] for i in ids], ["error", "ok"])

    def test_messages_come_in_their_order(self):
        msg_id = self.kc.execute("1+1\n2+2\n3+3")
        kinds = []
        while kinds[-1:] != ["idle"]:
            m = self.kc.get_iopub_msg(timeout=TIMEOUT)
            if m["parent_header"].get("msg_id") == msg_id:
                kinds.append(m["content"].get("execution_state") or m["msg_type"])
        self.assertEqual(kinds, ["busy", "execute_input", "stream", "stream", "execute_result", "idle"])

    def test_silence(self):
        msg_id = self.kc.execute("1+1", silent=True)
        self.assertEqual(self.reply(msg_id)["execution_count"], 0)
        kinds = []
        while kinds[-1:] != ["idle"]:
            m = self.kc.get_iopub_msg(timeout=TIMEOUT)
            if m["parent_header"].get("msg_id") == msg_id:
                kinds.append(m["content"].get("execution_state") or m["msg_type"])
        self.assertEqual(kinds, ["busy", "idle"])

    def test_places_count_characters(self):
        self.run_cell("𝒳 = 1; alpha = 2")
        r = self.reply(self.kc.complete("𝒳 + alp + 1", 7))
        self.assertEqual((r["matches"], r["cursor_start"], r["cursor_end"]), (["alpha"], 4, 7))
        r = self.reply(self.kc.inspect("𝒳 + alpha", 6))
        self.assertIn("alpha = 2 is a leaf", r["data"]["text/plain"])
        self.assertFalse(self.reply(self.kc.inspect("   ", 1))["found"])

    def test_looking_is_not_typing(self):
        self.run_cell("lesson two-paths")
        before = self.run_cell("context")["status"]
        self.reply(self.kc.inspect("tanh"))
        self.reply(self.kc.complete("2"))
        self.assertEqual(before, "ok")
        self.kc.execute("99999")
        self.assertIn("Not", self.wait_for_words("Not"))

    def wait_for_words(self, words):
        while True:
            m = self.kc.get_iopub_msg(timeout=TIMEOUT)["content"]
            text = m.get("text", "") or m.get("data", {}).get("text/plain", "")
            if words in text:
                return text

    def test_quit_asks_the_front_end(self):
        self.assertEqual(self.run_cell("quit")["payload"][0]["source"], "ask_exit")

    def test_a_comm_is_closed(self):
        self.kc.shell_channel.send(self.kc.session.msg("comm_open", {
            "comm_id": "x", "target_name": "jupyter.widget", "data": {}}))
        self.assertEqual(self.wait_for("comm_close")["comm_id"], "x")

    def test_shutdown_while_busy(self):
        self.run_cell("param w = 1; E = (w - 3)**2")
        self.kc.execute("train E 1000000000 0.0000001")
        self.wait_for("display_data")
        begun = time.monotonic()
        self.km.shutdown_kernel()
        self.assertLess(time.monotonic() - begun, 3)

    def test_restart(self):
        self.run_cell("a = 2")
        self.km.restart_kernel()
        self.kc.wait_for_ready(timeout=TIMEOUT)
        self.assertEqual(self.run_cell("a")["status"], "error")


class Start(unittest.TestCase):
    """The program by itself: what it is given, and what becomes of it when nobody is left."""

    def connection(self, **change):
        sockets = [socket.socket() for _ in range(5)]
        for s in sockets:
            s.bind(("127.0.0.1", 0))
        names = ["shell_port", "iopub_port", "stdin_port", "control_port", "hb_port"]
        file = dict({n: s.getsockname()[1] for n, s in zip(names, sockets)}, ip="127.0.0.1",
                    transport="tcp", key="k", signature_scheme="hmac-sha256")
        file.update(change)
        self.sockets = sockets
        path = tempfile.mktemp(suffix=".json")
        with open(path, "w") as f:
            json.dump({k: v for k, v in file.items() if v is not None}, f)
        return path

    def refused(self, path, *words):
        r = subprocess.run([KERNEL, path], capture_output=True, text=True, timeout=TIMEOUT)
        self.assertEqual(r.returncode, 1)
        self.assertEqual(r.stderr.count("\n"), 1, r.stderr)
        for w in words:
            self.assertIn(w, r.stderr)

    def test_false_connection_files(self):
        self.refused("/nowhere.json", "there is no file '/nowhere.json'")
        self.refused(__file__, "is not a connection file of Jupyter")
        self.refused(self.connection(shell_port=None), '"shell_port" is missing')
        self.refused(self.connection(hb_port=99999), '"hb_port"')
        self.refused(self.connection(transport="carrier pigeon"), '"transport"')
        self.refused(self.connection(ip="127.0.0.1;*"), '"ip"')
        self.refused(self.connection(key=None), '"key" is missing')
        self.refused(self.connection(signature_scheme="hmac-md5"), "hmac-sha256")

    def test_a_port_in_use(self):
        path = self.connection()
        self.sockets[0].listen()
        self.refused(path, "another program already listens on tcp://127.0.0.1:")

    def test_an_orphan_ends(self):
        for code in ("", "param w = 1; E = (w - 3)**2\ntrain E 1000000000 0.0000001"):
            script = ("import jupyter_client, os, sys, time\n"
                      "km = jupyter_client.KernelManager(kernel_name='backstep')\n"
                      "km.start_kernel(); kc = km.client(); kc.start_channels()\n"
                      "kc.wait_for_ready(timeout=30); kc.execute(%r); time.sleep(0.3)\n"
                      "print(km.provisioner.pid, flush=True); os.kill(os.getpid(), 9)" % code)
            r = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True,
                               timeout=TIMEOUT)
            pid, until = int(r.stdout), time.monotonic() + 2
            while time.monotonic() < until and os.path.exists("/proc/%d" % pid):
                with open("/proc/%d/stat" % pid) as f:
                    if f.read().rsplit(")", 1)[1].split()[0] == "Z":
                        break  # it has ended; nobody has looked yet
                time.sleep(0.05)
            self.assertLess(time.monotonic(), until, "an orphan is still there after 2 s")

    def test_it_starts_fast(self):
        times = []
        for _ in range(5):
            km = jupyter_client.KernelManager(kernel_name="backstep")
            km.start_kernel(stderr=subprocess.DEVNULL)
            kc = km.client()
            kc.start_channels()
            begun = time.monotonic()
            kc.wait_for_ready(timeout=TIMEOUT)
            times.append(time.monotonic() - begun)
            kc.stop_channels()
            km.shutdown_kernel(now=True)
        print("ready after %.0f ms as jupyter_client sees it" % (1000 * min(times)))
        self.assertLess(min(times), 3)

    def test_install(self):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([KERNEL, "--install", folder, "/opt/backstep-jupyter"], check=True,
                           capture_output=True)
            with open(os.path.join(folder, "kernels/backstep/kernel.json")) as f:
                spec = json.load(f)
            self.assertEqual(spec["argv"], ["/opt/backstep-jupyter", "{connection_file}"])
            for name in ("logo-32x32.png", "logo-64x64.png"):
                with open(os.path.join(folder, "kernels/backstep", name), "rb") as f:
                    self.assertEqual(f.read(8), b"\x89PNG\r\n\x1a\n")
        r = subprocess.run([KERNEL, "--install", "/proc/nowhere"], capture_output=True, text=True)
        self.assertEqual(r.returncode, 1)
        self.assertIn("cannot be made", r.stderr)


class Console(unittest.TestCase):
    def test_jupyter_console(self):
        child = pexpect.spawn(sys.executable, ["-m", "jupyter_console", "--kernel", "backstep",
                                               "--simple-prompt"], timeout=TIMEOUT,
                              encoding="utf-8", dimensions=(24, 80))
        child.expect(r"In \[1\]")
        child.sendline("a = 2; L = a*a; backward L")
        child.expect("chain rule")
        child.expect(r"In \[2\]")
        child.sendline("graph L")
        child.expect("╔")
        child.sendline("1 +* 2")
        child.expect(r"\^")
        child.sendline("quit")
        child.expect(pexpect.EOF)
        child.close()


class Magic(unittest.TestCase):
    """%%backstep in a notebook of Python: src/python/backstep.py."""

    def test_cells(self):
        nb = nbformat.v4.new_notebook()
        nb.cells = [nbformat.v4.new_code_cell(c) for c in (
            "%load_ext backstep",
            "%%backstep\na = 2; b = -3; L = a*b\nbackward L\ngraph L",
            "import backstep\nbackstep.session()['L']",
            "%backstep 1+1",
            "%%backstep\n1 +* 2")]
        with self.assertRaises(CellExecutionError) as caught:
            NotebookClient(nb, timeout=TIMEOUT, kernel_name="python3").execute()
        self.assertIn("error: a number or a name is missing", str(caught.exception))
        self.assertIn("image/svg+xml", forms(nb.cells[1]))
        self.assertIn("chain rule", said(nb.cells[1]))
        self.assertEqual(said(nb.cells[2]), "-6.0")


if __name__ == "__main__":
    counted.main()
