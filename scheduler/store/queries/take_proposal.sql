UPDATE window_proposals SET owner = ?
WHERE environment = ? AND name = ? AND key = ? AND target = ? AND owner = ? AND run = ''
