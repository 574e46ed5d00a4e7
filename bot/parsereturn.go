package bot

import "slices"

// unknownReturn answers a word that means nothing in a rollback, and what backups are
// asked for that is not done in chat; nil for others.
func (p *parser) unknownReturn(w word) *Mistake {
	switch {
	case p.cmd.Verb == "rollback" && versionWord.MatchString(w.low):
		return &Mistake{What: "a rollback goes back to what ran before a run, and takes no version", Try: []string{"rollback", "rollback r-ab3cd4", "history"}}
	case p.cmd.Verb == "backup" && slices.Contains([]string{"restore", "prune", "verify", "delete", "rm", "drill"}, w.low):
		return &Mistake{What: "“backup " + w.low + "” is not done in chat: it needs somebody on the machine that has the files",
			Try: []string{"type “ktops backup " + w.low + "” on the command line", "backup list"}}
	}
	return nil
}
