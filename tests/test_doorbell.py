"""A command rings and ends: the ring goes out, and nothing is said about it."""

import subprocess
import sys

import redis

from service import doorbell
from service.embedded.valkey import EmbeddedValkey

RING_AND_END = """
import sys
from service.doorbell import SWEEP, BrokerDoorbell
BrokerDoorbell(sys.argv[1]).ring(SWEEP)
"""


def test_the_last_ring_of_a_process_that_ends_goes_out_without_a_word(valkey: EmbeddedValkey) -> None:
    broker = redis.Redis.from_url(valkey.unix_url)
    broker.delete(doorbell.OFFICE_QUEUE)
    command = [sys.executable, "-c", RING_AND_END, valkey.url]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    assert broker.llen(doorbell.OFFICE_QUEUE) == 1
    broker.close()
