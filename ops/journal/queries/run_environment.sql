SELECT environment FROM runs WHERE id = ?
