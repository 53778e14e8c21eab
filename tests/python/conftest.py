import pytest
from bench import Module, Server, Terminal


@pytest.fixture
def server(tmp_path):
    folder = tmp_path / "server"
    folder.mkdir()
    running = Server(folder)
    yield running
    running.stop()


@pytest.fixture
def start(tmp_path):
    """Starts a module with arguments, and a terminal on it."""
    started = []

    def begin(*arguments):
        module = Module(tmp_path, *arguments)
        terminal = Terminal(module.link)
        started.append((module, terminal))
        terminal.module = module
        return terminal

    yield begin
    for module, terminal in started:
        terminal.close()
        module.stop()


@pytest.fixture
def terminal(start):
    """A terminal on a healthy module."""
    return start()


@pytest.fixture
def session(terminal, server):
    """A terminal that has logged in, with the short guard time."""
    terminal.login(server)
    terminal.short_guard()
    return terminal
