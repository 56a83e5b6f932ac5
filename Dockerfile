FROM python:3.11-slim AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/anteroom
COPY requirements.txt .
RUN /opt/anteroom/bin/pip install --require-hashes --requirement requirements.txt

WORKDIR /srv/anteroom
COPY . .
# Texts are compiled for the languages that there are, and static files get names with hashes, in production settings
# only; the values themselves are never used.
RUN export SECRET_KEY=build DATABASE_URL=postgres:///build REDIS_URL=redis://build \
    && /opt/anteroom/bin/python manage.py compilemessages \
    && /opt/anteroom/bin/python manage.py collectstatic --noinput \
    && /opt/anteroom/bin/python -m compileall -q /srv/anteroom


FROM python:3.11-slim

RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin anteroom
COPY --from=build /opt/anteroom /opt/anteroom
COPY --from=build /srv/anteroom /srv/anteroom
WORKDIR /srv/anteroom
USER anteroom

ENV PATH=/opt/anteroom/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    WEB_CONCURRENCY=2
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://localhost:8000/healthz', timeout=4)"]
# A worker's heartbeat file belongs in memory: on a busy disk it makes gunicorn kill healthy workers.
CMD ["gunicorn", "backoffice.wsgi:application", "--bind", "0.0.0.0:8000", "--threads", "4", \
     "--worker-tmp-dir", "/dev/shm", "--graceful-timeout", "30", "--no-control-socket"]
