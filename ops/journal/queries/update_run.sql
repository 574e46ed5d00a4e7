UPDATE runs SET state = ?, open = ?, exclusive = ? WHERE id = ?
