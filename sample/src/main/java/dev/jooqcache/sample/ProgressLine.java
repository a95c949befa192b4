package dev.jooqcache.sample;

import java.io.PrintWriter;
import java.util.concurrent.TimeUnit;

/** One line of the terminal that is written over and over. Not thread-safe. */
final class ProgressLine {

    private static final int WIDTH = 79;

    private final PrintWriter terminal;
    private String shown = "";
    private long shownAt = System.nanoTime();

    ProgressLine(PrintWriter terminal) {
        this.terminal = terminal;
    }

    /** Shows the text, unless another one has been shown for less than a second. */
    void update(String text) {
        if (System.nanoTime() - shownAt >= TimeUnit.SECONDS.toNanos(1)) {
            show(text);
        }
    }

    void show(String text) {
        terminal.print("\r" + text + " ".repeat(Math.max(0, WIDTH - text.length())));
        terminal.flush();
        shown = text;
        shownAt = System.nanoTime();
    }

    /** Removes the line, so that something else can be written. */
    void clear() {
        if (!shown.isEmpty()) {
            show("");
            terminal.print('\r');
            terminal.flush();
        }
    }

    /** Writes something that stays. */
    void interrupt(String text) {
        clear();
        terminal.println(text);
    }
}
