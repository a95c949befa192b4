package dev.jooqcache.internal.catalog;

import java.io.BufferedReader;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * The version of a schema that Flyway migrates, from the scripts alone: equal to what a live database answers after they
 * were run, so that a model made from scripts can be checked by one query.
 */
public final class FlywayVersion {

    private static final Pattern VERSIONED = Pattern.compile("V([0-9][0-9._]*)__.*\\.sql");
    private static final Pattern REPEATABLE = Pattern.compile("R__.*\\.sql");
    /** Undo scripts and callbacks are no rows of the history. */
    private static final Pattern UNRECORDED = Pattern.compile("(U[0-9].*__.*|(before|after|create)[A-Z].*)\\.sql");

    private FlywayVersion() {}

    /**
     * The version that a database has after these scripts.
     *
     * @param location the folder that Flyway is given as its location
     * @param scripts the scripts in it
     * @return the version, or {@code null} if these are not Flyway's with its default names, or if the checksum of one
     *     depends on placeholders
     * @throws IOException if a script cannot be read
     */
    public static @Nullable String of(Path location, Collection<Path> scripts) throws IOException {
        SortedMap<String, String> checksums = new TreeMap<>();
        String newest = "";
        for (Path script : scripts) {
            String name = script.getFileName().toString();
            Matcher versioned = VERSIONED.matcher(name);
            if (versioned.matches()) {
                String version = versioned.group(1).replace('_', '.');
                if (newest.isEmpty() || compare(newest, version) < 0) newest = version;
            } else if (UNRECORDED.matcher(name).matches()) continue;
            else if (!REPEATABLE.matcher(name).matches()
                    || Files.readString(script, StandardCharsets.UTF_8).contains("${")) return null;
            String path = location.relativize(script).toString().replace('\\', '/');
            checksums.put(path, String.valueOf(checksum(script)));
        }
        return checksums.isEmpty() ? null : of(newest, checksums);
    }

    /** Of the newest version, and all migrations' checksums, since repeatable ones have no version. */
    public static String of(String newest, SortedMap<String, String> checksums) {
        CRC32 checksum = new CRC32();
        checksum.update(checksums.toString().getBytes(StandardCharsets.UTF_8));
        return "%s (%08x)".formatted(newest, checksum.getValue());
    }

    /** As Flyway does it: over the lines, without what ends them, and without a byte order mark. */
    private static int checksum(Path script) throws IOException {
        CRC32 checksum = new CRC32();
        try (BufferedReader lines = Files.newBufferedReader(script, StandardCharsets.UTF_8)) {
            boolean first = true;
            for (String line; (line = lines.readLine()) != null; first = false) {
                String text = first && line.startsWith("\ufeff") ? line.substring(1) : line;
                checksum.update(text.getBytes(StandardCharsets.UTF_8));
            }
        }
        return (int) checksum.getValue();
    }

    private static int compare(String one, String other) {
        List<BigInteger> left = parts(one);
        List<BigInteger> right = parts(other);
        for (int i = 0; i < Math.max(left.size(), right.size()); i++) {
            BigInteger a = i < left.size() ? left.get(i) : BigInteger.ZERO;
            BigInteger b = i < right.size() ? right.get(i) : BigInteger.ZERO;
            if (!a.equals(b)) return a.compareTo(b);
        }
        return 0;
    }

    private static List<BigInteger> parts(String version) {
        List<BigInteger> parts = new ArrayList<>();
        for (String part : version.split("\\.", -1)) if (!part.isEmpty()) parts.add(new BigInteger(part));
        return parts;
    }
}
