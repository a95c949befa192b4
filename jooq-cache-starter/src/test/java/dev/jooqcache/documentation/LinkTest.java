package dev.jooqcache.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Links within the documentation lead somewhere, and to each page leads one. */
class LinkTest {

    private static final Pattern LINK = Pattern.compile("\\[(?:[^\\[\\]]|\\[[^\\]]*\\])*\\]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("#{1,6} (.*)");

    @Test
    void links_leadToFilesAndHeadings() {
        List<String> dead = new ArrayList<>();
        int found = 0;
        for (Page page : Page.all()) {
            for (String link : links(page)) {
                found++;
                if (!resolves(page, link)) dead.add(page.name() + ": " + link);
            }
        }
        assertThat(dead).isEmpty();
        assertThat(found).isGreaterThan(100);
    }

    @Test
    void pages_areReachedFromTheReadme() {
        Map<Path, Page> pages = Page.all().stream().collect(Collectors.toMap(Page::path, page -> page));
        Set<Path> reached = new HashSet<>();
        Deque<Path> open = new ArrayDeque<>(Set.of(Page.of("README.md").path()));
        while (!open.isEmpty()) {
            Path path = open.remove();
            Page page = pages.get(path);
            if (page == null || !reached.add(path)) continue;
            for (String link : links(page)) open.add(target(page, link));
        }
        assertThat(reached).containsExactlyInAnyOrderElementsOf(pages.keySet());
    }

    private static List<String> links(Page page) {
        String prose = String.join("\n", page.prose()).replaceAll("`[^`\n]*`", "code");
        return LINK.matcher(prose)
                .results()
                .map(link -> link.group(1))
                .filter(link -> !link.matches("[a-z]+:.*"))
                .toList();
    }

    private static boolean resolves(Page page, String link) {
        Path file = target(page, link);
        if (!Files.exists(file)) return false;
        int anchor = link.indexOf('#');
        return anchor < 0 || anchors(Page.at(file)).contains(link.substring(anchor + 1));
    }

    private static Path target(Page page, String link) {
        String file = link.replaceFirst("#.*", "");
        return file.isEmpty() ? page.path() : page.path().resolveSibling(file).normalize();
    }

    /** As GitHub makes them. */
    private static Set<String> anchors(Page page) {
        Set<String> anchors = new HashSet<>();
        Map<String, Integer> seen = new HashMap<>();
        for (String line : page.prose()) {
            var heading = HEADING.matcher(line);
            if (!heading.matches()) continue;
            String anchor = heading.group(1)
                    .replaceAll("\\[([^\\]]*)\\]\\([^)]*\\)", "$1")
                    .toLowerCase(Locale.ROOT)
                    .replaceAll("[^\\p{L}\\p{N} _-]", "")
                    .replace(' ', '-');
            int before = seen.merge(anchor, 1, Integer::sum) - 1;
            anchors.add(before == 0 ? anchor : anchor + "-" + before);
        }
        return anchors;
    }
}
