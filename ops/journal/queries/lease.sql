SELECT owner, token, expires FROM leases WHERE environment = ?
