package cli_test

import "github.com/keeptrusts/ktops/ops"

func newRestored() ops.Restored {
	return ops.Restored{
		Drill: newDrill(), Database: "inspect",
		Connect: []string{"psql", "--host=db.internal", "--port=5432", "--username=keeptrusts", "inspect"},
		Drop:    []string{"dropdb", "--host=db.internal", "--port=5432", "--username=keeptrusts", "inspect"},
	}
}

func newRetention() ops.Retention {
	return ops.Retention{
		Items: []ops.Retained{
			{Name: "r-new.dump.zst", At: moment, Bytes: 341_400_000, Why: "younger than 720h 0m"},
			{Name: "r-old.dump.zst", At: moment.AddDate(0, -2, 0), Bytes: 334_500_000, Goes: true, Why: "older than 720h 0m"},
		},
		Done: "1 backup removed, 334 MB",
	}
}
