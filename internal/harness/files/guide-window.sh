#!/bin/sh
# The guide's own maintenance window (Planned Downtime Procedure), word for word but
# for four things: the dump's folder and connection are those of this world; the
# images are local, so pull does nothing; the API is reached at $API through the edge,
# whose maintenance page lets /api/health pass; nginx runs in the edge's container.
set -eu

pin() { sed -i "s/^\(KEEPTRUSTS_$1_TAG\)=.*/\1=$TARGET/" .env; }
pin API; pin CONSOLE; pin GATEWAY

# 1. Notify users (via your notification system)
echo "Starting maintenance window at $(date)"

# 2. Enable maintenance mode on load balancer
# Return 503 to new requests, allow in-flight to complete
echo 'if ($request_uri !~ ^/api/health) { return 503; }' > edge/ktops/ktops.conf
docker compose exec -T edge nginx -s reload # after updating config to maintenance mode

# 3. Wait for in-flight requests to drain (2 minutes)
sleep "$DRAIN"

# 4. Stop gateway instances
docker compose stop keeptrusts-gateway

# 5. Backup database
pg_dump "$DATABASE" --format=custom --compress=9 \
    --file="$BACKUPS/maintenance-$(date +%Y%m%d_%H%M%S).dump"

# 6. Perform upgrade
docker compose pull
docker compose up -d keeptrusts-api

# Wait for migrations and health check
until curl -sf "$API/health" > /dev/null; do sleep 5; done

# 7. Start remaining services
docker compose up -d

# 8. Verify health
curl -s "$API/health"

# 9. Disable maintenance mode
: > edge/ktops/ktops.conf
docker compose exec -T edge nginx -s reload # revert to normal config
echo "Maintenance window closed at $(date)"
