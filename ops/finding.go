package ops

// Level says how a check ended.
type Level string

// The levels, from good to bad.
const (
	Pass Level = "pass"
	Warn Level = "warn"
	Fail Level = "fail"
)

// Finding is how anything in ktops tells a person something: what was looked
// at, how it ended, the fact behind it, and what to do.
type Finding struct {
	Check  string `json:"check"`
	Level  Level  `json:"level"`
	Fact   string `json:"fact"`
	Advice string `json:"advice,omitempty"`
}

// Worst is the worst level among the findings; Pass when there are none.
func Worst(findings []Finding) Level {
	worst := Pass
	for _, f := range findings {
		switch f.Level {
		case Fail:
			return Fail
		case Warn:
			worst = Warn
		}
	}
	return worst
}
