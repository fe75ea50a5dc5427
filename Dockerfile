# One image for every service and the gateway: `serve caseload`, `work roster`, `prepare`, `gateway`. It holds no demo and no development issuer.
ARG BASE_IMAGE=python:3.11-slim-bookworm
FROM ${BASE_IMAGE} AS build
WORKDIR /app
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
COPY deploy/uv-requirements.txt pyproject.toml uv.lock ./
RUN pip install --no-cache-dir --require-hashes -r uv-requirements.txt && uv sync --frozen --no-dev --no-group demo

FROM ${BASE_IMAGE}
WORKDIR /app
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1
COPY --from=build /app/.venv .venv
COPY services services
COPY gateway gateway
COPY deploy/entrypoint.py entrypoint.py
# A volume that is mounted here belongs to the service as this folder does.
RUN mkdir /photos && chown 10001:10001 /photos
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/health/live', timeout=2)"]
ENTRYPOINT ["python", "entrypoint.py"]
