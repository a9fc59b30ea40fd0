import pytest

from service.reading.addresses import is_address


@pytest.mark.parametrize(
    "written", ["nuibiec.nh@skhcn.example", "vanthu@skhcn.local", "O'Hara+cchc@skhcn.example", "văn.thư@skhcn.example"]
)
def test_what_a_mail_server_could_take_is_an_address(written: str) -> None:
    assert is_address(written)


@pytest.mark.parametrize(
    "written",
    [
        "không có",
        "a@b@skhcn.example",
        "@skhcn.example",
        "vanthu@",
        "vanthu@skhcn",
        "van thu@skhcn.example",
        "a@-b.example",
    ],
)
def test_what_no_mail_server_could_take_is_none(written: str) -> None:
    assert not is_address(written)
