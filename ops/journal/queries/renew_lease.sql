UPDATE leases SET expires = ?1 WHERE environment = ?2 AND owner = ?3 AND token = ?4
