"""How much is fetched at most, and what may be at the other end."""

import shutil
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Network, ip_address
from pathlib import Path

from ...core.errors import DemeanorError
from ...core.units import duration

SCHEMES = ("http", "https")
SPARE_BYTES = 200 * 1024**2  # that are left on the disk
UNICAST = IPv6Network("2000::/3")  # all that is given out of IPv6 (RFC 4291)
EMBEDDED = {  # what stands for an IPv4 address -> how many bits are behind that
    IPv6Network("::ffff:0:0/96"): 0,  # IPv4-mapped
    IPv6Network("64:ff9b::/96"): 0,  # NAT64 (RFC 6052)
    IPv6Network("2002::/16"): 80,  # 6to4
}


@dataclass(frozen=True)
class Limits:
    """Of one link."""

    bytes: int = 4 * 1024**3
    recording_seconds: float = 4 * 3600
    fetching_seconds: float = 2 * 3600
    waiting_seconds: float = 20
    """For the next bytes."""

    def refuse_size(self, url: str, size: int, more: int, folder: Path) -> None:
        """Raise DemeanorError where a file is too large, or the disk of `folder` has no room for more; all in bytes."""
        if size > self.bytes:
            raise DemeanorError(f"{url} is larger than {self.bytes / 1e6:,.0f} MB, which is the most that is fetched.")
        if shutil.disk_usage(folder).free < more + SPARE_BYTES:
            raise DemeanorError(f"There is no room on the disk for {url}: free some space.")

    def refuse_length(self, url: str, seconds: float) -> None:
        """Raise DemeanorError where a recording is too long."""
        if seconds > self.recording_seconds:
            most = duration(self.recording_seconds)
            raise DemeanorError(f"{url} is {duration(seconds)} long; at most {most} are fetched.")


LIMITS = Limits()


def is_public(address: str) -> bool:
    """Return whether an IP address is one of the Internet's, not this machine's, a private network's or many machines'.

    >>> [is_public(address) for address in ("93.184.216.34", "127.0.0.1", "::ffff:10.0.0.1", "169.254.169.254")]
    [True, False, False, False]
    """
    ip = ip_address(address.partition("%")[0])  # fe80::1%eth0
    if isinstance(ip, IPv4Address):
        return ip.is_global and not ip.is_multicast
    for network, behind in EMBEDDED.items():
        if ip in network:
            return is_public(str(IPv4Address(int(ip) >> behind & 0xFFFFFFFF)))
    return ip.is_global and ip in UNICAST
