# One image per program: docker build --build-arg FOLDER=services/payments -t pitboss/payments .
# FOLDER is a service's folder, or gateway. The container runs `python -m payments serve`; other commands (`migrate`,
# `serve --role worker`) are given as arguments. It runs as a user without rights, with a read-only root: it writes to
# /tmp (mount a tmpfs) and, where files are kept in a folder, to /files (mount a volume).

ARG PYTHON_IMAGE=python:3.11-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
ARG FOLDER
WORKDIR /app
RUN python3 -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1

# What others wrote comes first: this layer stays until a dependency changes. s3fs: FILES_URL may name a bucket.
COPY constraints.txt deploy/image/third_party.py /build/
COPY shared-contracts/pyproject.toml shared-contracts/
COPY shared-chassis/pyproject.toml shared-chassis/
COPY ${FOLDER}/pyproject.toml ${FOLDER}/
RUN python /build/third_party.py shared-contracts shared-chassis "$FOLDER" > /build/third-party.txt \
    && pip install --quiet --constraint /build/constraints.txt setuptools s3fs --requirement /build/third-party.txt

# Then what we wrote: the sources stay where they are, a service finds its migrations beside them.
COPY shared-contracts shared-contracts
COPY shared-chassis shared-chassis
COPY ${FOLDER} ${FOLDER}
RUN pip install --quiet --no-deps --no-build-isolation \
        --editable ./shared-contracts --editable ./shared-chassis --editable "./$FOLDER" \
    && pip uninstall --quiet --yes setuptools pip \
    && basename "$FOLDER" > program \
    && python -m compileall -q /app

FROM ${PYTHON_IMAGE}
ENV PATH=/opt/venv/bin:$PATH \
    HOST=0.0.0.0 \
    PORT=8000 \
    FILES_URL=file:///files \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONSAFEPATH=1
RUN groupadd --gid 10001 pitboss \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin pitboss \
    && install -d -o pitboss -g pitboss -m 0750 /files
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
COPY deploy/image/entrypoint deploy/image/healthcheck.py /app/
WORKDIR /app
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["python", "/app/healthcheck.py"]
ENTRYPOINT ["/app/entrypoint"]
CMD ["serve"]
