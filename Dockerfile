# The Python that the tests run on.
FROM python:3.11-slim AS base
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore PYTHONUNBUFFERED=1

FROM base AS wheel
WORKDIR /source
# This lock has the build backend too; what else it has stays behind in this stage.
COPY requirements-embedded.lock ./
RUN pip install --require-hashes -r requirements-embedded.lock
COPY pyproject.toml README.md LICENSE ./
COPY service service
COPY workers workers
COPY templates templates
RUN python -m hatchling build -t wheel -d /wheel

FROM base AS installed
RUN python -m venv /opt/eoffice
COPY requirements.lock ./
RUN /opt/eoffice/bin/pip install --require-hashes -r requirements.lock
COPY --from=wheel /wheel /wheel
RUN /opt/eoffice/bin/pip install --no-deps --no-index /wheel/*.whl

FROM base
# New volumes take owner and mode of the directory they cover.
RUN useradd --system --uid 10001 --user-group --no-create-home eoffice \
    && install -d -o eoffice -g eoffice -m 0700 /var/lib/eoffice
COPY --from=installed /opt/eoffice /opt/eoffice
ENV PATH=/opt/eoffice/bin:$PATH
USER eoffice
WORKDIR /var/lib/eoffice
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["eoffice", "web"]
