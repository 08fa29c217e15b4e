"""The connections of the outbound client: to the very address that was checked, and dead at a deadline.

However busily the other side trickles, nobody's thread is held longer. Certificates are read once a process.
"""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from ipaddress import ip_address, ip_network
from typing import Any

import certifi
import requests
from requests.adapters import HTTPAdapter
from requests_hardened.ip_filter import InvalidIPAddress
from requests_hardened.ip_filter_adapter import IPFilterAdapter
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

_this_thread = threading.local()
_NOT_PUBLIC = (ip_network("fec0::/10"), ip_network("::/96"))
"""RFC 3879, and RFC 4291 §2.5.5.1."""


class _TlsSocket(ssl.SSLSocket):
    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        self.settimeout(_left())
        return super().recv_into(*args, **kwargs)

    def do_handshake(self, *args: Any, **kwargs: Any) -> None:
        self.settimeout(_left())
        super().do_handshake(*args, **kwargs)


class _PlainSocket(socket.socket):
    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        self.settimeout(_left())
        return super().recv_into(*args, **kwargs)


class _PlainConnection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        opened = super()._new_conn()
        limit = opened.gettimeout()
        ours = _PlainSocket(fileno=opened.detach())
        ours.settimeout(limit)
        return ours


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


@cache
def _tls_context(certificates: str | None, _adapter: str) -> ssl.SSLContext:
    """Trusts the usual authorities, or those of a PEM file alone.

    One for each adapter, because a library marks a context by the way it checks host names.
    """
    context = ssl.create_default_context(cafile=certificates)
    if certificates is None:
        context.load_verify_locations(certifi.where())
    context.sslsocket_class = _TlsSocket
    return context


class _OurConnections:
    """What both adapters do. Authorities are the context's; reading them again for each request is dear."""

    def __init__(self, certificates: str | None, **kwargs: Any) -> None:
        self._context = _tls_context(certificates, type(self).__name__)
        super().__init__(**kwargs)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, ssl_context=self._context)  # type: ignore[misc] # of HTTPAdapter
        self.poolmanager.pool_classes_by_scheme = {  # type: ignore[attr-defined] # set by HTTPAdapter
            "http": _PlainPool,
            "https": HTTPSConnectionPool,
        }

    def cert_verify(self, conn: Any, *_: Any) -> None:
        conn.cert_reqs = "CERT_REQUIRED"


class _OpenAdapter(_OurConnections, HTTPAdapter):
    """For hosts that are exempt from the address rules."""


class _FilteringAdapter(_OurConnections, IPFilterAdapter):  # type: ignore[misc] # published without types
    """Connects to public addresses only, and to the one it checked (requests-hardened).

    Two kinds of address that are not public are missing from its list: site-local ones, and IPv4 embedded in IPv6.
    """

    def __init__(self, certificates: str | None) -> None:
        super().__init__(certificates, is_https_proto=True)

    def build_connection_pool_key_attributes(self, *args: Any, **kwargs: Any) -> Any:
        host_params, pool_kwargs = super().build_connection_pool_key_attributes(*args, **kwargs)
        address = ip_address(host_params["host"].strip("[]"))
        if any(address in block for block in _NOT_PUBLIC):
            raise InvalidIPAddress(address)
        return host_params, pool_kwargs


@contextmanager
def session(longest_s: float, certificates: str | None, *, public_only: bool) -> Iterator[requests.Session]:
    """What this thread may ask with until that many seconds are over; nothing of the environment is obeyed."""
    _this_thread.deadline = time.monotonic() + longest_s
    try:
        with requests.Session() as opened:
            opened.trust_env = False
            adapter: HTTPAdapter = (_FilteringAdapter if public_only else _OpenAdapter)(certificates)
            opened.mount("https://", adapter)
            opened.mount("http://", adapter)
            yield opened
    finally:
        del _this_thread.deadline


def _left() -> float:
    left: float = _this_thread.deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
