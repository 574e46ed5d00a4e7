UPDATE window_proposals SET run = ?, refusal = ?, owner = ''
WHERE environment = ? AND name = ? AND key = ? AND target = ? AND owner = ?
