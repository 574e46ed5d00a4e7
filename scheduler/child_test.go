package scheduler_test

const (
	childStage = "KTOPS_SCHEDULER_STAGE"
	childFile  = "KTOPS_SCHEDULER_FILE"
)

func child(string, string) int { return 2 }
