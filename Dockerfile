# One image for every service and the gateway: `serve caseload`, `work roster`, `migrate caseload`, `prepare`, `gateway`.
# It holds no demo and no development issuer. Renovate moves the base's digest (renovate.json).
ARG BASE_IMAGE=python:3.11-slim-bookworm@sha256:a36c24f9cbdf4fd0f52d67f0823eeac19c2028c637cecc392d97f980d4fec56b
FROM ${BASE_IMAGE} AS build
WORKDIR /app
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
COPY deploy/uv-requirements.txt ./
RUN pip install --no-cache-dir --require-hashes -r uv-requirements.txt
# What is locked changes less often than the code, so it is a layer of its own.
COPY pyproject.toml uv.lock ./
RUN --mount=type=cache,target=/root/.cache/uv uv sync --frozen --no-default-groups
COPY services services
COPY gateway gateway
# Its root is read-only where it runs, so what Python would write there is written here.
RUN python -m compileall -q --invalidation-mode unchecked-hash services gateway

FROM ${BASE_IMAGE}
# Its version is the one that the base's Debian has: the base is pinned, and Debian keeps one version in a release.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*
WORKDIR /app
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
COPY --from=build /app/.venv .venv
COPY --from=build /app/services services
COPY --from=build /app/gateway gateway
COPY deploy/entrypoint.py entrypoint.py
# A volume that is mounted over one of these belongs to the service as the folder does.
RUN mkdir /photos /definitions && chown 10001:10001 /photos /definitions
ARG VERSION=0.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Heatshield" \
      org.opencontainers.image.description="The back office for self-led neighbourhood care teams in England" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
USER 10001:10001
EXPOSE 8000 9090 2575
HEALTHCHECK --interval=15s --timeout=10s --start-period=90s CMD ["python", "-IS", "entrypoint.py", "healthy"]
ENTRYPOINT ["tini", "--", "python", "entrypoint.py"]
CMD ["--help"]
