package dev.jooqcache.sample;

/** One kind of call in the workload. */
sealed interface Operation permits Read, Write {

    /** How the table calls it. */
    String label();

    /** How many of a hundred reads, or writes, are of this kind. */
    int weight();
}
