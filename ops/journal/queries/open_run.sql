SELECT id FROM runs WHERE environment = ? AND open = 1
