"""backstep from Python: values, gradients and pictures of a backpropagation session.

    import backstep

    bs = backstep.Session()
    print(bs.run("a = 2; b = -3; L = a*b; backward L"))
    bs["L"], bs.grad("a")              # -6.0, -3.0
    bs.picture("L", "graph.svg")       # what `graph L graph.svg` draws

In a notebook of Python (Colab, Jupyter) it has cells of its own:

    %load_ext backstep

    %%backstep
    a = 2; L = a*a
    backward L
    graph L

One file that needs nothing but Python 3.8 and the program. It is found by $BACKSTEP, in PATH, or
beside this file; the conversation with it is described in docs/programs.md.
"""

import json
import os
import queue
import shutil
import subprocess
import tempfile
import threading
import weakref

__all__ = ["Session", "Answer", "BackstepError", "NeedRefused"]

TALK_VERSION = 1


class BackstepError(Exception):
    """What backstep answers to a mistake. `message`, `hint`, `line`, `column` and `excerpt` have its
    parts, `answer` what came before it."""

    def __init__(self, message, hint="", excerpt="", line=0, column=0, answer=None):
        self.message, self.hint, self.excerpt = message, hint, excerpt
        self.line, self.column, self.answer = line, column, answer
        text = message + ("; " + hint if hint else "")
        super().__init__(text + ("\n" + excerpt.rstrip("\n") if excerpt else ""))

    def _render_traceback_(self):
        # For IPython: the lines of Python's own traceback would say nothing of the mistake.
        return ["error: " + str(self)]


class NeedRefused(Exception):
    """Raised by a function that answers needs (`read`, `write`): the learner is told why."""


def find_program():
    """The path of the program, or an error that says where it was looked for."""
    named = os.environ.get("BACKSTEP")
    beside = os.path.join(os.path.dirname(os.path.abspath(__file__)), "backstep")
    for path in (named, shutil.which("backstep"), beside):
        if path and os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    where = "$BACKSTEP is %s, which is no program" % named if named else "it is not in PATH"
    raise FileNotFoundError("the program backstep is missing: %s; install it, or give its path: "
                            "backstep.Session('/path/to/backstep')" % where)


def _read_lines(stream, lines):
    for line in stream:
        lines.put(line)
    lines.put(b"")


def _end(process, reader):
    try:
        process.stdin.close()
    except OSError:
        pass
    try:
        process.wait(2)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    reader.join(2)
    process.stdout.close()


def number(v):
    """A value as records have it (numbers, lists, "nan", "inf", "-inf") in Python's numbers."""
    if isinstance(v, list):
        return [number(x) for x in v]
    return float(v)


class Answer:
    """What a text came to. `records` are dictionaries as docs/records.md describes them, `text` is
    what the prompt shows, `waits` says what the next text is expected to be: "", "guess" or
    "answer"."""

    def __init__(self):
        self.records, self.bundles, self.waits, self.end = [], [], "", "done"
        self._plain = []

    def _take(self, record):
        record.pop("id", None)
        plain, forms = record.pop("plain", ""), record.pop("forms", None)
        self._plain.append(plain)
        if forms is not None and (plain or len(forms) > 1):
            self.bundles.append(forms)
        self.records.append(record)

    @property
    def text(self):
        return "".join(self._plain)

    def of(self, kind):
        """The records of one kind."""
        return [r for r in self.records if r["kind"] == kind]

    def __str__(self):
        return self.text.rstrip("\n")

    def __repr__(self):
        return "<Answer: %d records>" % len(self.records)

    def _repr_html_(self):
        return "<pre>%s</pre>" % self.text.replace("&", "&amp;").replace("<", "&lt;")


class Session:
    """A session: a graph and its names. Use it in a `with`, or close() it.

    program   the path of backstep; found as find_program() says if left out
    read      answers `load` and `load_csv` in place of files: a function of the path that returns
              the text, or raises NeedRefused
    write     answers `save` and `export`: a function of the path and the text
    """

    def __init__(self, program=None, read=None, write=None, cwd=None):
        self._lock = threading.RLock()
        self._id = 0
        self._needs = {k: f for k, f in (("read", read), ("write", write)) if f is not None}
        # A process group of its own: Ctrl-C reaches Python, which tells it.
        self._process = subprocess.Popen([program or find_program(), "--talk"],
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=cwd,
                                         start_new_session=True)
        # Lines are read by a thread: Ctrl-C, which may come at any time, would tear one apart.
        self._lines = queue.Queue()
        reader = threading.Thread(target=_read_lines, daemon=True,
                                  args=(self._process.stdout, self._lines))
        reader.start()
        self._end = weakref.finalize(self, _end, self._process, reader)
        hello = self._read()
        if hello.get("kind") != "hello" or hello.get("talk", 0) < TALK_VERSION:
            self.close()
            raise RuntimeError("this program does not converse as this module does; both should "
                               "come from the same release")
        if self._needs:
            self._ask({"needs": sorted(self._needs)}, None)

    # ---- The conversation -----------------------------------------------------------------------

    def _send(self, request):
        line = json.dumps(request, ensure_ascii=False)
        # Python's strings may hold halves of characters, which UTF-8 has no bytes for.
        bytes_ = line.encode("utf-8", "replace") + b"\n"
        try:
            self._process.stdin.write(bytes_)
            self._process.stdin.flush()
        except (BrokenPipeError, ValueError, OSError):
            raise RuntimeError("the session has ended; make another") from None

    def _read(self):
        line = self._lines.get()
        if not line:
            self._lines.put(line)
            raise RuntimeError("the program has ended without an answer")
        return json.loads(line)

    def _supply(self, need):
        path = need.get("path", "")
        try:
            if need["what"] == "read":
                given = self._needs["read"](path)
                if isinstance(given, bytes):
                    given = given.decode("utf-8", "replace")
                self._send({"supply": given})
            else:
                self._needs["write"](path, need.get("text", ""))
                self._send({"supply": ""})
        except NeedRefused as e:
            self._send({"refuse": str(e)})
        except Exception as e:
            self._send({"refuse": "%s: %s" % (type(e).__name__, e)})
            raise

    def _ask(self, request, on_record):
        """Sends a request and gathers its answer. A KeyboardInterrupt interrupts the program, and
        goes on to the caller when that has answered."""
        with self._lock:
            self._id += 1
            self._send(dict(request, id=self._id))
            answer, pending = Answer(), None
            while True:
                try:
                    record = self._read()
                    if record.get("id") != self._id:
                        continue
                    if record["kind"] == "done":
                        break
                    if record["kind"] == "need":
                        self._supply(record)
                        continue
                    answer._take(record)
                    if on_record is not None:
                        on_record(record, answer)
                except (KeyboardInterrupt, Exception) as e:
                    if pending is not None or self._process.poll() is not None:
                        raise
                    pending = e
                    self.interrupt()
            answer.end, answer.waits = record["end"], record["waits"]
            if pending is not None:
                raise pending
            if answer.end == "refused":
                raise ValueError(record.get("message", "refused"))
            return answer

    def interrupt(self):
        """As Ctrl-C: ends what is running. May be called from another thread, or a signal."""
        self._send({"interrupt": True})

    # ---- Statements -----------------------------------------------------------------------------

    def try_run(self, code, mode="prompt", forms=False, on_record=None):
        """As run(), but a mistake is a record of kind "error", not an exception."""
        return self._ask({"run": code, "mode": mode, "plain": True, "forms": forms}, on_record)

    def run(self, code, mode="prompt", forms=False, on_record=None):
        """Runs statements, and returns what they answer. mode="script": only what was asked for
        answers. on_record(record, answer) sees each record as it comes, a training ten times a
        second. A mistake raises BackstepError; what stood before it has happened."""
        answer = self.try_run(code, mode, forms, on_record)
        if answer.end == "failed":
            e = (answer.of("error") or [{}])[-1]
            raise BackstepError(e.get("message", "failed"), e.get("hint", ""), e.get("excerpt", ""),
                                e.get("line", 0), e.get("column", 0), answer)
        return answer

    def value(self, expression):
        """The value of an expression: a float, or lists of them. Nothing is added to the graph."""
        values = self.run("print(%s)" % expression, mode="script").of("print")
        if not values:
            raise BackstepError("'%s' has no value" % expression)
        return number(values[-1]["values"][0])

    __getitem__ = value

    def __setitem__(self, name, v):
        """Binds a name to a number, or to lists of them."""
        self.run("%s = %s" % (name, json.dumps(number(v))), mode="script")

    def grad(self, name):
        """The gradient that the last backward pass left: a float, or lists of them."""
        return self.value("%s.grad" % name)

    def complete(self, text, at=None):
        """What may be typed at a place (a count of characters): the list, and the characters from
        and to which an item stands."""
        request = {"complete": text} if at is None else {"complete": text, "at": at}
        r = self._ask(request, None).records[0]
        return r["items"], r["from"], r["to"]

    def look(self, statement, forms=False):
        """Runs a statement that only looks (`explain a`, `help tanh`) and takes everything back: a
        lesson that waits for an answer waits on. None if there is nothing to see."""
        answer = self._ask({"look": statement, "plain": True, "forms": forms}, None)
        return answer if answer.end == "done" else None

    def picture(self, what, path=None, format="svg"):
        """The graph of an output as `graph` draws it. With a path it is written there, and the
        ending chooses the form (svg, png, pdf, html: a player); without, its bytes are returned."""
        if path is not None:
            self.run('graph %s "%s"' % (what, path))
            return None
        return self._drawn("graph %s" % what, format)

    def plot(self, what, path=None, format="svg"):
        """The same of a plot: `tanh(x)`, `history`, `boundary model X y`."""
        if path is not None:
            self.run('plot %s "%s"' % (what, path))
            return None
        return self._drawn("plot %s" % what, format)

    def _drawn(self, statement, format):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "picture." + format)
            self.run('%s "%s"' % (statement, path))
            with open(path, "rb") as f:
                return f.read()

    # ---- Its end --------------------------------------------------------------------------------

    def close(self):
        """Ends the program. Once is enough; more often does no harm."""
        self._end()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


# ---- Cells of a notebook ------------------------------------------------------------------------

_shared = None


def session():
    """The session of the cells, begun when first asked for."""
    global _shared
    if _shared is None or _shared._process.poll() is not None:
        _shared = Session()
    return _shared


class _Progress:
    """The bar of a training, drawn over itself."""

    def __init__(self, display):
        self._display, self._handle = display, None

    def see(self, record):
        steps, done = record["wanted"], record["steps"]
        html = '<progress max="%d" value="%d"></progress> %d of %d' % (steps, done, done, steps)
        data = {"text/plain": "%d of %d" % (done, steps), "text/html": html}
        if self._handle is None:
            self._handle = self._display(data, raw=True, display_id=True)
        else:
            self._handle.update(data, raw=True)


def _show(display, record, answer, shown):
    """Shows what has come since the last time."""
    while len(answer.bundles) > shown[0]:
        display(answer.bundles[shown[0]], raw=True)
        shown[0] += 1


def _run_cell(code):
    from IPython.display import display
    bar, shown = _Progress(display), [0]

    def on_record(record, answer):
        if record["kind"] == "training":
            bar.see(record)
        elif record["kind"] != "error":
            _show(display, record, answer, shown)

    session().run(code, forms=True, on_record=on_record)


def load_ipython_extension(ipython):
    """%load_ext backstep"""

    def magic(line, cell=None):
        """Runs backstep: %backstep STATEMENT, or a cell that begins with %%backstep."""
        _run_cell(line if cell is None else cell)

    ipython.register_magic_function(magic, "line_cell", "backstep")
