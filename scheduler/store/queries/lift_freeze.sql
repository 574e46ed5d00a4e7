UPDATE window_freezes SET lifted_at = ?, lifted_by = ?
WHERE id = ? AND lifted_at = 0
