SELECT id FROM runs
WHERE (?1 = '' OR environment = ?1) AND (NOT ?2 OR open = 1)
ORDER BY number DESC
LIMIT ?3
