# ktops as a container: make image builds bin/ktops and then this.
#
# Nothing is downloaded here, so that it also builds without a network. The image
# is the static binary alone. Two things that ktops uses are not in it:
#   - certificates of public authorities, for https://slack.com: mount the host's,
#     -v /etc/ssl/certs/ca-certificates.crt:/etc/ssl/certs/ca-certificates.crt:ro
#   - pg_dump and pg_restore, for backups, at least of the server's major version.
#     Where the database is backed up by ktops, copy bin/ktops into an image that
#     has them: FROM postgres:17, COPY bin/ktops /ktops, and the lines below.
#
#   docker run --read-only --tmpfs /tmp --user 65532:$(getent group docker | cut -d: -f3) \
#     -v /etc/ktops:/etc/ktops:ro -v /var/lib/ktops:/var/lib/ktops -v /run/ktops:/run/ktops \
#     -v /var/run/docker.sock:/var/run/docker.sock -v /opt/keeptrusts:/opt/keeptrusts \
#     --env-file /etc/ktops/ktops.env ktops
FROM scratch
COPY bin/ktops /ktops
USER 65532:65532
# /tmp does not exist in an empty image.
ENV HOME=/var/lib/ktops TMPDIR=/var/lib/ktops
HEALTHCHECK --interval=30s --timeout=5s CMD ["/ktops", "history", "--limit", "1", "--json"]
ENTRYPOINT ["/ktops"]
CMD ["serve"]
