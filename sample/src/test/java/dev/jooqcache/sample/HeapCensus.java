package dev.jooqcache.sample;

import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * What is alive on the heap after a full collection.
 *
 * @param bytes all of it
 * @param instances how many there are of each class of the library
 */
record HeapCensus(long bytes, Map<String, Long> instances) {

    private static final Pattern LINE =
            Pattern.compile("\\s*\\d+:\\s+(\\d+)\\s+\\d+\\s+(dev\\.jooqcache\\.(?!sample\\.|migrations\\.)[\\w.$]+).*");
    private static final Pattern TOTAL = Pattern.compile("Total\\s+\\d+\\s+(\\d+)");

    /** Collects the garbage and counts what is left, as {@code jcmd GC.class_histogram} does. */
    static HeapCensus take() {
        String histogram;
        try {
            histogram = (String) ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=DiagnosticCommand"),
                            "gcClassHistogram",
                            new Object[] {new String[0]},
                            new String[] {String[].class.getName()});
        } catch (JMException e) {
            throw new IllegalStateException("this JVM cannot count what is on its heap", e);
        }
        long bytes = 0;
        Map<String, Long> instances = new TreeMap<>();
        for (String line : histogram.split("\n")) {
            Matcher ofClass = LINE.matcher(line);
            if (ofClass.matches() && !line.contains("$$Lambda"))
                instances.merge(
                        ofClass.group(2).substring("dev.jooqcache.".length()),
                        Long.valueOf(ofClass.group(1)),
                        Long::sum);
            Matcher total = TOTAL.matcher(line.trim());
            if (total.matches()) bytes = Long.parseLong(total.group(1));
        }
        return new HeapCensus(bytes, instances);
    }

    long of(String simpleName) {
        return instances.entrySet().stream()
                .filter(entry -> ("." + entry.getKey()).endsWith("." + simpleName))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }
}
