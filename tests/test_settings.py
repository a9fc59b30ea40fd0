"""What the environment may say: each value is taken as it is meant, or refused under the name of its variable."""

from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.errors import BadSetting, MissingSetting
from service.settings import PREFIX, child_environment, read_settings


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in child_environment(read_settings()):
        if name.startswith(PREFIX):
            monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("url", ["https://vanban.example.org", "http://127.0.0.1:8000", "https://[::1]:8443"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_the_slash_behind_the_office_address_is_not_kept(url: str, slash: str) -> None:
    assert read_settings(base_url=url + slash).base_url == url


@pytest.mark.parametrize(
    "url",
    [
        "vanban.example.org",
        "vanban.example.org:8443",
        "ftp://vanban.example.org",
        "https://",
        "https:///inbox",
        "https://vanban.example.org/office",
        "https://vanban.example.org//",
        "https://vanban.example.org?x=1",
        "https://vanban.example.org#x",
        "https://vanban.example.org:port",
        "https://vanban.example.org:99999",
        "https://van ban.example.org",
        "https://vanban.example.org\n",
        "https://u:s3cret@vanban.example.org",
        "https://[::1",
    ],
)
def test_an_office_address_that_would_break_links_is_refused(url: str) -> None:
    with pytest.raises(BadSetting, match=r"^EOFFICE_BASE_URL is wrong: .+; write it as https://") as refused:
        read_settings(base_url=url)
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize(
    "url", ["redis://localhost", "rediss://:p@valkey.example:6380/1", "redis+socket:///run/v.sock?virtual_host=1"]
)
def test_a_broker_is_named_by_host_or_by_socket(url: str) -> None:
    assert read_settings(broker_url=url).require("broker_url") == url


@pytest.mark.parametrize(
    "url",
    ["localhost:6379", "amqp://s3cret@mq", "redis://", "redis+socket://", "redis://u:s3cret@h:port", "redis://[h"],
)
def test_what_is_no_broker_is_refused_without_telling_the_password(url: str) -> None:
    with pytest.raises(BadSetting, match=r"^EOFFICE_BROKER_URL is wrong: .+; write it as redis://") as refused:
        read_settings(broker_url=url)
    assert "s3cret" not in str(refused.value)


@given(st.lists(st.one_of(st.ip_addresses(), st.builds(IPv4Network, st.ip_addresses(v=4)))))
def test_proxies_are_addresses_and_networks_parted_by_commas(proxies: list[object]) -> None:
    written = ", ".join(map(str, proxies))
    assert read_settings(trusted_proxies=written).trusted_proxies == written


@pytest.mark.parametrize("proxies", ["*", "proxy.example.org", "10.0.0.1/8", "10.0.0.7;10.0.0.8", "10.0.0.7 10.0.0.8"])
def test_what_would_never_match_a_proxy_is_refused(proxies: str) -> None:
    with pytest.raises(BadSetting, match=r"^EOFFICE_TRUSTED_PROXIES is wrong: .+; write addresses or networks"):
        read_settings(trusted_proxies=f"127.0.0.1,{proxies}")


def test_a_network_may_be_of_either_family() -> None:
    read_settings(trusted_proxies=f"{IPv4Network('172.16.0.0/12')},{IPv6Network('fd00::/8')}")


@pytest.mark.parametrize("seconds", ["0", "-1", "inf", "nan", "1e20", "soon"])
def test_a_time_that_no_clock_can_wait_for_is_refused(seconds: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EOFFICE_RETRY_CAP", seconds)
    with pytest.raises(BadSetting, match=r"^EOFFICE_RETRY_CAP is wrong: "):
        read_settings()


def test_a_time_zone_that_is_none_is_told_by_its_name() -> None:
    with pytest.raises(BadSetting, match=r"^EOFFICE_TIME_ZONE is wrong: there is no time zone 'Asia/Hanoi'"):
        read_settings(time_zone="Asia/Hanoi")


@pytest.mark.parametrize("hours", ["13:30-17:00,07:00-11:30", "7h-11h30", "07:00-24:00"])
def test_working_hours_out_of_order_or_form_are_refused(hours: str) -> None:
    with pytest.raises(BadSetting, match=r"^EOFFICE_WORK_HOURS is wrong: .+; write them as 07:00-11:30"):
        read_settings(work_hours=hours)


def test_a_variable_set_to_nothing_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EOFFICE_SECRET_KEY", "")
    monkeypatch.setenv("EOFFICE_WEB_PORT", "")
    with pytest.raises(MissingSetting, match="EOFFICE_SECRET_KEY"):
        read_settings().require("secret_key")
    assert read_settings().web_port == 8000


def test_a_secret_may_stand_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text("s3cret\n")
    monkeypatch.setenv("EOFFICE_SECRET_KEY_FILE", str(tmp_path / "key"))
    assert read_settings().require("secret_key") == "s3cret"


@pytest.mark.parametrize(
    ("content", "said"), [(None, "No such file"), (b"", "is empty"), (b"\n", "is empty"), (b"\xff\xfe", "UTF-8")]
)
def test_a_file_that_holds_no_value_is_refused_by_name(
    content: bytes | None, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if content is not None:
        (tmp_path / "key").write_bytes(content)
    monkeypatch.setenv("EOFFICE_SECRET_KEY_FILE", str(tmp_path / "key"))
    with pytest.raises(BadSetting, match=f"^EOFFICE_SECRET_KEY_FILE is wrong: .*{said}"):
        read_settings()


def test_a_child_reads_what_its_parent_has(monkeypatch: pytest.MonkeyPatch) -> None:
    parent = read_settings(secret_key="s3cret", base_url="https://vanban.example.org", lease=2, tls_cert=None)
    for name, value in child_environment(parent).items():
        if name.startswith(PREFIX):
            monkeypatch.setenv(name, value)
    assert read_settings() == parent
