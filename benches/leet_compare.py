#!/usr/bin/env python3
"""Trimtab's console beside W&B LEET on the same curves: time from start to all charts complete, and memory.

  python benches/leet_compare.py --trimtab target/release/trimtab [--steps 200000] [--metrics 5] [--repeat 3]

Run it with a Python that has `wandb` and `pyte`. Both consoles are started in a terminal of the same size. Complete are the charts,
for both alike, at the last change of any cell that curves are drawn in (braille), once every metric's name is on the screen and
none of those cells has changed for a few seconds after. Memory is the resident memory of the console with all
processes that it started; Trimtab's agent, which serves others, too, is said apart. Every ratio is theirs by ours.
"""

import argparse
import fcntl
import json
import math
import os
import pathlib
import pty
import random
import re
import select
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
import urllib.request

ROWS, COLUMNS = 50, 200
# Nothing may have changed for so long, in seconds.
QUIET = 4
LONGEST = 180
# What terminals are asked at a start, and what one says.
ANSWERS = [
    (b"\x1b[6n", b"\x1b[1;1R"),
    (b"\x1b[c", b"\x1b[?62;22c"),
    (b"\x1b[0c", b"\x1b[?62;22c"),
    (b"\x1b]11;?", b"\x1b]11;rgb:0000/0000/0000\x1b\\"),
    (b"\x1b]10;?", b"\x1b]10;rgb:ffff/ffff/ffff\x1b\\"),
    (b"\x1b[?2026$p", b"\x1b[?2026;2$y"),
    (b"\x1b[?2027$p", b"\x1b[?2027;0$y"),
]


def curves(options):
    """The same values for both: steps with the value of each metric."""
    chance = random.Random(7)
    for step in range(options.steps):
        yield step, [
            math.exp(-step / options.steps * (m + 1)) + chance.gauss(0, 0.05) for m in range(options.metrics)
        ]


def name(metric):
    return f"curve_{metric}"


def offline_run(folder, options):
    """An offline run of W&B; its folder."""
    import wandb

    settings = wandb.Settings(console="off", x_disable_stats=True, silent=True)
    with wandb.init(mode="offline", dir=folder, project="bench", settings=settings) as run:
        for step, values in curves(options):
            run.log({name(m): v for m, v in enumerate(values)}, step=step)
    return next(pathlib.Path(folder).glob("wandb/offline-run-*"))


class Ours:
    """A workspace with an agent and the run."""

    def __init__(self, folder, options):
        self.binary = str(pathlib.Path(options.trimtab).resolve())
        self.folder = pathlib.Path(folder)
        home = self.folder / "home"
        home.mkdir(parents=True)
        self.env = dict(os.environ, HOME=str(home), XDG_CONFIG_HOME=str(home), XDG_STATE_HOME=str(home), XDG_DATA_HOME=str(home))
        policy = '[workspace]\nname = "bench"\n\n[agent]\nhttp = "127.0.0.1:0"\n'
        (self.folder / "trimtab.toml").write_text(policy)
        self.run("agent", "start")
        self.status = json.loads(self.run("agent", "status", "--json"))
        self.fill(options)

    def run(self, *arguments):
        done = subprocess.run([self.binary, *arguments], cwd=self.folder, env=self.env, capture_output=True, check=True)
        return done.stdout.decode()

    def call(self, path, message):
        request = urllib.request.Request(self.status["http"] + "/api/2.0/mlflow/" + path, json.dumps(message).encode())
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def fill(self, options):
        run = self.call("runs/create", {"experiment_id": "0", "run_name": "curves", "start_time": 0})["run"]["info"]["run_id"]
        batch = []
        for step, values in curves(options):
            batch += [{"key": name(m), "value": v, "timestamp": step, "step": step} for m, v in enumerate(values)]
            if len(batch) + options.metrics > 1000 or step == options.steps - 1:
                self.call("runs/log-batch", {"run_id": run, "metrics": batch})
                batch = []
        # What was just written is put in order while nobody asks for anything.
        time.sleep(8)


def descendants(pid):
    """A process and all that it started."""
    found = [pid]
    for task in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            for child in task.read_text().split():
                found += descendants(int(child))
        except OSError:
            pass
    return found


def resident(pids):
    """Their resident memory, in MB."""
    total = 0
    for pid in pids:
        try:
            total += int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        except (OSError, IndexError):
            pass
    return total / 1e6


def watched(command, cwd, env, keys):
    """A console from its start until nothing changes: what it wrote and when, and its memory then."""
    started = time.monotonic()
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(cwd)
        # The size must be there before the program looks.
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        os.execvpe(command[0], command, dict(env, TERM="xterm-256color", COLORTERM="truecolor"))
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    os.write(terminal, keys)
    chunks, braille, most = [], math.inf, 0
    try:
        while time.monotonic() - started < LONGEST and not time.monotonic() - braille > QUIET:
            ready, _, _ = select.select([terminal], [], [], 0.25)
            if not ready:
                most = max(most, resident(descendants(pid)))
                continue
            try:
                data = os.read(terminal, 1 << 16)
            except OSError:
                break
            now = time.monotonic()
            chunks.append((now - started, data))
            for question, answer in ANSWERS:
                if question in data:
                    os.write(terminal, answer)
            # Braille begins with these two bytes.
            if re.search(rb"\xe2[\xa0-\xa3]", data):
                braille = now
        return chunks, max(most, resident(descendants(pid)))
    finally:
        for process in reversed(descendants(pid)):
            try:
                os.kill(process, signal.SIGKILL)
            except OSError:
                pass
        os.waitpid(pid, 0)
        os.close(terminal)


def complete(chunks, options):
    """When the last cell with a part of a curve changed, in milliseconds, and the screen at the end."""
    import pyte

    screen = pyte.Screen(COLUMNS, ROWS)
    stream = pyte.ByteStream(screen)
    drawn, last = None, None
    for at, data in chunks:
        stream.feed(data)
        now = [(y, x, c) for y, line in enumerate(screen.display) for x, c in enumerate(line) if "\u2800" < c <= "\u28ff"]
        if now and now != drawn:
            drawn, last = now, at
    text = "\n".join(screen.display)
    missing = [name(m) for m in range(options.metrics) if name(m) not in text]
    if last is None or missing or len(drawn) < 20 * options.metrics:
        sys.exit(f"The charts were not complete: no {missing}, {len(drawn or [])} cells of curves.\n{text}")
    return last * 1000, text


def measured(options, command, cwd, env, keys=b""):
    """The medians of some starts: milliseconds, and megabytes."""
    times, memory, text = [], [], ""
    for _ in range(options.repeat):
        chunks, resident_mb = watched(command, cwd, env, keys)
        took, text = complete(chunks, options)
        times.append(took)
        memory.append(resident_mb)
    if options.show:
        print(text)
    return statistics.median(times), statistics.median(memory)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--trimtab", required=True, help="the release binary")
    parser.add_argument("--steps", type=int, default=200_000)
    parser.add_argument("--metrics", type=int, default=5)
    parser.add_argument("--repeat", type=int, default=3, help="starts of each")
    parser.add_argument("--show", action="store_true", help="print the last screen of each")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ours = Ours(pathlib.Path(folder) / "trimtab", options)
        try:
            # 3 is the pane with the charts of the selected run; there is but one.
            mine = measured(options, [ours.binary], ours.folder, ours.env, b"3")
            agent = resident([ours.status["welcome"]["pid"]])
        finally:
            ours.run("agent", "stop")
        run = offline_run(folder, options)
        wandb = str(pathlib.Path(sys.executable).parent / "wandb")
        env = dict(os.environ, WANDB_MODE="offline", WANDB_ERROR_REPORTING="false", HOME=folder)
        theirs = measured(options, [wandb, "leet", "run", str(run)], folder, env)
    print(f"{'':38} {'W&B LEET':>12} {'trimtab':>12}  ratio")
    for what, unit, a, b in (
        ("start to all charts complete", "ms", theirs[0], mine[0]),
        ("memory of the console", "MB", theirs[1], mine[1]),
    ):
        print(f"{what:38} {a:12.1f} {b:12.1f}  {a / b:6.1f} x  {unit}")
    print(f"{'memory of the agent beside it':38} {'':12} {agent:12.1f}            MB")


if __name__ == "__main__":
    main()
