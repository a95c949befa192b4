package dev.jooqcache.mutants;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A piece of a member of the library, and what a mutant has in its place.
 *
 * @param member the simple name of a class and the name of a method, field or nested type in it, as in {@code
 *     Session.commitWritten} or {@code SingleFlight.Flight.slow}; a constructor is called {@code <init>}. The class alone, if the
 *     piece is outside of its members
 * @param before what must be there exactly once, in all overloads taken together; spaces and line breaks do not matter.
 *     Empty, if {@code after} is a new member of the class
 * @param after what takes its place
 */
record Edit(String member, String before, String after) {

    private static final Pattern LINE = Pattern.compile("[-+]( .*)?|\\s*");

    /** One edit as it is written in the file of a mutant: the member, then lines with - and +. */
    static Edit parse(String text) {
        List<String> lines = text.lines().toList();
        for (String line : lines.subList(1, lines.size()))
            if (!LINE.matcher(line).matches())
                throw new IllegalArgumentException("neither \"- before\" nor \"+ after\": " + line);
        return new Edit(lines.get(0).strip(), side("-", lines), side("+", lines));
    }

    private static String side(String sign, List<String> lines) {
        return lines.stream()
                .skip(1)
                .filter(line -> line.startsWith(sign))
                .map(line -> line.equals(sign) ? "" : line.substring(2))
                .collect(Collectors.joining("\n"));
    }

    /** The top-level class that has the member. */
    String type() {
        return member.split("\\.", 2)[0];
    }

    boolean addsMember() {
        return before.isBlank();
    }

    Pattern pattern() {
        StringBuilder anySpaces = new StringBuilder();
        for (String word : before.strip().split("\\s+"))
            anySpaces.append(anySpaces.isEmpty() ? "" : "\\s+").append(Pattern.quote(word));
        return Pattern.compile(anySpaces.toString());
    }
}
