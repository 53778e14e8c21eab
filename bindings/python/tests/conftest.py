"""What the tests of the package share."""

import pytest

pytest_plugins = ["pytester"]


@pytest.fixture(autouse=True)
def quiet_server(caplog):
    """pyftpdlib logs every command; a failed test's report is about the module."""
    import logging

    logging.getLogger("pyftpdlib").setLevel(logging.ERROR)
    yield
