SELECT definition, until FROM window_cursors WHERE environment = ? AND name = ?
