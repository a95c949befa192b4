package dev.jooqcache.documentation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A page of the documentation.
 *
 * @param path where it is
 * @param lines its text
 */
record Page(Path path, List<String> lines) {

    private static final Path ROOT = Path.of("..");

    /** README, CONTRIBUTING and the pages of {@code docs}. */
    static List<Page> all() {
        List<Page> pages = new ArrayList<>(List.of(of("README.md"), of("CONTRIBUTING.md")));
        try (Stream<Path> files = Files.list(ROOT.resolve("docs"))) {
            files.filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .map(Page::at)
                    .forEach(pages::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return pages;
    }

    static Page of(String path) {
        return at(ROOT.resolve(path));
    }

    static Page at(Path path) {
        try {
            return new Page(path.normalize(), Files.readAllLines(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String name() {
        return path.getFileName().toString();
    }

    /** The fenced blocks, whatever language they are in. */
    List<Block> blocks() {
        List<Block> blocks = new ArrayList<>();
        int begin = -1;
        for (int i = 0; i < lines.size(); i++) {
            if (!lines.get(i).startsWith("```")) continue;
            if (begin < 0) begin = i;
            else {
                String language = lines.get(begin).substring(3);
                blocks.add(new Block(this, begin + 1, language, String.join("\n", lines.subList(begin + 1, i))));
                begin = -1;
            }
        }
        return blocks;
    }

    /** The text without fenced blocks. */
    List<String> prose() {
        List<String> prose = new ArrayList<>();
        boolean inBlock = false;
        for (String line : lines) {
            boolean isFence = line.startsWith("```");
            if (!isFence && !inBlock) prose.add(line);
            if (isFence) inBlock = !inBlock;
        }
        return prose;
    }

    /** The cells of each row of the tables whose first cell begins with code. */
    List<List<String>> codeRows() {
        return prose().stream()
                .filter(line -> line.startsWith("| `"))
                .map(line -> Stream.of(line.substring(1, line.lastIndexOf('|')).split("(?<!\\\\)\\|", -1))
                        .map(String::strip)
                        .toList())
                .toList();
    }

    /**
     * A fenced block.
     *
     * @param page where it stands
     * @param line the number of the line with its first fence
     * @param language what stands after the fence
     * @param text the text between the fences
     */
    record Block(Page page, int line, String language, String text) {

        /** The line after the last fence. */
        int end() {
            return line + 2 + (text.isEmpty() ? 0 : (int) text.lines().count());
        }

        @Override
        public String toString() {
            return page.name() + ":" + line;
        }
    }
}
