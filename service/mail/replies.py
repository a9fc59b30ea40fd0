"""What a mail server's reply means for the letter it answers, on one page (RFC 5321, 4.2; RFC 3463; RFC 7504).

Only replies that end an attempt come here: anything but the positive reply that lets the conversation go on.
"""

import re

from service.domain.deliveries import Accepted, Deferred, Outcome, Phase, Refused, Reply, Requeued, Unknown

SHUTTING_DOWN = 421

_HANDSHAKE = frozenset({Phase.CONNECT, Phase.GREETING, Phase.EHLO, Phase.STARTTLS, Phase.AUTH})
# The server wants a password, a better one, or TLS before it: nothing that any letter or address did.
_OUR_OWN_FAULT = frozenset({530, 534, 535, 538})

_NO_MAIL_THERE = 556
_BAD_ADDRESS = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
_ABOUT_THE_ADDRESS = frozenset({Phase.RCPT, Phase.DATA, Phase.MESSAGE})

_FULL = 552
_TOO_MANY = frozenset({"4.5.3", "5.5.3"})

_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?!\S)")


def enhanced_status(reply: Reply) -> str | None:
    """The code that opens the text, such as `5.1.1` (RFC 2034), or None where the server sends none."""
    found = _ENHANCED.match(reply.text)
    return found[1] if found else None


def classify(reply: Reply) -> Outcome:
    """Judge a reply by code, enhanced status code and phase. Pure, and never raises, whatever the server said."""
    if reply.phase in _HANDSHAKE or reply.code in _OUR_OWN_FAULT:
        return Requeued(f"the mail server does not let us in: {reply}", reply, holds_queue=True)
    if _means_too_many_recipients(reply):
        return Requeued(f"too many recipients at once: {reply}", reply)
    match reply.code // 100:
        case 2 if reply.phase is Phase.MESSAGE:
            return Accepted(reply)
        case 4:
            return _not_now(reply)
        case 5:
            return Refused(str(reply), reply, address_bad=_says_address_is_bad(reply))
    return _out_of_order(reply)


def _not_now(reply: Reply) -> Outcome:
    if reply.code == SHUTTING_DOWN and reply.phase is not Phase.MESSAGE:
        return Requeued(f"the mail server closes: {reply}", reply)
    return Deferred(str(reply), reply)


def _means_too_many_recipients(reply: Reply) -> bool:
    """RFC 5321, 4.5.3.1.10: a bare 552 to RCPT means what 452 4.5.3 means, for old servers said it so."""
    if reply.phase is not Phase.RCPT:
        return False
    status = enhanced_status(reply)
    return status in _TOO_MANY or (reply.code == _FULL and status is None)


def _says_address_is_bad(reply: Reply) -> bool:
    if reply.phase not in _ABOUT_THE_ADDRESS:
        return False
    return reply.code == _NO_MAIL_THERE or enhanced_status(reply) in _BAD_ADDRESS


def _out_of_order(reply: Reply) -> Outcome:
    """A code that no server may give at this point: it tells nothing, save that a letter may have been taken."""
    reason = f"unexpected reply: {reply}"
    return Unknown(reason) if reply.phase is Phase.MESSAGE else Deferred(reason, reply)
