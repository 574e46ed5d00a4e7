SELECT owner, run, refusal FROM window_proposals
WHERE environment = ? AND name = ? AND key = ? AND target = ?
