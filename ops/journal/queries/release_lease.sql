UPDATE leases SET owner = '' WHERE environment = ? AND owner = ? AND token = ?
