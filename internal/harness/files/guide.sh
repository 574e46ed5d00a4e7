#!/bin/sh
# The guide's own rolling update (Rolling Update: Docker Compose), word for word but
# for three things: the images are local (pull_policy: never), so pull does nothing; the
# API is published at $API only; its image has no curl, so the exec may fail.
set -eu

pin() { sed -i "s/^\(KEEPTRUSTS_$1_TAG\)=.*/\1=$TARGET/" .env; }
pin API; pin CONSOLE; pin GATEWAY

# Pull new images
docker compose pull

# Update API first (migrations auto-apply)
docker compose up -d --no-deps keeptrusts-api
docker compose exec -T keeptrusts-api curl -s localhost:8080/health || true

# Wait for API to be healthy
until curl -sf "$API/health" > /dev/null; do
    echo "Waiting for API..."
    sleep 5
done

# Update the console frontend
docker compose up -d --no-deps keeptrusts-console

# Update gateway instances one at a time
docker compose up -d --no-deps --scale keeptrusts-gateway=2 keeptrusts-gateway
sleep "$DRAIN" # Allow in-flight requests to drain
docker compose up -d --no-deps keeptrusts-gateway
