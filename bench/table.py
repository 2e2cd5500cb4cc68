"""One table: what backstep takes for a piece of work, and what others take for the same.

  bench/table.py FOLDER     BACKSTEP names the program; FOLDER receives table.csv and table.svg

Each figure is the processor time of a whole program, the least of three runs; of a training it is that of a
step, without the start. What is not installed is left out of the table, and named below it.
"""
import csv
import os
import resource
import shutil
import subprocess
import sys
import tempfile

PEERS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers")
BACKSTEP = os.path.abspath(os.environ["BACKSTEP"])
FOLDER = os.path.abspath(sys.argv[1])
ROUNDS = 3
MILLION = 1000000
missing = set()


def spent(command):
    """The processor seconds of a command, and its peak memory in bytes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.NamedTemporaryFile() as figures:
        # Not os.wait4: the peak that it tells is this program's, where that is larger.
        run = subprocess.run(["/usr/bin/time", "-f", "%M", "-o", figures.name] + command,
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT)
        if run.returncode != 0:
            sys.exit(f"{' '.join(command)}: {run.stdout.decode()[-400:]}")
        peak = int(figures.read())
    now = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = now.ru_utime + now.ru_stime - before.ru_utime - before.ru_stime
    return seconds, peak * 1024, run.stdout.decode()


def least(command):
    runs = [spent(command)[:2] for _ in range(ROUNDS)]
    return min(r[0] for r in runs), min(r[1] for r in runs)


def there(program):
    if shutil.which(program) is None:
        missing.add(program)
        return False
    return True


def write(name, text):
    path = os.path.join(FOLDER, name)
    with open(path, "w") as f:
        f.write(text)
    return path


def python_with(module):
    """Debian's python3, which sees Debian's modules."""
    command = ["/usr/bin/python3", "-c", f"import {module}"]
    if subprocess.run(command, capture_output=True).returncode != 0:
        missing.add(f"python3-{module}")
        return False
    return True


class Row:
    def __init__(self, work, ours, memory=None, nodes=None, unit=1e-3):
        self.work, self.ours, self.memory, self.nodes = work, ours, memory, nodes
        self.unit, self.others = unit, {}

    def add(self, name, seconds):
        self.others[name] = seconds


def many_starts(command):
    """A start takes less than the clock can tell: the mean of a hundred."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for _ in range(100):
        subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
    now = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (now.ru_utime + now.ru_stime - before.ru_utime - before.ru_stime) / 100


def start():
    row = Row("start and leave", many_starts([BACKSTEP, "-e", "print 1"]))
    if there("sqlite3"):
        row.add("sqlite3", many_starts(["sqlite3", ":memory:", ".quit"]))
    if there("lua5.4"):
        row.add("lua", many_starts(["lua5.4", "-e", "print(1)"]))
    return row


NET = """seed 1
M = moons(100); data X = M[:, 0:2]; data y = 2*M[:, 2] - 1
param W1 = randn(2, 16)/2; param b1 = zeros(16)
param W2 = randn(16, 16)/2; param b2 = zeros(16)
param W3 = randn(16)/2; param b3 = 0
L = mse(tanh(tanh(X @ W1 + b1) @ W2 + b2) @ W3 + b3, y)
"""


def training():
    few, many = 500, 20500
    scripts = [write(f"train{n}.bs", NET + f"train L {n} 0.05\n") for n in (few, many)]
    times = [least([BACKSTEP, s]) for s in scripts]
    row = Row("a training step, 100 rows, 2-16-16-1", (times[1][0] - times[0][0]) / (many - few),
              times[1][1], 64303, 1e-6)
    for name, command in (("C", [os.path.join(FOLDER, "moons"), "5000"]),
                          ("ADOL-C", [os.path.join(FOLDER, "moons_adolc"), "500"]),
                          ("PyTorch", ["/usr/bin/python3", os.path.join(PEERS, "moons_torch.py"), "500"])):
        if name == "PyTorch" and not python_with("torch"):
            continue
        if name == "ADOL-C" and not os.path.exists(command[0]):
            missing.add("libadolc-dev")
            continue
        steps = [float(spent(command)[2].split()[0]) for _ in range(ROUNDS)]
        row.add(name, min(steps) * 1e-6)
    return row


def turns():
    script = write("turns.bs", f"x = 1\na = 0.5\nb = 1\nrepeat {MILLION} {{ x = x*a + b }}\n")
    row = Row("10⁶ turns of x = x*a + b", *least([BACKSTEP, script]), 2 * MILLION)
    code = f"local x, a, b = 1, 0.5, 1; for i = 1, {MILLION} do x = x*a + b end print(x)"
    if there("lua5.4"):
        row.add("lua", least(["lua5.4", "-e", code])[0])
    if there("bc"):
        text = f"scale=17;x=1;a=0.5;b=1;for(i=0;i<{MILLION};i++)x=x*a+b\nquit\n"
        row.add("bc", least(["bc", "-q", write("turns.bc", text)])[0])
    return row


def statements():
    lines = "x = 1\na = 0.5\n" + "".join(f"y{i % 100} = x*a + {i % 7}\n" for i in range(MILLION))
    row = Row("10⁶ statements", *least([BACKSTEP, write("statements.bs", lines)]), 3 * MILLION)
    if there("lua5.4"):
        row.add("lua", least(["lua5.4", write("statements.lua", lines)])[0])
    return row


def terms():
    total = "a" + "+a" * (MILLION - 1)
    row = Row("a sum of 10⁶ terms",
              *least([BACKSTEP, write("terms.bs", f"a = 1\nb = {total}\nprint b\n")]), MILLION)
    if there("lua5.4"):
        row.add("lua", least(["lua5.4", write("terms.lua", f"a = 1\nb = {total}\nprint(b)\n")])[0])
    if there("bc"):
        row.add("bc", least(["bc", "-q", write("terms.bc", f"a=1\nb={total}\nb\nquit\n")])[0])
    return row


def table_of_data():
    path = os.path.join(FOLDER, "data.csv")
    with open(path, "w") as f:
        f.write("a,b,c,d\n")
        f.writelines(f"{i % 977 / 977:.6f},{i % 1013 / 13:.6f},{-(i % 31) / 7:.6f},{i % 3}\n"
                     for i in range(MILLION))
    row = Row("load_csv of 10⁶ × 4",
              *least([BACKSTEP, write("data.bs", f'X = load_csv("{path}")\nprint X[5, 1]\n')]),
              4 * MILLION)
    if python_with("numpy"):
        code = ("import time, numpy; t = time.process_time(); "
                f"numpy.loadtxt('{path}', delimiter=',', skiprows=1); print(time.process_time() - t)")
        times = [float(spent(["/usr/bin/python3", "-c", code])[2]) for _ in range(ROUNDS)]
        row.add("numpy.loadtxt", min(times))
    return row


def figure(seconds, unit):
    number = seconds / unit
    return f"{number:.0f}" if number >= 100 else f"{number:.2g}" if number < 1 else f"{number:.1f}"


def lines_of(row, empty):
    unit = "µs" if row.unit == 1e-6 else "ms"
    first = [row.work, f"{figure(row.ours, row.unit)} {unit}"]
    last = ["", "", ""]
    if row.nodes is not None:
        last = [f"{row.nodes}", f"{row.ours * 1e9 / row.nodes:.2f}",
                f"{(row.memory - empty) / row.nodes:.0f}"]
    for i, (name, seconds) in enumerate(row.others.items() or [("", None)]):
        peer = ["", "", ""] if seconds is None else [
            name, f"{figure(seconds, row.unit)} {unit}", f"{row.ours / seconds:.2f}"]
        yield (first if i == 0 else ["", ""]) + peer + (last if i == 0 else ["", "", ""])


def draw(rows):
    data = "".join(f'"{row.work}, {name}" {row.ours / seconds:.4g}\n'
                   for row in rows for name, seconds in row.others.items())
    write("table.dat", data)
    plot = f"""set terminal svg size 900,420 font 'sans,11' noenhanced
set output '{FOLDER}/table.svg'
set title "backstep's time, that of others being 1"
set logscale x
set yrange [*:*] reverse
set offsets 0, 0, 0.6, 0.6
set grid x
unset key
set style fill solid 0.6
plot '{FOLDER}/table.dat' using ($2):0:(0.01):2:($0-0.3):($0+0.3):ytic(1) with boxxyerror lc rgb '#3465a4', \\
     1, '' using 2:0:2 with labels left offset 1
"""
    plot = plot.replace("     1, ''", "     ''")
    if there("gnuplot"):
        subprocess.run(["gnuplot"], input=plot.encode(), check=True)


def main():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.makedirs(FOLDER, exist_ok=True)
    head = ["work", "backstep", "other", "other's", "ratio", "nodes", "ns/node", "bytes/node"]
    empty = least([BACKSTEP, "-e", "print 1"])[1]
    rows = [f() for f in (start, training, turns, statements, terms, table_of_data)]
    lines = [head] + [line for row in rows for line in lines_of(row, empty)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    for line in lines:
        print("  ".join(cell.ljust(w) if i in (0, 2) else cell.rjust(w)
                        for i, (cell, w) in enumerate(zip(line, widths))).rstrip())
    with open(os.path.join(FOLDER, "table.csv"), "w", newline="") as f:
        out = csv.writer(f)
        out.writerow(["work", "program", "seconds", "nodes", "peak bytes"])
        for row in rows:
            out.writerow([row.work, "backstep", f"{row.ours:.6g}", row.nodes or "", row.memory or ""])
            for name, seconds in row.others.items():
                out.writerow([row.work, name, f"{seconds:.6g}", "", ""])
    draw(rows)
    for name in sorted(missing):
        print(f"not there: {name}")
    for name in os.listdir(FOLDER):
        if name.endswith((".bs", ".lua", ".bc", ".dat")) or name == "data.csv":
            os.remove(os.path.join(FOLDER, name))
    print(f"written: {os.path.relpath(FOLDER)}/table.csv, table.svg")


main()
