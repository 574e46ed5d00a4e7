// Package postgres looks at the PostgreSQL database of Keeptrusts and takes,
// reads back, lists and prunes its backups.
//
// A backup is two files: NAME.dump.zst, a dump in pg_dump's custom format
// compressed with zstd, and NAME.json, its manifest with size and SHA-256. The
// files are the whole catalogue, so it survives the loss of the journal. A dump
// gets its name by a rename after it and its manifest are on the disk: whatever
// kills ktops, a file that looks whole is whole. What is being written is called
// *.partial and locked; one that nobody holds was left by a dead attempt, and the
// next Create or Prune removes it.
//
// A backup counts as verified only after it was read from the disk to its last
// byte: size and SHA-256, zstd's checksums, and a pg_restore of everything to
// nowhere. (pg_restore --list, which the guide uses, reads only the table of
// contents at the beginning and passes a truncated dump.)
//
// Compression: pg_dump writes uncompressed and zstd level 3 runs beside it on all
// cores. On a database of 1.09 GB of audit events, two cores, PostgreSQL 15:
//
//	guide: pg_dump --compress=9    44.9 s   334.5 MB
//	level 1                        12.8 s   347.5 MB
//	level 3 (default)               9.9 s   341.4 MB
//	level 7                        22.7 s   327.8 MB
//	pg_dump --compress=0 alone      6.5 s  1096.8 MB
//
// Level 3 is 4.5 times faster at 1.02 times the size, and is read back in 3.5 s.
// Of its time two thirds are pg_dump's own, so a parallel dump in directory format
// could win little more. On a machine that is busy with other things six pairs of
// runs gave between 3.0 and 6.3. TestCreate_FasterThanTheGuide measures both in one
// run; KTOPS_BENCH_MB=1000 makes its database that large.
//
// A snapshot is a copy by CREATE DATABASE … TEMPLATE behind the closed edge, called
// NAME_kt_RUN, into which nobody is let. Its comment, written after the copy and what
// copying leaves out (grants, settings, connection limit), marks it whole. The way
// back is one transaction of two renames, so that whoever dies there is one live
// database; what was live stays as NAME_kt_abandoned_RUN. Both are dropped after
// three days, and only under that name with that comment. Seconds, with fsync, two
// cores, PostgreSQL 15:
//
//	               8 MB    35 MB    98 MB   234 MB     1.1 GB
//	wal_log        0.11     0.20     0.32     0.56  3.0 to 4.6
//	file_copy      0.19     0.26     0.22     0.32  1.9 to 3.9
//
// so blocks are copied up to 64 MB and files beyond, which also leave the write-ahead
// log alone. Putting 1.3 GB back took 0.02 s, and 1.5 GB on a busy machine 0.08 s with
// the connecting and looking before it. Idle sessions, such as a pooler's, are ended
// for the copy; one that does something is named, and nothing is copied.
//
// A rollback swaps by the same transaction: the run's snapshot, or a backup that was
// restored beside the live one as NAME_kt_restored_RUN, looked at like a drill, analysed
// and only then marked whole. What it loses is counted in the database that it has put
// out of use, where nobody writes any more and every session has reported what it wrote.
// At 100 MB on a busy machine the swap took 0.10 s, the guide's pg_restore --clean
// --if-exists 4.8 s, and a restore beside with all its looks 9.0 s
// (TestSwap_FasterThanGuide).
//
// A restore drill is a backup restored beside the live database, as NAME_kt_drill_TIME,
// looked at, and dropped whatever happens; what a killed drill leaves the next backup
// or drill drops. See Drill for what it proves.
package postgres
