#!/usr/bin/env python3
"""Runs the benchmarks, writes build/bench.json and prints a table beside the bars.

Ratios are to floors measured in the same run; all but two_core_scaling run pinned to one processor.
CPU time is that of the node process divided by operations.

  bench/run.py                 builds the release preset and measures everything
  bench/run.py --build DIR     measures what is built in DIR
"""
import argparse
import http.client
import json
import os
import pathlib
import platform
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
RUNS = 5
RPC_PATH = "/rpc:distro:sys/message"

# name: (at most / at least, bar)
BARS = {
    "local_burst_32B_vs_floor": ("<=", 1.4),
    "local_await_32B_vs_floor": ("<=", 1.4),
    "local_burst_1000pairs_vs_floor": ("<=", 1.8),
    "blob_1MB_vs_memcpy": ("<=", 3.5),
    "spawn_vs_floor": ("<=", 10),
    "spawn_among_4000_vs_floor": ("<=", 10),
    "set_state_1KB_vs_raw": ("<=", 2),
    "rpc_vs_nginx": ("<=", 2),
    "two_core_scaling": (">=", 1.7),
    "boot_warm_ms": ("<=", 60),
    "idle_rss_mb": ("<=", 32),
    "idle_cpu_pct": ("<=", 0.1),
    "proc_idle_kb": ("<=", 60),
    "route_check_ns": ("<=", 150),
    "grant_cpu_us": ("<=", 50),
    "boot_1000_procs_ms": ("<=", 1000),
    "procs_10k_rss_mb": ("<=", 700),
    "vfs_read_1MB_vs_raw": ("<=", 2.5),
    "vfs_write_1MB_vs_raw": ("<=", 2),
    "vfs_write_4KB_vs_raw": ("<=", 2),
    "vfs_metadata_cpu_vs_floor": ("<=", 2.5),
    "readdir_10k_ms": ("<=", 50),
    "hash_256MB_vs_openssl": ("<=", 1.1),
    "sim_events_per_s": (">=", 1_000_000),
    "kv_set_overhead_us": ("<=", 5),
    "kv_get_overhead_us": ("<=", 5),
    "kv_group_commit_ratio": (">=", 20),
    "sqlite_read_overhead_us": ("<=", 8),
    "sqlite_insert_vs_raw": ("<=", 1.2),
    "backup_MBps": (">=", 200),
}


def figure(name, unit, runs):
    runs = sorted(runs)
    return {"name": name, "unit": unit, "median": runs[len(runs) // 2], "min": runs[0],
            "max": runs[-1], "runs": len(runs)}


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mb(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1024


def pinned(command):
    return ["taskset", "-c", "0", *command]


class Node:
    """A node on a free port with the given packages."""

    def __init__(self, build, home, packages=(), pin=True):
        read, write = os.pipe()
        command = [str(build / "src/node/kinode"), str(home), "--fake-node-name", "bench.os",
                   "--port", "0", "--detached", "--control-fd", str(write)]
        for package in packages:
            command += ["--package", str(package)]
        self.started = time.monotonic()
        self.process = subprocess.Popen(pinned(command) if pin else command, pass_fds=[write],
                                        stdout=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as control:
            line = control.readline()
        self.boot_ms = (time.monotonic() - self.started) * 1000
        if not line:
            sys.exit("bench: the node did not start")
        self.port = json.loads(line)["http_port"]
        self.pid = self.process.pid

    def ask(self, process, body):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        text = json.dumps({"process": process, "body": body, "expects_response": 30})
        connection.request("POST", RPC_PATH, text, {"Content-Type": "application/json"})
        return connection.getresponse().status

    def order(self, process, body):
        """What the process answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        text = json.dumps({"process": process, "body": body, "expects_response": 60})
        connection.request("POST", RPC_PATH, text, {"Content-Type": "application/json"})
        return bytes(json.loads(connection.getresponse().read())["body"]).decode()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)


def wrk(url, script=None, seconds=3):
    """Requests answered by a run of `wrk -t1 -c32` on the other processor."""
    command = ["taskset", "-c", "1", "wrk", "-t1", "-c32", f"-d{seconds}s"]
    command += ["-s", str(script)] if script else []
    out = subprocess.run([*command, url], capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in out:
        sys.exit(f"bench: {url} answered with errors:\n{out}")
    return int(re.search(r"(\d+) requests in", out).group(1))


def nginx_us(directory):
    """CPU microseconds of nginx's worker per `return 200` of 100 bytes."""
    port = 18999
    conf = directory / "nginx.conf"
    conf.write_text(f"""
worker_processes 1; daemon off; error_log {directory}/error.log; pid {directory}/nginx.pid;
events {{ worker_connections 256; }}
http {{ access_log off; keepalive_requests 100000000;
  server {{ listen 127.0.0.1:{port}; location / {{ return 200 "{'x' * 100}"; }} }} }}
""")
    process = subprocess.Popen(pinned(["nginx", "-p", str(directory), "-c", str(conf)]))
    try:
        for _ in range(200):
            try:
                http.client.HTTPConnection("127.0.0.1", port, timeout=5).request("GET", "/")
                break
            except OSError:
                time.sleep(0.02)
        worker = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True,
                                check=True).stdout.split()[0]
        runs = []
        for _ in range(RUNS):
            before = cpu_seconds(worker)
            count = wrk(f"http://127.0.0.1:{port}/")
            runs.append((cpu_seconds(worker) - before) / count * 1e6)
        return runs
    finally:
        process.terminate()
        process.wait()


def rpc_us(node, directory):
    script = directory / "rpc.lua"
    body = json.dumps({"process": "small-echo:bench:test.os", "body": "x" * 32,
                       "expects_response": 5})
    script.write_text(f"""
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = [[{body}]]
""")
    runs = []
    for _ in range(RUNS):
        before = cpu_seconds(node.pid)
        count = wrk(f"http://127.0.0.1:{node.port}{RPC_PATH}", script)
        runs.append((cpu_seconds(node.pid) - before) / count * 1e6)
    return runs


def whole_node(build, directory):
    figures = []
    package = build / "packages/bench"
    nginx = nginx_us(directory)
    home = directory / "home"
    with Node(build, home, [package]) as node:
        if node.ask("small-echo:bench:test.os", "warm") != 200:
            sys.exit("bench: the guest behind the RPC endpoint does not answer")
        rpc = rpc_us(node, directory)
    figures.append(figure("rpc_vs_nginx", "ratio", [a / b for a, b in zip(rpc, nginx)]))
    figures.append(figure("rpc_us", "us CPU per request", rpc))
    figures.append(figure("nginx_us", "us CPU per request", nginx))
    boots = []
    for _ in range(RUNS):
        with Node(build, home, [package]) as node:
            boots.append(node.boot_ms)
    figures.append(figure("boot_warm_ms", "ms to the HTTP port", boots))
    with Node(build, directory / "empty") as node:
        time.sleep(2)  # the key derivation of the first boot
        before = cpu_seconds(node.pid)
        time.sleep(20)
        used = cpu_seconds(node.pid) - before
        figures.append(figure("idle_cpu_pct", "% of one processor", [used / 20 * 100]))
        figures.append(figure("idle_rss_mb", "MB resident", [resident_mb(node.pid)]))
    return figures


def storage_of_guests(build, directory):
    """CPU of the whole node, the guest's included, per call of a program that awaits each."""
    figures = []
    count = 10_000
    with Node(build, directory / "storage", [build / "packages/bench"]) as node:
        for order, name in (("kv_set", "guest_kv_set_us"), ("kv_get", "guest_kv_get_us"),
                            ("sqlite_read", "guest_sqlite_read_us"),
                            ("vfs_write", "guest_vfs_write_4KB_us")):
            runs = []
            for times in (1000, *[count] * RUNS):
                before = cpu_seconds(node.pid)
                said = node.order("storage:bench:test.os", f"{order} {times}")
                if said != "done":
                    sys.exit(f"bench: {order}: {said}")
                runs.append((cpu_seconds(node.pid) - before) / times * 1e6)
            figures.append(figure(name, "us CPU per awaited call", runs[1:]))
    return figures


def databases(build):
    """The modules beside the engines that they stand on, each in a process of its own."""
    figures = []
    for module in ("kv", "sqlite"):
        program = build / f"src/modules/{module}/kinode_{module}_bench"
        said = subprocess.run([str(program), "--benchmark_format=json", "--benchmark_min_time=0.5",
                               f"--benchmark_repetitions={RUNS}"],
                              stdout=subprocess.PIPE, check=True).stdout
        runs = {}
        for run in json.loads(said)["benchmarks"]:
            if run["run_type"] == "iteration":
                value = run["overhead_us"] if "overhead_us" in run else run["ratio"]
                runs.setdefault(run["run_name"].split("/")[0], []).append(value)
        for name, values in runs.items():
            unit = "us CPU over the engine" if name.endswith("_us") else "ratio"
            figures.append(figure(name, unit, values))
    return figures


def simulator(build):
    """What an event is: tests/sim/README.md."""
    runs = []
    for _ in range(RUNS):
        said = subprocess.run(pinned([str(build / "tests/sim/kinode_sim"), "--seeds=1000"]),
                              stdout=subprocess.PIPE, text=True, check=True).stdout
        runs.append(float(re.search(r"(\d+) events/s", said).group(1)))
    return figure("sim_events_per_s", "events per s of CPU", runs)


# benchmark of src/modules/vfs/vfs_bench.cpp: (figure, unit, counter or None for its time)
VFS_FIGURES = {
    "vfs_read_1mb": ("vfs_read_1MB_vs_raw", "x CPU of a pread", "vs_raw"),
    "vfs_write_1mb": ("vfs_write_1MB_vs_raw", "x CPU of a pwrite", "vs_raw"),
    "vfs_replace_1mb": ("vfs_replace_1MB_vs_raw", "x CPU of open, pwrite, rename", "vs_raw"),
    "vfs_write_4kb": ("vfs_write_4KB_vs_raw", "x CPU of a pwrite", "vs_raw"),
    "vfs_metadata_cpu": ("vfs_metadata_cpu_vs_floor", "x CPU of open and fstat", "vs_raw"),
    "vfs_readdir_10k": ("readdir_10k_ms", "ms", None),
    "vfs_hash_256mb": ("hash_256MB_vs_openssl", "x CPU", "vs_raw"),
}


def files(build):
    """The vfs module alone, beside bare system calls in the same process."""
    said = subprocess.run([str(build / "src/modules/vfs/kinode_vfs_bench"),
                           "--benchmark_format=json", f"--benchmark_repetitions={RUNS}",
                           "--benchmark_min_time=0.1"],
                          stdout=subprocess.PIPE, check=True).stdout
    runs = {}
    for one in json.loads(said)["benchmarks"]:
        name = one["name"].split("/")[0]
        if one["run_type"] == "iteration" and name in VFS_FIGURES:
            counter = VFS_FIGURES[name][2]
            runs.setdefault(name, []).append(one[counter] if counter else one["real_time"])
    return [figure(*VFS_FIGURES[name][:2], values) for name, values in runs.items()]


def backups(build):
    """1 GB of mixed data from the page cache into a directory, on all processors."""
    runs, restores = [], []
    for _ in range(3):
        said = subprocess.run([str(build / "src/modules/backup/kinode_backup_bench"),
                               "--benchmark_format=json", "--benchmark_filter=backup_mbps"],
                              env={**os.environ, "KINODE_BENCH_MB": "1024"},
                              stdout=subprocess.PIPE, check=True).stdout
        [one] = json.loads(said)["benchmarks"]
        runs.append(one["MBps"])
        restores.append(one["restore_MBps"])
    return [figure("backup_MBps", "MB/s, stored and read back", runs),
            figure("restore_MBps", "MB/s, durable", restores)]


def table(figures):
    print(f"\n{'name':34} {'median':>10} {'min':>10} {'max':>10}  {'bar':>8}  unit")
    for f in figures:
        bar = BARS.get(f["name"])
        text, mark = "", ""
        if bar:
            sign, limit = bar
            met = f["median"] <= limit if sign == "<=" else f["median"] >= limit
            text, mark = f"{sign} {limit}", "" if met else "  MISSED"
        print(f"{f['name']:34} {f['median']:10.3f} {f['min']:10.3f} {f['max']:10.3f}  {text:>8}  "
              f"{f['unit']}{mark}")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, help="folder of a release build")
    options = parser.parse_args()
    build = options.build or ROOT / "build/release"
    if not options.build:
        subprocess.run(["cmake", "--preset", "release", "--log-level=WARNING"], cwd=ROOT,
                       check=True)
        targets = ["kinode", "kinode_bench", "kinode_sim", "kinode_vfs_bench", "kinode_kv_bench",
                   "kinode_sqlite_bench", "kinode_backup_bench", "guests", "package_bench"]
        subprocess.run(["ninja", "-C", str(build), *targets], check=True)
    directory = pathlib.Path(tempfile.mkdtemp(prefix="kinode-bench-"))
    try:
        print("bench: messages, blobs, state, spawning (pinned)", flush=True)
        program = [str(build / "bench/kinode_bench"), "--guests", str(build / "guests")]
        inner = json.loads(subprocess.run(pinned(program), stdout=subprocess.PIPE,
                                          check=True).stdout)
        print("bench: ten thousand processes", flush=True)
        inner += json.loads(subprocess.run(pinned([*program, "--only", "procs_10k"]),
                                           stdout=subprocess.PIPE, check=True).stdout)
        print("bench: two processors", flush=True)
        inner += json.loads(subprocess.run([*program, "--only", "two_core_scaling"],
                                           stdout=subprocess.PIPE, check=True).stdout)
        print("bench: databases", flush=True)
        inner += databases(build)
        print("bench: the simulator", flush=True)
        inner.append(simulator(build))
        print("bench: files", flush=True)
        inner += files(build)
        print("bench: backups", flush=True)
        inner += backups(build)
        print("bench: the whole node beside nginx", flush=True)
        figures = inner + whole_node(build, directory)
        print("bench: storage by a guest", flush=True)
        figures += storage_of_guests(build, directory)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    machine = f"{platform.machine()}, {os.cpu_count()} processors, Linux {platform.release()}"
    for f in figures:
        f["machine"] = machine
    out = ROOT / "build/bench.json"
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps(figures, indent=1) + "\n")
    table(figures)
    print(f"\nwritten: {out}")


if __name__ == "__main__":
    main()
