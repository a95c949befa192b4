package dev.jooqcache.spi;

/**
 * The exact binary form of keys and results, for stores outside the heap. Each begins with a version and has a checksum;
 * bytes of another version are refused by a {@link CorruptException}. Java serialization is never used, and no input
 * allocates more than its length justifies.
 *
 * <p>A store is given the codec when it is {@linkplain ResultStore#open opened}. Thread-safe.
 */
public interface ResultCodec {

    /**
     * Writes a key.
     *
     * @param key the fingerprint of a query
     * @return its bytes; equal fingerprints have equal bytes
     */
    byte[] encode(Fingerprint key);

    /**
     * Reads a key.
     *
     * @param bytes what {@link #encode(Fingerprint)} wrote
     * @return the fingerprint
     * @throws CorruptException if the bytes are anything else
     */
    Fingerprint decodeKey(byte[] bytes);

    /**
     * Writes a result.
     *
     * @param result a result that the cache has put into a store
     * @return its bytes
     * @throws IllegalArgumentException if the result is not of this cache's kind
     */
    byte[] encode(StoredResult result);

    /**
     * Reads a result.
     *
     * @param bytes what {@link #encode(StoredResult)} wrote
     * @return the result
     * @throws CorruptException if the bytes are anything else
     */
    StoredResult decodeResult(byte[] bytes);

    /** Says that bytes are not what a codec of this version wrote. */
    final class CorruptException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        /**
         * Creates an exception.
         *
         * @param what what is wrong with the bytes
         */
        public CorruptException(String what) {
            super("corrupt cache entry: " + what);
        }
    }
}
