SELECT id FROM runs WHERE environment = ? AND exclusive = 1
