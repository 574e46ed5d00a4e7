UPDATE window_proposals SET run = ?, refusal = ?
WHERE environment = ? AND name = ? AND key = ? AND target = ? AND owner = ?
