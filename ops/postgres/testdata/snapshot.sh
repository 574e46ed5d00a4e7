#!/bin/sh
# A snapshot command as a site may write one (docs/large-databases.md): it copies the
# database under another name. FAULT makes it go wrong in one way; it comes as an argument.
set -eu
fault=$1 verb=$2
sql() { psql -qAtX -v ON_ERROR_STOP=1 -d postgres -c "$1"; }
echo "$verb $KTOPS_SNAPSHOT with password ${PGPASSWORD:-none}" >&2
case "$fault $verb" in
"fail $verb") echo "the array is degraded" >&2; exit 1 ;;
"garbage create") echo "done!"; exit 0 ;;
"leak create") echo "connected with $PGPASSWORD"; exit 0 ;;
"odd create") printf '{"snapshot": "\\n%s", "bytes": 1}' "$PGPASSWORD"; exit 0 ;;
"date create") printf '{"snapshot": "one", "at": "%s"}' "$PGPASSWORD"; exit 0 ;;
"unnamed create") echo '{"snapshot": "", "bytes": 1}'; exit 0 ;;
"flood create") # an answer, but only after more than anybody reads
	head -c 10000000 /dev/zero | tr '\0' ' '
	echo '{"snapshot": "after the flood", "bytes": 1}'
	exit 0
	;;
"liar restore") exit 0 ;;
"stubborn-$verb $verb") (trap '' TERM; sleep 600) & wait ;;
"hang $verb" | "hang-$verb $verb") sleep 600 & wait ;;
esac
copy="$KTOPS_SNAPSHOT"
case $verb in
check) sql "SELECT 1" >/dev/null ;;
create)
	sql "DROP DATABASE IF EXISTS \"$copy\" WITH (FORCE)"
	sql "CREATE DATABASE \"$copy\" TEMPLATE \"$KTOPS_DATABASE\""
	sql "SELECT json_build_object('snapshot', '$copy', 'at', now(), 'bytes', pg_database_size('$copy'))"
	;;
restore)
	sql "DROP DATABASE IF EXISTS \"$KTOPS_DATABASE\" WITH (FORCE)"
	sql "CREATE DATABASE \"$KTOPS_DATABASE\" TEMPLATE \"$copy\""
	;;
drop) sql "DROP DATABASE IF EXISTS \"$copy\" WITH (FORCE)" ;;
esac
