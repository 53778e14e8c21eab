"""The package's classes: does jobs one after the other, with one object.

    python.py ftp|aio|fsspec features
    python.py ftp|aio|fsspec PORT SERVERPORT USER PASSWORD STORCAME (VERB REMOTE LOCAL FLAGS)...
"""

import asyncio
import inspect
import os
import sys
import threading
import time

try:
    import qftp
    import qftp.aio
    from qftp.fsspec import QuectelFileSystem
except ImportError as missing:
    sys.exit(f"{missing}: `cargo xtask test python-package` installs the package")

#: Seconds after STOR; the server answers later than that.
ABORT = 0.3
#: Seconds that the module may wait for the server: the least that it takes.
TIMEOUT = 20


class Job:
    def __init__(self, verb, remote, local, flags):
        self.verb, self.remote, self.local, self.flags = verb, remote, local, flags

    def options(self):
        words = {"r": "resume", "v": "verify", "a": "atomic"}
        options = {words[flag]: True for flag in self.flags if flag in words}
        retries = int(self.flags[-1])
        return {**options, **({"retries": retries} if retries else {})}


def cause(error):
    """The word for a failure, as job.rs has them."""
    if isinstance(error, asyncio.CancelledError):
        return "aborted"
    if isinstance(error, qftp.Error):
        return error.kind
    if isinstance(error, OSError):
        return "local"
    if isinstance(error, ValueError):
        return "misuse"
    return "broken"


def say(began, error):
    took = int(1000 * (time.monotonic() - began))
    if error is None:
        line = f"done {took}"
    else:
        code, reply = getattr(error, "code", None) or 0, getattr(error, "reply", None) or 0
        text = f"{type(error).__name__}: {error}".splitlines()[0].encode("ascii", "backslashreplace").decode()
        line = f"failed {took} {cause(error)} {code} {reply} {text}"
    print(line, flush=True)


def when_stor_came(path, then):
    def wait():
        while not os.path.exists(path):
            time.sleep(0.005)
        time.sleep(ABORT)
        then()

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()


def blocking(jobs, stor_came, work, ftp):
    for job in jobs:
        if "x" in job.flags:
            when_stor_came(stor_came, ftp.abort)
        began = time.monotonic()
        try:
            work(job)
            say(began, None)
        except Exception as error:
            say(began, error)


def run_ftp(port, number, user, password, stor_came, jobs):
    ftp = qftp.FTP(port=port, apn="internet", timeout=TIMEOUT)
    ftp.connect("127.0.0.1", number)
    ftp.login(user, password)

    def work(job):
        if job.verb == "get":
            ftp.get(job.remote, job.local, **job.options())
        elif job.verb == "put":
            ftp.put(job.local, job.remote, **job.options())
        else:
            ftp.size(job.remote)

    blocking(jobs, stor_came, work, ftp)
    ftp.quit()


def run_fsspec(port, number, user, password, stor_came, jobs):
    fs = QuectelFileSystem("127.0.0.1", number, user, password, port=port, apn="internet", timeout=TIMEOUT)

    def work(job):
        if job.verb == "get":
            fs.get_file("/" + job.remote, job.local, **job.options())
        elif job.verb == "put":
            fs.put_file(job.local, "/" + job.remote, **job.options())
        else:
            fs.info("/" + job.remote)

    blocking(jobs, stor_came, work, fs.ftp)
    fs.close()


async def run_aio(port, number, user, password, stor_came, jobs):
    async def work(job):
        if job.verb == "get":
            await ftp.get(job.remote, job.local, **job.options())
        elif job.verb == "put":
            await ftp.put(job.local, job.remote, **job.options())
        else:
            await ftp.size(job.remote)

    async with qftp.aio.FTP(port, apn="internet", timeout=TIMEOUT) as ftp:
        await ftp.login("127.0.0.1", user, password, port=number)
        for job in jobs:
            began = time.monotonic()
            task = asyncio.ensure_future(work(job))
            if "x" in job.flags:
                loop = asyncio.get_running_loop()
                when_stor_came(stor_came, lambda: loop.call_soon_threadsafe(task.cancel))
            try:
                await task
                say(began, None)
            except (Exception, asyncio.CancelledError) as error:
                say(began, error)


def features(get, put):
    """What the signatures have; what goes into ``**kwargs`` unseen is nothing."""
    gets, puts = inspect.signature(get).parameters, inspect.signature(put).parameters
    found = {"resume-get": "resume" in gets, "resume-put": "resume" in puts, "atomic": "atomic" in puts}
    both = {word: word in gets and word in puts for word in ("verify", "retries")}
    return ["paths", "memory", *(word for word, there in {**found, **both}.items() if there)]


def main(kind, *arguments):
    if arguments == ("features",):
        classes = {
            "ftp": (qftp.FTP.get, qftp.FTP.put),
            "aio": (qftp.aio.FTP.get, qftp.aio.FTP.put),
            "fsspec": (QuectelFileSystem.get_file, QuectelFileSystem.put_file),
        }
        # A path of fsspec begins with a slash, and its `put_file` makes folders.
        more = [] if kind == "fsspec" else ["long-names", "files-alone"]
        print(*features(*classes[kind]), *more)
        return
    port, number, user, password, stor_came, *rest = arguments
    jobs = [Job(*rest[at : at + 4]) for at in range(0, len(rest), 4)]
    if kind == "aio":
        asyncio.run(run_aio(port, int(number), user, password, stor_came, jobs))
    else:
        {"ftp": run_ftp, "fsspec": run_fsspec}[kind](port, int(number), user, password, stor_came, jobs)


main(*sys.argv[1:])
