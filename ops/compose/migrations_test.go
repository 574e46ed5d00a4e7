package compose

import "github.com/keeptrusts/ktops/ops"

// testMigrations are in the test image.
var testMigrations = map[string]string{
	"0001_first.sql":               "CREATE TABLE events (id BIGINT);\n",
	"0002_add_user_index.up.sql":   "CREATE INDEX ON events (id);\n",
	"0002_add_user_index.down.sql": "DROP INDEX events_id_idx;\n",
	"README.md":                    "not a migration",
	"old/0000_older.sql":           "not looked at by sqlx",
}

// wantMigrations has the checksums that sha384sum computes.
var wantMigrations = []ops.Migration{
	{Version: 1, Description: "first", Bytes: 33, Checksum: "50daeb26d244aac3da995c680b23c96ad8ab6465b9deffcbd1b4c21ba0f1950790d30cd6db5a765910bdec06c813cf06"},
	{Version: 2, Description: "add user index", Bytes: 29, Checksum: "91437248a7f326363d2c94e4aa6665bd4f366673b1f04a26cf91fdbed903f40ae92f75d8e186a8531dbafdbace5cadc3"},
}
