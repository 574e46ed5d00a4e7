UPDATE runs SET state = ?, open = ? WHERE id = ?
