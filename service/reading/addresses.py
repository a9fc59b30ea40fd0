"""Whether a mail server could take an address, judged by its form alone: no name is looked up."""

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

# Offices do run mail under .local; whether a name leads anywhere, the mail server tells. (The way its README names.)
SPECIAL_USE_DOMAIN_NAMES.clear()


def is_address(written: str) -> bool:
    """Form by RFC 5321 and RFC 6531; a domain without a dot is taken for a slip of the pen."""
    try:
        validate_email(written, check_deliverability=False)
    except EmailNotValidError:
        return False
    return True
